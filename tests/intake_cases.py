"""Files that break one rule each, and what ``voterlist inspect`` says of them.

``make manual`` shows both.
"""

import json

import documents
from intake_files import (
    BARE,
    COMMAS,
    FATHERS,
    HEADER,
    LAST,
    NAMES,
    PLAIN,
    TITLE,
    WHOLE,
    Case,
    book,
    book_of,
    csv_of,
    cut,
    files,
    hide,
    hide_column,
    merge_header,
    numbers,
    pages,
    shifted,
    side,
    split_version,
    text,
    two_lists,
    voters,
    write_far_right,
)  # fmt: skip

CASES: dict[str, Case] = {
    "plain": Case(
        "nothing: the list all others are measured by",
        csv_of(PLAIN),
        "88/12 (title): 24 entries -> 0",
    ),
    # Headers
    "title-missing": Case(
        "no title; the file's name has the number",
        csv_of(PLAIN[1:], "12-menteqe__csv"),
        "?/12 (file): 24 entries; says constituency-unknown -> 0",
    ),
    "titles-many": Case(
        "five lines of titles, and a blank one, above the header",
        csv_of(
            [
                ["Azərbaycan Respublikası"],
                ["Seçicilər siyahısı"],
                [TITLE],
                ["2026-cı il"],
                [],
                *PLAIN[1:],
            ]
        ),
        "88/12 (title): 24 entries; blank-row 1 -> 0",
    ),
    "header-of-two-rows": Case(
        "one heading above three columns, cells merged",
        book_of(
            [
                [TITLE],
                ["№", "Seçicinin", "", "", *HEADER[4:]],
                ["", "soyadı", "adı", "atasının adı"],
                *voters(),
            ],
            merge_header,
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-of-three-rows": Case(
        "headings above headings",
        book_of(
            [
                [TITLE],
                ["", "Seçici haqqında məlumat", "", "", "", "Yaşayış yeri", ""],
                ["№", "Seçicinin", "", "", "Doğum", "Ünvanı", "FİN"],
                ["", "soyadı", "adı", "atasının adı", "tarixi", "", ""],
                *voters(),
            ]
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-with-column-numbers": Case(
        "the row 1, 2, 3 of official forms below the header",
        csv_of([[TITLE], HEADER, [str(at) for at in range(1, 8)], *voters()]),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-on-each-page": Case(
        "header and total repeated where a page ends",
        csv_of(pages()),
        "88/12 (title): 24 entries; total-row 1 -> 0",
    ),
    "header-misspelt": Case(
        "four headers with slips of the keyboard",
        csv_of(
            [
                [TITLE],
                ["№", "Soyaddı", "Adı", "Atasınn adı", "Dogum tarxi", "Unvnı", "FİN"],
                *voters(),
            ]
        ),
        "88/12 (title): 24 entries; columns similar -> 0",
    ),
    "header-abbreviated": Case(
        "headers cut short",
        csv_of(
            [
                [TITLE],
                ["S/s", "Soyad", "Ad", "Ata adı", "Doğ. tar.", "Ünv.", "FİN"],
                *voters(),
            ]
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-russian": Case(
        "headers in Russian, windows-1251",
        csv_of(
            [
                ["Избирательный округ № 88, избирательный участок № 12"],
                ["№ п/п", "Фамилия", "Имя", "Отчество", "Дата рождения", "Адрес"],
                *(
                    [
                        str(at + 1),
                        "Алиев",
                        "Гасан",
                        "Рза оглы",
                        "01.02.1970",
                        f"ул. Низами, д. {at + 1}",
                    ]
                    for at in range(24)
                ),
            ],
            encoding="cp1251",
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-english": Case(
        "headers in English, columns parted by commas",
        csv_of(
            [
                ["Constituency No. 88, precinct No. 12"],
                [
                    "No.",
                    "Surname",
                    "Given name",
                    "Father's name",
                    "Date of birth",
                    "Address",
                    "FIN",
                ],
                *voters(),
            ],
            delimiter=",",
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "header-in-two-languages": Case(
        "each header twice, in Azerbaijani and Russian",
        csv_of(
            [
                [TITLE],
                [
                    "№",
                    "Soyadı / Фамилия",
                    "Adı / Имя",
                    "Atasının adı / Отчество",
                    "Doğum tarixi / Дата рождения",
                ],
                *cut(voters(), 0, 1, 2, 3, 4),
            ]
        ),
        "88/12 (title): 24 entries; columns composed -> 0",
    ),
    "header-in-unknown-words": Case(
        "headers in a language that the program does not know",
        csv_of(
            [
                [TITLE],
                [
                    "ნომერი",
                    "გვარი",
                    "სახელი",
                    "მამის სახელი",
                    "თარიღი",
                    "მისამართი",
                    "კოდი",
                ],
                *voters(),
            ]
        ),
        "88/12 (title): 24 entries; columns content; says column-by-content -> 0",
    ),
    "header-missing": Case(
        "no header at all",
        csv_of(voters(), "12__csv"),
        "?/12 (name): 24 entries; columns content"
        "; says column-by-content, constituency-unknown -> 0",
    ),
    "header-missing-whole-names": Case(
        "no header, whole names in one column",
        csv_of([[TITLE], *cut(NAMES, 0, 1, 2)], "list__csv"),
        "88/12 (title): 24 entries; columns content; names surname-first"
        "; says column-by-content -> 0",
    ),
    "header-missing-few-rows": Case(
        "no header and four rows only",
        csv_of(voters(4), "12__csv"),
        "?/12 (name): 4 entries; columns content"
        "; says column-by-content, constituency-unknown -> 0",
    ),
    "header-missing-no-endings": Case(
        "no header, and names whose words do not tell which is the surname",
        csv_of(
            [
                [name, father, "1970"]
                for name, father in zip(
                    [name for _, name in BARE], FATHERS, strict=False
                )
            ]
        ),
        "?/? (-): 0 entries; header-unknown 6; says header-unknown -> 1",
    ),
    "header-missing-pinned": Case(
        "the same, pinned in the settings by letters",
        csv_of(
            [
                [name, father, "1970"]
                for name, father in zip(
                    [name for _, name in BARE], FATHERS, strict=False
                )
            ],
            "12__csv",
        ),
        "?/12 (name): 6 entries; columns pinned; says constituency-unknown -> 0",
        "[[ingest.pins]]\n"
        'files = "12*.csv"\n'
        'columns = { surname = "A", given_name = "B", birth_date = "3" }\n',
    ),
    "header-doubtful": Case(
        "the surname's header is hardly like one, and the names have no endings to tell",
        csv_of(
            [
                [TITLE],
                ["№", "Soyadlrı x", "Adı", "Doğum tarixi"],
                *([*row, "Vəli", "1970"] for row in BARE),
            ]
        ),
        "88/12 (title): 0 entries; mapping-doubtful 6; columns similar; doubtful surname"
        "; says mapping-doubtful -> 1",
    ),
    "header-pinned": Case(
        "the same, pinned in the settings",
        csv_of(
            [
                [TITLE],
                ["№", "Soyadlrı x", "Adı", "Doğum tarixi"],
                *([*row, "Vəli", "1970"] for row in BARE),
            ]
        ),
        "88/12 (title): 6 entries; columns pinned -> 0",
        '[ingest.columns]\nsurname = "Soyadlrı x"\n',
    ),
    "header-beside-its-column": Case(
        "the cells stand one column right of their headers",
        csv_of(shifted()),
        "88/12 (title): 0 entries; mapping-doubtful 24; doubtful birth_date, address"
        "; says mapping-doubtful -> 1",
    ),
    "headers-exchanged": Case(
        "surnames below the header of given names, and the reverse",
        csv_of([[TITLE], HEADER[:2] + HEADER[2:], *cut(voters(), 0, 2, 1, 3, 4, 5, 6)]),
        "88/12 (title): 0 entries; mapping-doubtful 24; doubtful surname, given_name"
        "; says mapping-doubtful -> 1",
    ),
    "header-holds-a-voter": Case(
        "the line end behind the header is lost",
        files(list__csv=text(PLAIN).replace("FİN\r\n".encode(), "FİN".encode())),
        "88/12 (title): 23 entries; may-be-voter 1; says may-be-voter -> 1",
    ),
    "columns-in-any-order": Case(
        "FIN first, surname last",
        csv_of([[TITLE], *cut([HEADER, *voters()], 6, 4, 2, 3, 5, 1)]),
        "88/12 (title): 24 entries -> 0",
    ),
    "columns-unknown": Case(
        "columns nobody asked for between the others",
        csv_of(
            [
                [TITLE],
                [*HEADER, "Telefon", "Partiya"],
                *([*row, "050 123 45 67", "-"] for row in voters()),
            ]
        ),
        "88/12 (title): 24 entries; says column-not-understood -> 0",
    ),
    "register-by-a-heading": Case(
        "a register of deaths, by its column of the date",
        csv_of(
            [
                [TITLE],
                [*HEADER, "Vəfat tarixi"],
                *([*row, "10.10.2025"] for row in voters()),
            ]
        ),
        "88/12 (title): 0 entries; looks-like-register 24"
        "; says looks-like-register -> 1",
    ),
    "register-by-its-name": Case(
        "a register of deaths, by its name",
        csv_of([HEADER, *voters()], "Ölənlər 2025__csv"),
        "?/? (-): 0 entries; looks-like-register 24; says looks-like-register -> 1",
    ),
    "given-name-missing": Case(
        "the header of the given names is not one",
        csv_of(
            [
                [TITLE],
                ["№", "Soyadı", "qq", "Ata adı", "Doğum tarixi"],
                *cut(voters(), 0, 1, 2, 3, 4),
            ]
        ),
        "88/12 (title): 0 entries; mapping-doubtful 24; doubtful surname; "
        "says column-not-understood, mapping-doubtful -> 1",
    ),
    # Names, addresses and dates in other columns
    "names-surname-first": Case(
        "whole names, surname first",
        csv_of([[TITLE], WHOLE, *NAMES]),
        "88/12 (title): 24 entries; columns composed; names surname-first -> 0",
    ),
    "names-surname-last": Case(
        "whole names, surname last",
        csv_of([[TITLE], WHOLE, *LAST]),
        "88/12 (title): 24 entries; columns composed; names surname-last -> 0",
    ),
    "names-with-commas": Case(
        "whole names with commas",
        csv_of([[TITLE], WHOLE, *COMMAS]),
        "88/12 (title): 24 entries; columns composed -> 0",
    ),
    "names-alone": Case(
        "nothing but names",
        csv_of([["Soyadı, adı, atasının adı"], *cut(NAMES, 1)], "12-menteqe__csv"),
        "?/12 (file): 24 entries; columns composed; names surname-first"
        "; says cells-left-out, constituency-unknown -> 1",
    ),
    "address-in-parts": Case(
        "street, house and flat in three columns",
        csv_of(
            [
                [TITLE],
                [*HEADER[:5], "Küçə", "Ev", "Mənzil"],
                *([*row[:5], "Nizami küç.", "5", "7"] for row in voters()),
            ]
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "date-in-parts": Case(
        "day, month and year in three columns",
        csv_of(
            [
                [TITLE],
                [*HEADER[:4], "Gün", "Ay", "İl"],
                *([*row[:4], *row[4].split(".")] for row in voters()),
            ]
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    # Lists
    "lists-side-by-side": Case(
        "two halves of a list beside each other",
        book_of(side()),
        "88/12 (title): 0 entries; mapping-doubtful 12"
        "; says column-not-understood, lists-side-by-side -> 1",
    ),
    "lists-below-each-other": Case(
        "a second list with other columns in the same sheet",
        csv_of(two_lists()),
        "88/12 (title) 88/13 (title): 34 entries; blank-row 1, total-row 2 -> 0",
    ),
    "lists-on-two-sheets": Case(
        "a list on each sheet, the sheet's name has the number",
        files(
            list__xlsx=book(
                {"Məntəqə 12": PLAIN[1:], "Məntəqə 13": [HEADER, *voters(10, 24)]}
            )
        ),
        "?/12 (sheet): 24 entries; says constituency-unknown / "
        "?/13 (sheet): 10 entries; says constituency-unknown -> 0",
    ),
    "notes-beside-the-list": Case(
        "a sheet of notes in the workbook",
        files(
            list__xlsx=book(
                {
                    "Siyahı": PLAIN,
                    "Qeydlər": [["Yoxlanılıb", ""], ["Çap üçün: A4 vərəq", "2 nüsxə"]],
                }
            )
        ),
        "88/12 (title): 24 entries / ?/? (-): 0 entries; no-list 2; says no-list -> 1",
    ),
    "precincts-in-a-column": Case(
        "two precincts in one list, told by a column",
        csv_of(
            [
                ["Məntəqə", *HEADER],
                *([str(12 + at // 12), *row] for at, row in enumerate(voters())),
            ]
        ),
        "?/12 (column) ?/13 (column): 24 entries; says constituency-unknown -> 0",
    ),
    "voters-above-the-header": Case(
        "three voters above the first header",
        csv_of([[TITLE], *voters(3, 24), *PLAIN[1:]]),
        "88/12 (title): 24 entries; header-unknown 3; says header-unknown -> 1",
    ),
    # Whose list
    "place-in-folders": Case(
        "constituency and precinct in the names of the folders",
        files(**{"88 saylı dairə___12 saylı məntəqə___list__csv": text(PLAIN[1:])}),
        "88/12 (file): 24 entries -> 0",
    ),
    "place-contradicted": Case(
        "the title says 12, the file's name 13",
        csv_of(PLAIN, "13 saylı məntəqə__csv"),
        "88/12 (title): 24 entries; says place-by-title -> 1",
    ),
    "place-unknown": Case(
        "no number anywhere",
        csv_of(PLAIN[1:]),
        "?/? (-): 24 entries; says constituency-unknown, precinct-unknown -> 1",
    ),
    "place-of-a-school": Case(
        "the only number is that of a school",
        csv_of([["Siyahı (12 saylı orta məktəb)"], *PLAIN[1:]]),
        "?/? (-): 24 entries; says constituency-unknown, precinct-unknown -> 1",
    ),
    "list-temporary": Case(
        "a temporary list",
        csv_of([["Müvəqqəti seçicilər siyahısı"], *PLAIN]),
        "88/12 (title): 24 entries -> 0",
    ),
    # Rows
    "total-differs": Case(
        "the total below is not the number of voters",
        csv_of([*PLAIN, ["Cəmi: 25"]]),
        "88/12 (title): 24 entries; total-row 1 -> 1",
    ),
    "signatures-below": Case(
        "total, signatures and stamp below the list",
        csv_of([*PLAIN, ["Cəmi:", "24"], [], ["Sədr:", "", "________"], ["M.Y."]]),
        "88/12 (title): 24 entries; blank-row 1, total-row 1 -> 0",
    ),
    "row-too-short": Case(
        "a row that ends after its number",
        csv_of([*PLAIN, ["25"]]),
        "88/12 (title): 24 entries; row-too-short 1 -> 1",
    ),
    "row-too-long": Case(
        "a delimiter too many",
        csv_of([*PLAIN, [*voters(1, 24)[0][:6], "x", "y"]]),
        "88/12 (title): 24 entries; row-too-long 1 -> 1",
    ),
    "row-without-name": Case(
        "a row with a birth date and no name",
        csv_of([*PLAIN, ["25", "", "", "", "1970", "x", ""]]),
        "88/12 (title): 24 entries; no-name 1 -> 1",
    ),
    "rows-blank": Case(
        "blank rows between the voters",
        book_of([*PLAIN[:6], [], [], *PLAIN[6:]]),
        "88/12 (title): 24 entries; blank-row 2 -> 0",
    ),
    "rows-hidden": Case(
        "a hidden row",
        book_of(PLAIN, hide),
        "88/12 (title): 24 entries; says hidden-rows -> 0",
    ),
    "columns-hidden": Case(
        "hidden columns",
        book_of(PLAIN, hide_column),
        "88/12 (title): 24 entries; says hidden-columns -> 0",
    ),
    "columns-many": Case(
        "a cell beyond all columns",
        book_of(PLAIN, write_far_right),
        "88/12 (title): 24 entries; says columns-joined -> 0",
    ),
    "cells-not-worked-out": Case(
        "addresses made by formulas that no program has worked out",
        book_of([*PLAIN, [*voters(1, 24)[0][:5], '="Nizami küç. "&"5"', ""]]),
        "88/12 (title): 25 entries; says cells-not-worked-out -> 0",
    ),
    "rows-none": Case(
        "a header and no voter", csv_of(PLAIN[:2]), "88/12 (title): 0 entries -> 0"
    ),
    # Cells
    "fin-as-number": Case(
        "FIN of digits only, stored as numbers",
        book_of(numbers()),
        "88/12 (title): 24 entries -> 0",
    ),
    "cell-with-line-break": Case(
        "an address over two lines",
        csv_of([*PLAIN, [*voters(1, 24)[0][:5], "Nizami küç.\n5", ""]]),
        "88/12 (title): 25 entries -> 0",
    ),
    "cells-of-two-voters": Case(
        "two voters in one row, each in a line of its cells",
        book_of(
            [
                *PLAIN[:-2],
                [
                    f"{cell}\n{other}"
                    for cell, other in zip(PLAIN[-2], PLAIN[-1], strict=True)
                ],
            ]
        ),
        "88/12 (title): 22 entries; may-be-voter 1; says may-be-voter -> 1",
    ),
    "quote-never-closed": Case(
        "a quotation mark that never closes",
        files(list__csv=text(PLAIN) + '25;"Əliyev;Əli;;1970;x;\r\n'.encode()),
        "88/12 (title): 25 entries -> 0",
    ),
    # Files
    "encoding-utf-16": Case(
        "UTF-16 with its mark",
        files(list__csv=text(PLAIN, encoding="utf-16")),
        "88/12 (title): 24 entries -> 0",
    ),
    "encoding-utf-16-sent-as-text": Case(
        "UTF-16 with a byte before each line feed, as FTP puts it",
        files(
            list__csv=text(PLAIN, encoding="utf-16").replace(b"\n", b"\r\n"),
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "encoding-utf-16-off-by-a-byte": Case(
        "UTF-16 that lost a byte in the middle",
        files(
            list__csv=text(PLAIN, encoding="utf-16")[:1000]
            + text(PLAIN, encoding="utf-16")[1001:],
        ),
        "encoding-unreadable -> 3",
    ),
    "lines-end-as-in-unicode": Case(
        "lines that end with U+2028",
        files(list__csv=text(PLAIN).replace(b"\r\n", "\u2028".encode())),
        "88/12 (title): 24 entries -> 0",
    ),
    "json-in-columns": Case(
        "a JSON file with a list for each column",
        files(
            list__json=json.dumps(
                dict(
                    zip(
                        HEADER,
                        map(list, zip(*voters(), strict=True)),
                        strict=True,
                    )
                )
            ).encode()
        ),
        "file-not-a-table -> 3",
    ),
    "letters-lost": Case(
        "saved in a code page that lacks ə, ğ, ş and more",
        files(list__csv=text(PLAIN).decode().encode("ascii", "replace")),
        "88/12 (title): 24 entries; says letters-lost -> 1",
    ),
    "encoding-windows-1254": Case(
        "the Turkish code page, ə typed as ä",
        files(
            list__csv=text(PLAIN)
            .decode()
            .replace("ə", "ä")
            .replace("Ə", "Ä")
            .replace("№", "No")
            .encode("cp1254")
        ),
        "88/12 (title): 24 entries -> 0",
    ),
    "delimiter-tab": Case(
        "a text file with tabs",
        csv_of(PLAIN, "list__txt", delimiter="\t"),
        "88/12 (title): 24 entries -> 0",
    ),
    "file-empty": Case("a file of no bytes", files(list__csv=b""), "file-empty -> 3"),
    "file-a-picture": Case(
        "a picture called CSV",
        files(list__csv=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(90)),
        "scanned-page -> 3",
    ),
    "file-damaged": Case(
        "half a workbook",
        files(list__xlsx=book({"Siyahı": PLAIN})[:3000]),
        "file-unreadable -> 3",
    ),
    "list-in-word": Case(
        "a table below its title in a Word document",
        files(list__docx=documents.word_list(1, 24)),
        "88/12 (title): 24 entries -> 0",
    ),
    "list-in-word-deleted-row": Case(
        "a row deleted while changes were tracked",
        files(list__docx=documents.word_changed()),
        "88/12 (title): 11 entries; deleted-row 1 -> 1",
    ),
    "list-in-odt": Case(
        "a table in an OpenDocument text",
        files(list__odt=documents.odt_list()),
        "88/12 (title): 12 entries -> 0",
    ),
    "list-printed": Case(
        "a PDF of three pages, a row broken over a page",
        files(list__pdf=documents.READER_FILES["list.pdf"]),
        "88/12 (title): 40 entries; total-row 1 -> 0",
    ),
    "list-printed-without-lines": Case(
        "a PDF of two pages without a line",
        files(list__pdf=documents.READER_FILES["without_lines.pdf"]),
        "88/12 (title): 60 entries; total-row 1 -> 0",
    ),
    "list-printed-with-a-scan": Case(
        "a PDF whose second page is a picture",
        files(list__pdf=documents.drawn(documents.draw_list, documents.draw_scan)),
        "?/? (-): 10 entries; says constituency-unknown, precinct-unknown"
        " / scanned-page -> 3",
    ),
    "list-of-dbase": Case(
        "a DBF file with a deleted record, in the code page of DOS",
        files(list__dbf=documents.dbf_list(deleted={2})),
        "?/? (-): 3 entries; deleted-row 1"
        "; says constituency-unknown, precinct-unknown -> 1",
    ),
    "file-of-old-word": Case(
        "a document of Word before 2007",
        files(
            list__doc=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "WordDocument\0".encode("utf-16-le")
        ),
        "document-not-read -> 3",
    ),
    "file-of-something-else": Case(
        "a table of prices",
        csv_of([["Mal", "Qiymət"], *([f"Kağız {at}", f"{at},50"] for at in range(12))]),
        "?/? (-): 0 entries; header-unknown 13; says header-unknown -> 1",
    ),
    # Files together
    "file-twice": Case(
        "one content under two names",
        files(a__csv=text(PLAIN), b__csv=text(PLAIN)),
        "88/12 (title): 24 entries | 88/12 (title): 0 entries; duplicate-file 26"
        "; says duplicate-file -> 1",
    ),
    "file-for-two-precincts": Case(
        "one content, named for precincts 12 and 13",
        files(
            **{"12-menteqe__csv": text(PLAIN[1:]), "13-menteqe__csv": text(PLAIN[1:])}
        ),
        "?/12 (file): 24 entries; says constituency-unknown | "
        "?/13 (file): 0 entries; duplicate-file 25; says copy-elsewhere, duplicate-file -> 1",
    ),
    "list-in-two-formats": Case(
        "the same list, once with semicolons and once with tabs",
        files(a__csv=text(PLAIN), b__txt=text(PLAIN, delimiter="\t")),
        "88/12 (title): 24 entries | 88/12 (title): 0 entries; same-entry 24"
        "; says list-repeated -> 1",
    ),
    "list-in-two-versions": Case(
        "a corrected version beside the first: one surname changed, one voter more",
        files(**split_version()),
        "88/12 (title): 1 entries; same-entry 23"
        "; says list-version | 88/12 (title): 25 entries -> 1",
    ),
}
