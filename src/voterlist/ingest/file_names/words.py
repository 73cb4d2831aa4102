"""What the words in the names of files, folders and sheets say of the numbers beside them."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache


class Sense(StrEnum):
    """What a word says of a number beside it."""

    CONSTITUENCY = "constituency"
    PRECINCT = "precinct"
    OTHER = "other"
    """The number is of something else: a school, a street, a page, a part."""
    VERSION = "version"
    """The number right behind it is of a version or a copy."""
    STATE = "state"
    """An adjective (last, new); a number glued to it is of a version."""
    MONTH = "month"
    ORDINAL = "ordinal"
    """Behind a number: it belongs to the next noun."""
    SIGN = "sign"
    """Before a number: "No"."""
    LIST = "list"
    """A noun of its own, so that the ordinal before it is not that of a place."""
    PLAIN = "plain"
    """A word of elections that says nothing of a number."""
    UNKNOWN = "unknown"


_PLURALS = (
    *("menteqeler", "mentegeler", "daireler", "precincts", "constituencies"),
    *("участки", "участков", "участкам", "округов", "округам"),
)
"""Several places: the number beside the word is not of one of them."""

_WORDS: dict[Sense, str] = {
    Sense.CONSTITUENCY: "dsk dsknin dskya dskda dsksi дск oik оик conec con const okr окр",
    Sense.PRECINCT: "msk msknin mskya mskda msksi мск pec uik уик uch уч prec ment station",
    Sense.OTHER: (
        "kuc ev str school bina dom kv mkr hisse part page pages wa cild vol tom seh doc"
        " scan skan img vereq sheet book kitab file fayl form forma row rows sira"
        " nefer qrup group box ул дом кв мкр сад том стр лист книга скан файл форма"
        " строк чел группа"
    ),
    Sense.VERSION: "v ver vers rev copy вер ред",
    Sense.STATE: "son final last yeni new yekun kohne old итог новый нов последний",
    Sense.MONTH: (
        "may jan feb mar apr jun jul aug sep sept oct nov dec май мая янв фев мар апр"
        " авг сен окт ноя дек"
    ),
    Sense.ORDINAL: (
        "sayli sayili nomreli li lu ci cu сајлы сайлы нөмрәли й го ый ий ой ом му ая я"
        " th st nd rd"
    ),
    Sense.SIGN: "no n nr num number nomre номер",
    Sense.PLAIN: (
        "az ru en aze rus eng utf utf8 ec seckisi csv xlsx uzre ucun по для of the for"
        " and ve и"
    ),
}
"""The words that are known as they stand, folded."""

_STEMS: dict[Sense, str] = {
    Sense.CONSTITUENCY: "daire daira dayre okrug округ даир constit district",
    Sense.PRECINCT: (
        "menteq menteg mentek mentey mantaq mantag участ мәнтәг мәнтәҝ мантаг ментег"
        " ментек uchast ucastok precinct polling"
    ),
    Sense.OTHER: (
        "mekteb mektep школ част bagca kuce улиц street mikrorayon микрорайон mehelle"
        " menzil xestexana больниц hospital sehife страниц hissesi cildi sened документ"
        " document elave annex appendix приложен protokol protocol протокол qerar решен"
        " setir image photo foto sekil worksheet untitled cedvel table таблиц"
        " человек people entries vereqi"
    ),
    Sense.VERSION: (
        "versiya version верси revision redaksiya редакц kopya kopiya копи suret nusxe"
        " variant вариант duzelis correct исправ"
    ),
    Sense.MONTH: (
        "yanvar fevral mart aprel iyun iyul avqust sentyabr oktyabr noyabr dekabr"
        " январ феврал март апрел июн июл август сентябр октябр ноябр декабр"
        " januar februar march april june july august september october november"
        " december"
    ),
    Sense.SIGN: "nomres номер",
    Sense.LIST: "siyahi spis спис list roll regist",
    Sense.PLAIN: (
        "secici secki voter избир вибор выбор elector election komissiya комисс"
        " commission daimi permanent постоян muveqqeti временн temporary umumi rayon"
        " район seher город kend qesebe"
    ),
}
"""The beginnings of words with their endings; the place words may stand inside a word too."""

LETTER_PAIRS = (("c", "p"), ("d", "m"), ("о", "у"), ("o", "u"), ("sd", "sm"))
"""Letters that stand for constituency and precinct where both are glued to a number."""

_PLACES = (Sense.CONSTITUENCY, Sense.PRECINCT)
_LONG = 5
"""A stem of so many letters is known inside a word too: ``seckimenteqesi``."""
_EXACT = {word: sense for sense, text in _WORDS.items() for word in text.split()}
_BEGINNINGS = [(stem, sense) for sense, text in _STEMS.items() for stem in text.split()]


@lru_cache(maxsize=4096)
def sense_of(word: str) -> Sense:
    """What a folded word says of the numbers beside it."""
    if any(plural in word for plural in _PLURALS):
        return Sense.PLAIN
    if word in _EXACT:
        return _EXACT[word]
    for stem, sense in _BEGINNINGS:
        if word.startswith(stem):
            return sense
    for stem, sense in _BEGINNINGS:
        if sense in _PLACES and len(stem) >= _LONG and stem in word:
            return sense
    return Sense.UNKNOWN
