"""The people of the guides: what each of them writes into the workbook, by hand."""

from __future__ import annotations

import review_books
from voterlist.report.values import Words

AYNUR, RASHAD, LEYLA = "Aynur Əliyeva", "Rəşad Quliyev", "Leyla Həsənova"
SAMIR, NIGAR = "Samir Məmmədov", "Nigar Rzayeva"
AYNURS_CASES = range(1, 26)
RASHADS_CASES = range(22, 41)
DISPUTED = 25
"""A case that both decide, and in different ways."""
AT_THE_DOOR = {231, 232}
REASONS = {
    "en": {
        "identifiers": "FIN, document and birth date agree",
        "household": "same dwelling, same birth date",
        "door": "one person, seen at the door",
        "passports": "two passports seen",
        "act": "act 12 of the precinct, 4 May 2026",
    },
    "az": {
        "identifiers": "FİN, sənəd və doğum tarixi eynidir",
        "household": "eyni ünvan, eyni doğum tarixi",
        "door": "bir şəxsdir, yerində yoxlanılıb",
        "passports": "iki vəsiqəyə baxılıb",
        "act": "məntəqənin 12 nömrəli aktı, 4 may 2026",
    },
}


def _as_proposed(row, words, reason):
    """The answer of a row of the cases as it is proposed."""
    proposals = {
        words(f"role.{role}"): words(f"verdict.{role}") for role in ("keep", "repeat")
    }
    answer = next(proposals[cell] for cell in row["shown"] if cell in proposals)
    is_repeat = answer == words("verdict.repeat")
    return {"answer": answer, "reason": reason if is_repeat else None}


def _case(row):
    """The number of the case, on the sheet of cases."""
    return row["shown"][0] if row.get("case_id") else None


def aynur(path, language):
    """Cases 1 to 25 as proposed; whoever is on the register of deaths is struck."""
    words, reasons = Words(language), REASONS[language]
    deaths = {words(f"rule.deceased-{one}.title") for one in ("confirmed", "probable")}
    ticked = set()

    def answers(row):
        case = _case(row)
        if case in AYNURS_CASES and case not in ticked:
            ticked.add(case)
            tick = {"as_proposed": "✓", "reason": reasons["identifiers"]}
            return {**tick, "decided_by": AYNUR}
        if row["shown"][0] in deaths:
            return {
                "answer": words("answer.strike"),
                "ground": words("ground.died.title"),
                "decided_by": AYNUR,
            }
        return None

    review_books.fill(path, answers)


def rashad(path, language):
    """Cases 22 to 40, one of them otherwise; FINs from the documents; two for the door."""
    words, reasons = Words(language), REASONS[language]
    fins = iter(("5ZK31RA", "6WJ42TB", "7NP53VC"))

    def answers(row):
        case = _case(row)
        if case == DISPUTED:
            answer = {
                "answer": words("verdict.separate"),
                "reason": reasons["passports"],
            }
        elif case in RASHADS_CASES:
            answer = _as_proposed(row, words, reasons["household"])
        elif case in AT_THE_DOOR:
            answer = {"answer": words("answer.ask")}
        elif row["shown"][0] == words("rule.fin-shared.title"):
            answer = {
                "answer": words("answer.correct"),
                "field": words("field.fin"),
                "value": next(fins),
                "ground": words("ground.document-seen.title"),
                "document": f"AZE1234567{row['row'] % 10}",
            }
        else:
            return None
        return {**answer, "decided_by": RASHAD}

    review_books.fill(path, answers)


def leyla(path, language):
    """The third person, on the sheet of what is contested: the entries are one person."""
    words = Words(language)
    verdicts = iter(("keep", "repeat"))

    def answers(row):
        if row["sheet"] != words("review.sheet.contested"):
            return None
        return {
            "answer": words(f"verdict.{next(verdicts)}"),
            "reason": REASONS[language]["door"],
            "decided_by": LEYLA,
        }

    review_books.fill(path, answers)


def takes_back(path, language):
    """Aynur takes back case 1, on the sheet of what was decided."""
    words = Words(language)

    def answers(row):
        if row["sheet"] != words("review.sheet.decided") or _case(row) != 1:
            return None
        return {"answer": words("answer.withdraw"), "decided_by": AYNUR}

    review_books.fill(path, answers)


def samir(path, language):
    """All cases as they are proposed; whoever is asked about from above stands rightly here."""
    words, ticked = Words(language), set()

    def answers(row):
        if row["sheet"] == words("review.sheet.from-above"):
            return {"answer": words("answer.stays"), "decided_by": SAMIR}
        if row["sheet"] != words("review.sheet.cases") or _case(row) in ticked:
            return None
        ticked.add(_case(row))
        reason = REASONS[language]["identifiers"]
        return {"as_proposed": "✓", "reason": reason, "decided_by": SAMIR}

    review_books.fill(path, answers)


def nigar(path, language):
    """Whoever is asked about from above stands elsewhere, by the act of the door."""
    words = Words(language)

    def answers(row):
        if row["sheet"] != words("review.sheet.from-above"):
            return None
        document = REASONS[language]["act"]
        answer = words("answer.elsewhere")
        return {"answer": answer, "document": document, "decided_by": NIGAR}

    review_books.fill(path, answers)


PEOPLE = {
    "samir": samir,
    "nigar": nigar,
    "aynur": aynur,
    "rashad": rashad,
    "leyla": leyla,
    "aynur-takes-back": takes_back,
}
