"""``python -m voterlist`` is the same as the command ``voterlist``."""

from voterlist.cli import main

main()
