"""Why a file was not read.

One file for all: the reader of a file ends with one of these codes, which are also those of
``SET_ASIDE``.
"""

from __future__ import annotations

from voterlist.model import AsideCode, Rule, Severity, Unit

_GROUND = (
    "Every file handed in is read or named as not read: no list is dropped silently"
)

RULES: tuple[Rule, ...] = (
    Rule(
        AsideCode.FILE_NOT_A_TABLE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is the content of the file a document without a table, a presentation or a web page, "
            "or JSON whose rows are no list of records? The content tells, not the ending of the "
            "name."
        ),
        false_alarms=(
            "A list that somebody wrote into a document line by line, without a table: the lines "
            "do not tell where a name ends."
        ),
    ),
    Rule(
        AsideCode.FILE_EMPTY.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Has the file no byte, or no character but blanks?",
        false_alarms=(
            "None known. A file that is still being copied may be empty for a moment: run again."
        ),
    ),
    Rule(
        AsideCode.FILE_UNREADABLE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Did the reader of this format find the file, or one of its sheets, damaged or cut off?"
        ),
        false_alarms=(
            "A file that its own program repairs while it opens it, and shows as if nothing were "
            "wrong."
        ),
    ),
    Rule(
        AsideCode.FILE_PROTECTED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Is the file encrypted with a password?",
        false_alarms=(
            "A workbook that opens without a question because its program knows the password."
        ),
    ),
    Rule(
        AsideCode.FILE_TOO_LARGE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is the file larger than `max_file_megabytes`, or what is packed in it larger than "
            "`max_unpacked_megabytes`, `max_cells` or `max_archive_files` allow, or does reading "
            "need more than `max_memory_megabytes`? These are keys of `[ingest]`."
        ),
        false_alarms=(
            "A very large list. A list of one constituency is far below the limits; a workbook "
            "with formatting to its last row may not be."
        ),
    ),
    Rule(
        AsideCode.FILE_TOO_SLOW.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Did reading take longer than `max_read_seconds` of `[ingest]`?",
        false_alarms="A slow disk or a busy computer: run again before the limit is raised.",
    ),
    Rule(
        AsideCode.READER_STOPPED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Did the process that reads files end while it read this one?",
        false_alarms=(
            "The system ended the process because another program needed the memory: run again."
        ),
    ),
    Rule(
        AsideCode.WORK_FAILED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Did the work on the constituency of this file fail in this run, in whatever stage?"
        ),
        false_alarms=(
            "The system ended a process because another program needed the memory: run again."
        ),
    ),
    Rule(
        AsideCode.TOO_MANY_ROWS.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Has a sheet more rows than `max_rows` of `[ingest]`?",
        false_alarms="A list of a whole country in one file.",
    ),
    Rule(
        AsideCode.TOO_MANY_COLUMNS.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Has a sheet more columns than `max_columns` of `[ingest]`?",
        false_alarms="A list beside which somebody keeps notes in far columns.",
    ),
    Rule(
        AsideCode.CELL_TOO_LONG.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Has a cell more characters than `max_cell_characters` of `[ingest]`?",
        false_alarms="A remark of many pages in one cell.",
    ),
    Rule(
        AsideCode.FORMAT_NOT_READ.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is the content of a kind that is known and not read: Access, RAR, 7z, a web page "
            "or XML table named XLS?"
        ),
        false_alarms="None known: the kind is told by the first bytes of the content.",
    ),
    Rule(
        AsideCode.DOCUMENT_NOT_READ.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is the content a Word document of before 2007 (DOC), RTF, or a Word document saved as "
            "XML? Word documents of today (DOCX), ODT and PDF are read."
        ),
        false_alarms="None known: the kind is told by the content.",
    ),
    Rule(
        AsideCode.SCANNED_PAGE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is the file a picture (JPEG, PNG, TIFF, HEIC and others), or a PDF file whose pages "
            "are pictures? Of a PDF file with other pages too, those are read, and the sheet of "
            "the finding names the pages that are pictures. Invisible text that a scanner laid "
            "over a picture does not count: it is a guess, and a letter guessed wrongly looks like "
            "a name."
        ),
        false_alarms=(
            "A page of text drawn as lines, without letters: no program can read it either. A "
            "page with nothing but a stamp or a signature: then nothing is missing."
        ),
    ),
    Rule(
        AsideCode.ARCHIVE_NESTED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Does a ZIP file lie inside another one?",
        false_alarms=(
            "None known. XLSX and ODS files inside a ZIP file are not archives in this sense, and "
            "are read."
        ),
    ),
    Rule(
        AsideCode.CONTENT_UNREAD.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Does the file hold more than was read? What it holds is counted over its bytes in a "
            "way of its own: the cells and rows of a sheet, the text of a document, the files of "
            "an archive. The finding names the file or the part; its rows are set aside where they "
            "may be mixed up, and used where only something beside them is missing."
        ),
        false_alarms=(
            "A note, a remark or a form in a place where no list stands, such as a footnote. Look "
            "at what the finding names; without it, or moved into the table, the file is read."
        ),
    ),
    Rule(
        AsideCode.ENCODING_UNREADABLE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Can no encoding be named in which the text of the file was saved? UTF-8, UTF-16 and "
            "the code pages of the languages used here are tried. UTF-16 that lost a byte, and a "
            "file in two encodings, have none."
        ),
        false_alarms=(
            "A text file with a few damaged bytes between letters that would be read otherwise."
        ),
    ),
    Rule(
        AsideCode.READ_REFUSED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Did the system refuse to give the content: no permission, a failed disk, a lock of "
            "another program?"
        ),
        false_alarms=(
            "The file may be in order all the same: only its content was not read. No list is lost "
            "from sight, because the file is named."
        ),
    ),
    Rule(
        AsideCode.FILE_CHANGED.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Is the content another one than when the run began?",
        false_alarms="A program that saves on its own while the file is open.",
    ),
    Rule(
        AsideCode.FOLDER_UNREADABLE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Did the system refuse to list the folder?",
        false_alarms="The folder may hold no list at all: that cannot be known.",
    ),
    Rule(
        AsideCode.LINK_BROKEN.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Does a symbolic link point to a file or folder that is not there?",
        false_alarms="A disk or a network folder that is not connected at the moment.",
    ),
    Rule(
        AsideCode.LINK_CIRCLE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Does a symbolic link lead to itself, or to a folder that it lies in?",
        false_alarms="None known. What the link leads to is read where it really lies.",
    ),
    Rule(
        AsideCode.LINK_OUTSIDE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Does a link lead out of the folder it was found in, to a place that "
        "`ingest.linked_folders` does not name?",
        false_alarms="Lists that somebody keeps on another disk on purpose: name the folder there.",
    ),
    Rule(
        AsideCode.NOT_A_FILE.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND,
        looks_at="Is it a pipe, a socket or a device, or a link inside an archive?",
        false_alarms="None known.",
    ),
)
