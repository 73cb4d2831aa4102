"""Decisions out and in by files, for colleagues who have no access to the desk."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voterlist.catalogue import Catalogue
from voterlist.errors import VoterlistError, WorkspaceBusyError
from voterlist.serve.clerk import Refusal
from voterlist.serve.door import Clock, Visitor
from voterlist.serve.guards import JSON
from voterlist.storage.temporary import private_folder
from voterlist.usecases.desk_pages import export_page
from voterlist.usecases.importing import Bringer
from voterlist.usecases.reviewing import Imported, export_review, import_review

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {JSON: "decisions.json", WORKBOOK: "review.xlsx"}
"""What may be read in, and how such a file is called here."""
MOST_BYTES = 50 * 1024 * 1024
"""Of a file that is read in."""


class Exchange:
    """Writes files for others to decide, and reads what they decided.

    Args:
        workspace: its folder.
        clock: the moment.
    """

    def __init__(self, workspace: Path, clock: Clock) -> None:
        self._workspace = workspace
        self._clock = clock

    async def export(self, kind: str, language: str) -> Response:
        """The page in one file, or the workbook, of what waits for a decision now.

        Args:
            kind: ``page`` or ``workbook``.
            language: in which it is.
        """
        name = "desk.html" if kind == "page" else "review.xlsx"
        content = await asyncio.to_thread(self._exported, name, language)
        media = "text/html" if kind == "page" else WORKBOOK
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, 200, headers, media_type=media)

    async def read_in(
        self, request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """Read the decisions of whoever is logged in into the ledger.

        Raises:
            Refusal: it cannot be read, or another program holds the workspace.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        content = await request.body()
        try:
            imported = await asyncio.to_thread(
                self._imported, KINDS[kind], content, visitor
            )
        except WorkspaceBusyError:
            raise Refusal("busy", 503) from None
        except VoterlistError:
            raise Refusal("file-unreadable", 400) from None
        refused = {one.row for one in imported.problems if one.row}
        counts = {"recorded": imported.recorded, "refused": len(refused)}
        problems = sorted({problem.key for problem in imported.problems})
        message = say("serve.page.imported", **counts)
        return JSONResponse({**counts, "problems": problems, "message": message})

    def _exported(self, name: str, language: str) -> bytes:
        today = self._clock().date()
        with private_folder() as folder:
            path = folder / name
            if name.endswith(".html"):
                export_page(self._workspace, path, language, today=today)
            else:
                export_review(self._workspace, path, language, today=today)
            return path.read_bytes()

    def _imported(self, name: str, content: bytes, visitor: Visitor) -> Imported:
        with private_folder() as folder:
            path = folder / name
            path.write_bytes(content)
            bringer = Bringer(visitor.name, visitor.role)
            return import_review(
                self._workspace,
                [path],
                visitor.name,
                decided_at=self._clock(),
                bringer=bringer,
            )
