"""What all tests share: the language in which the command line speaks is fixed before it is imported."""

import os

os.environ["VOTERLIST_LANG"] = "en"
