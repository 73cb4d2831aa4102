"""Papers as PDF files: templates of typst with the words of the catalogue."""

from __future__ import annotations

from voterlist.render.pdf.compiler import typeset
from voterlist.render.pdf.lists import render_list

__all__ = ["render_list", "typeset"]
