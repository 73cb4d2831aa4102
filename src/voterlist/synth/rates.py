"""How often each thing is done to an invented list.

All are shares (0 to 1) unless stated otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of changes to persons, entries and lists; defaults are estimated, not measured.

    With two constituencies or more, the defaults give 2.5 to 3 % of all persons a second entry.

    Attributes:
        same_precinct: a second time in the list of the same precinct.
        moved_within: after a move within the constituency.
        moved_across: after a move to another constituency.
        surname_by_marriage: under the surname of the husband, after a move.
        ending_changed: with another ending of the surname.
        temporary_list: on the temporary list of the constituency.
        displaced: of the persons whose home is in a constituency of displaced people.
        third_entry: of the persons with a second entry.
        dead_listed: of all persons; the old are hit more often than the young.
        dead_registered: of the dead still listed, those the register of deaths knows.
        deaths_elsewhere: deaths of people who are on no list, for one dead person still listed.
        death_unusable: of the register's rows, those that lack what is needed to recognise a
            person.
        typing_surname: a slip of the keyboard in the surname.
        typing_given_name: a slip of the keyboard in the given name.
        typing_patronymic: a slip of the keyboard in the patronymic.
        typing_address: a slip of the keyboard in the address.
        surname_missing: no surname.
        given_name_missing: no given name.
        patronymic_missing: no patronymic.
        birth_missing: no birth date.
        birth_year_only: the year of birth alone.
        day_month_swapped: day and month of the birth date exchanged.
        birth_digit: a digit of the birth date mistaken.
        birth_impossible: 31 February for the birth date.
        sex_missing: no sex.
        sex_wrong: the other sex.
        address_missing: no address.
        document_missing: no document.
        document_damaged: a document number that was copied badly.
        document_reissued: of the second entries, those that carry a later document.
        fin_missing: no FIN.
        fin_damaged: a FIN that was copied badly.
        fin_of_another: the FIN of the entry above.
        houses_repeated: whether two precincts may write one street and house; at 0 a street that
            several have is numbered through.
        list_without_fin: lists without a column for the FIN.
        list_without_document: lists without a column for the document.
        list_without_sex: lists without a column for the sex.
        list_with_birth_year: lists that write the year of birth alone.
        typed_ascii: lists in Azerbaijani Latin without its letters.
        typed_english: lists in English spelling.
        typed_azeri_cyrillic: lists in Azerbaijani Cyrillic.
        typed_russian: lists in Russian.
        typed_capitals: lists in capitals, whatever the script.
    """

    # Second entries: shares of all persons, by cause.
    same_precinct: float = 0.006
    moved_within: float = 0.0075
    moved_across: float = 0.0055
    surname_by_marriage: float = 0.0025
    ending_changed: float = 0.0013
    temporary_list: float = 0.0025
    displaced: float = 0.04
    third_entry: float = 0.04

    # The dead.
    dead_listed: float = 0.006
    dead_registered: float = 0.85
    deaths_elsewhere: float = 1.5
    death_unusable: float = 0.25

    # What a clerk does to one entry.
    typing_surname: float = 0.008
    typing_given_name: float = 0.006
    typing_patronymic: float = 0.008
    typing_address: float = 0.006
    surname_missing: float = 0.0002
    given_name_missing: float = 0.0002
    patronymic_missing: float = 0.015
    birth_missing: float = 0.001
    birth_year_only: float = 0.01
    day_month_swapped: float = 0.003
    birth_digit: float = 0.004
    birth_impossible: float = 0.0002
    sex_missing: float = 0.004
    sex_wrong: float = 0.001
    address_missing: float = 0.004
    document_missing: float = 0.04
    document_damaged: float = 0.004
    document_reissued: float = 0.35
    fin_missing: float = 0.04
    fin_damaged: float = 0.01
    fin_of_another: float = 0.0002

    houses_repeated: float = 1.0

    # What a list lacks altogether.
    list_without_fin: float = 0.12
    list_without_document: float = 0.06
    list_without_sex: float = 0.15
    list_with_birth_year: float = 0.05

    # How a list is typed; what is left over is Azerbaijani Latin.
    typed_ascii: float = 0.14
    typed_english: float = 0.07
    typed_azeri_cyrillic: float = 0.04
    typed_russian: float = 0.06
    typed_capitals: float = 0.12
