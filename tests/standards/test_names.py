from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.names import check_person_name, normalise_person_name


@pytest.mark.parametrize("dot", list("·•・･‧∙⋅"))
def test_every_lookalike_dot_becomes_the_one_of_the_standard(dot: str) -> None:
    assert check_person_name(f"古丽{dot}买买提") == "古丽·买买提"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张三 ", "张三"),
        ("张　三", "张三"),
        ("张\u200b三", "张三"),
        ("古丽 · 买买提", "古丽·买买提"),
        ("⼀⼆", "一二"),  # radicals pasted from a PDF
        ("Ｊｏｈｎ　Smith", "John Smith"),
        ("O’Neil  Jean-Paul", "O'Neil Jean-Paul"),
        ("José", "José"),
        ("Jose\u0301", "José"),
        ("阿卜杜热西提·阿卜杜克力木·买买提明", "阿卜杜热西提·阿卜杜克力木·买买提明"),
    ],
)
def test_what_people_type_is_normalised(text: str, name: str) -> None:
    assert check_person_name(text) == name


@pytest.mark.parametrize("character", list("㛃𬍛䶮喆堃龑㼆〇\U0002ebf0\U00031350\U0002a6d6"))
def test_rare_characters_stay_as_they_are(character: str) -> None:
    assert check_person_name(f"王{character}") == f"王{character}"


def test_a_compatibility_character_is_not_silently_replaced() -> None:
    assert check_person_name("\uf9d1明") == "\uf9d1明"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name.empty"),
        (" 　 ", "name.empty"),
        ("李" * 51, "name.too_long"),
        ("张3", "name.digits"),
        ("张３", "name.digits"),
        ("张①", "name.digits"),
        ("张-三", "name.symbols"),
        ("张三（女）", "name.symbols"),
        ("张三。", "name.symbols"),
        ("张三😀", "name.symbols"),
        ("张\x00三", "name.symbols"),
        ("王\ue000", "name.private_use"),
        ("王\U000f0000", "name.private_use"),
        ("王\U00033480", "name.unassigned"),
        ("王\ufffe", "name.unassigned"),
        ("ئالىم", "name.script"),
        ("Иван", "name.script"),
        ("カナ", "name.script"),
        ("·张三", "name.dot_position"),
        ("张三•", "name.dot_position"),
        ("张··三", "name.dot_position"),
    ],
)
def test_each_fault_has_its_own_code(text: str, code: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_person_name(text)
    assert caught.value.code == code
    assert caught.value.message


def test_the_sentence_names_the_character() -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_person_name("王\ue001")
    assert "U+E001" in caught.value.message


def test_fifty_characters_are_allowed() -> None:
    assert len(check_person_name("李" * 50)) == 50


@given(st.text(max_size=60))
def test_checking_twice_changes_nothing(text: str) -> None:
    try:
        name = check_person_name(text)
    except InvalidNumber as error:
        assert error.message
    else:
        assert check_person_name(name) == name
        assert 1 <= len(name) <= 50
        assert not any(c.isdigit() for c in name)


@pytest.mark.parametrize("stop", list(".．。｡﹒"))
def test_full_stop_between_parts_is_the_dot(stop: str) -> None:
    assert check_person_name(f"古丽{stop}买买提{stop}卡德尔") == "古丽·买买提·卡德尔"
    assert check_person_name(f"古丽 {stop} 买买提") == "古丽·买买提"
    assert check_person_name(f"Guli{stop}Maimaiti") == "Guli·Maimaiti"


@pytest.mark.parametrize("text", ["张三.", ".张三", "J. Smith", "J.R. Smith", "古丽..买买提"])
def test_full_stop_elsewhere_is_no_dot(text: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_person_name(text)
    assert caught.value.code == "name.symbols"


def test_dot_of_phonetic_scripts_is_the_one_of_the_standard() -> None:
    assert check_person_name("阿卜来提\ua78f如则") == "阿卜来提\u00b7如则"


@pytest.mark.parametrize("character", list("\U000212fe\U0002a6a5\U0002b7f7\U0002d016\U0002b73f\U0002ceac\U000323b0\U00033479"))
def test_every_hanzi_may_stand_in_a_name(character: str) -> None:
    assert check_person_name(f"王{character}") == f"王{character}"


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200d", "\u202c", "\u00ad", "\ufe0f", "\U000e0100"])
def test_what_cannot_be_seen_is_no_part_of_a_name(unseen: str) -> None:
    assert check_person_name(f"{unseen}张{unseen}三") == "张三"


@given(st.text("古丽.．。·ꞏ Aé-'\u0301\u200b\ufe0f", max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_person_name(text)
    assert normalise_person_name(once) == once
