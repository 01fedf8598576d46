from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards import publications as p
from zhicheng.standards.errors import InvalidNumber


def code_of(check: Callable[[str], object], text: str) -> str:
    with pytest.raises(InvalidNumber) as caught:
        check(text)
    assert caught.value.message
    return caught.value.code


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


def swap(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def change(text: str, place: int, by: int) -> str:
    return text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]


@pytest.mark.parametrize(
    ("check", "text", "number"),
    [
        (p.check_isbn, "0-306-40615-2", "0306406152"),
        (p.check_isbn, "ISBN 978-0-306-40615-7", "9780306406157"),
        (p.check_isbn, "ISBN-13: 978-0-306-40615-7", "9780306406157"),
        (p.check_isbn, "0-8044-2957-x", "080442957X"),
        (p.check_isbn, "978-3-16-148410-0", "9783161484100"),
        (p.check_issn, "0378-5955", "0378-5955"),
        (p.check_issn, "ISSN 2049—3630", "2049-3630"),
        (p.check_issn, "1000-0054", "1000-0054"),
        (p.check_issn, "2434561x", "2434-561X"),
        (p.check_cn, "CN65-1234/G4", "CN65-1234/G4"),
        (p.check_cn, "cn 65－1234／g4", "CN65-1234/G4"),
        (p.check_cn, "11-2223/N", "CN11-2223/N"),
        (p.check_cn, "CN10-1021/TP", "CN10-1021/TP"),
        (p.check_cn, "CN65-0001", "CN65-0001"),
        (p.check_doi, "doi: 10.1000/xyz123", "10.1000/xyz123"),
        (p.check_doi, "https://doi.org/10.13329/j.cnki.zyyjk.2023.0088", "10.13329/j.cnki.zyyjk.2023.0088"),
    ],
)
def test_known_numbers_are_read(check: Callable[[str], str], text: str, number: str) -> None:
    assert check(text) == number
    assert check(number) == number


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (p.check_isbn, "", "isbn.empty"),
        (p.check_isbn, "12345", "isbn.length"),
        (p.check_isbn, "0306406153", "isbn.checksum"),
        (p.check_isbn, "9780306406158", "isbn.checksum"),
        (p.check_isbn, "9770306406157", "isbn.prefix"),
        (p.check_isbn, "97803064061A7", "isbn.characters"),
        (p.check_isbn, "03064X6152", "isbn.characters"),
        (p.check_issn, "", "issn.empty"),
        (p.check_issn, "0378-595", "issn.length"),
        (p.check_issn, "0378-5956", "issn.checksum"),
        (p.check_issn, "03X8-5955", "issn.characters"),
        (p.check_cn, "", "cn.empty"),
        (p.check_cn, "CN65-123/G4", "cn.format"),
        (p.check_cn, "CN99-1234/G4", "cn.region"),
        (p.check_cn, "CN65-1234", "cn.class_missing"),
        (p.check_cn, "CN65-1234/", "cn.format"),
        (p.check_doi, "", "doi.empty"),
        (p.check_doi, "11.1000/xyz", "doi.format"),
        (p.check_doi, "10.1000/", "doi.format"),
        (p.check_patent, "", "patent.empty"),
        (p.check_patent, "ZL20031010234", "patent.format"),
        (p.check_patent, "ZL200350102344.5", "patent.kind"),
        (p.check_patent, "ZL200310102344.6", "patent.checksum"),
        (p.check_publication_number, "第三期", "publication.number"),
        (p.check_publication_number, "ISSN 0378-5956", "issn.checksum"),
        (p.check_publication_number, "9780306406158", "isbn.checksum"),
    ],
)
def test_each_fault_has_its_own_code(check: Callable[[str], object], text: str, code: str) -> None:
    assert code_of(check, text) == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CN65-1234/G4", "CN65-1234/G4"),
        ("65-1234/G4", "CN65-1234/G4"),
        ("0378-5955", "ISSN 0378-5955"),
        ("978-0-306-40615-7", "ISBN 9780306406157"),
        ("10.1000/xyz123", "10.1000/xyz123"),
        ("DOI:10.1000/xyz123", "10.1000/xyz123"),
    ],
)
def test_the_kind_of_a_publication_number_is_told_by_its_form(text: str, number: str) -> None:
    assert p.check_publication_number(text) == number
    assert p.check_publication_number(number) == number


def test_the_example_of_the_patent_standard_is_read() -> None:
    patent = p.check_patent("ZL 2003 1 0102344.5")
    assert (patent.number, patent.year, patent.kind) == ("ZL200310102344.5", 2003, "1")


@pytest.mark.parametrize(("first_eight", "year"), [("85100001", 1985), ("98212345", 1998), ("03234567", 2003)])
def test_patents_of_before_october_2003_have_eight_digits_and_a_check(first_eight: str, year: int) -> None:
    patent = p.check_patent(f"{first_eight}.{p.patent_check(first_eight)}")
    assert (patent.year, patent.kind) == (year, first_eight[2])


def test_one_book_under_both_numbers_is_found() -> None:
    assert p.isbn10_to_isbn13("0-306-40615-2") == "9780306406157"


@given(digits(9), st.integers(0, 8), st.integers(1, 9))
def test_isbn10_catches_single_changes_and_swaps(nine: str, place: int, by: int) -> None:
    number = nine + p.isbn10_check(nine)
    assert p.check_isbn(number) == number
    assert p.check_isbn13(p.isbn10_to_isbn13(number))
    assert code_of(p.check_isbn, change(number, place, by)) == "isbn.checksum"
    if (swapped := swap(number, place)) != number:
        assert code_of(p.check_isbn, swapped) in {"isbn.checksum", "isbn.characters"}


@given(digits(9), st.integers(3, 12), st.integers(1, 9))
def test_isbn13_catches_single_changes(nine: str, place: int, by: int) -> None:
    number = f"978{nine}{p.isbn13_check(f'978{nine}')}"
    assert p.check_isbn(number) == number
    assert code_of(p.check_isbn, change(number, place, by)) == "isbn.checksum"


@given(digits(7), st.integers(0, 6), st.integers(1, 9))
def test_issn_catches_single_changes_and_swaps(seven: str, place: int, by: int) -> None:
    number = seven + p.issn_check(seven)
    assert p.check_issn(number).replace("-", "") == number
    assert code_of(p.check_issn, change(number, place, by)) == "issn.checksum"
    if (swapped := swap(number, place)) != number:
        assert code_of(p.check_issn, swapped) in {"issn.checksum", "issn.characters"}


@given(digits(7), st.sampled_from("12389"), st.integers(5, 11), st.integers(1, 9))
def test_patent_numbers_catch_single_changes_and_swaps(serial: str, kind: str, place: int, by: int) -> None:
    twelve = f"2023{kind}{serial}"
    number = twelve + p.patent_check(twelve)
    assert p.check_patent(number).kind == kind
    assert code_of(p.check_patent, change(number, place, by)) == "patent.checksum"
    if (swapped := swap(number, place)) != number:
        assert code_of(p.check_patent, swapped) in {"patent.checksum", "patent.format"}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for check in (p.check_publication_number, p.check_patent, p.check_cn, p.check_doi):
        try:
            check(text)
        except InvalidNumber as error:
            assert error.message


@pytest.mark.parametrize(
    ("check", "typed", "letter"),
    [
        (p.check_cn, "СN65-1234/G4", "С（U+0421）"),
        (p.check_cn, "CN65-1234/ТV", "Т（U+0422）"),
        (p.check_patent, "ZL20031010234Х.5", "Х（U+0425）"),
        (p.check_patent, "ΖL200310102344.5", "Ζ（U+0396）"),
        (p.check_publication_number, "СN65-1234/G4", "С（U+0421）"),
    ],
)
def test_letter_of_another_alphabet_is_named_as_what_it_is(check, typed: str, letter: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        check(typed)
    assert refused.value.code in {"letters.cyrillic", "letters.greek"}
    assert f"“{letter[0]}”{letter[1:]}" in str(refused.value)
