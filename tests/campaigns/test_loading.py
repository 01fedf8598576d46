"""A campaign file that cannot be used: everything wrong at once, each thing with its line, its place and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.files import OTHER_2025, assert_error_is_named, bortala, errors_in, line_of, other, other_text
from zhicheng.campaigns.loading import BadNotice, NoticeError, load_notice
from zhicheng.campaigns.notice import Notice

# name → (old, new with the line marked, path, a part of the reason)
SHAPE = {
    "unknown_key": ("  publicity_working_days: 7", "  publicity_workng_days: 7 # HERE", "limits.publicity_workng_days", "是不是“publicity_working_days”"),
    "unknown_key_at_top": ("calendar: national", "calender: national # HERE", "calender", "是不是“calendar”"),
    "unknown_key_nothing_near": ("calendar: national", "calendar: national\nzzz: 1 # HERE", "zzz", "不认识的键“zzz”"),
    "wrong_word": ("calendar: national", "calendar: nationl # HERE", "calendar", "应为 xinjiang、national 之一，是不是“national”"),
    "wrong_level": ("  - levels: [senior]", "  - levels: [seniors] # HERE", "windows[1].levels[0]", "是不是“senior”"),
    "number_too_small": ("  ban_years: 4", "  ban_years: 0 # HERE", "limits.ban_years", "不能小于 1"),
    "number_too_large": ("  ban_years: 4", "  ban_years: 400 # HERE", "limits.ban_years", "不能大于 50"),
    "word_for_number": ("  ban_years: 4", "  ban_years: four # HERE", "limits.ban_years", "应为整数"),
    "yes_for_number": ("  ban_years: 4", "  ban_years: yes # HERE", "limits.ban_years", "应为整数"),
    "fraction": ("  ban_years: 4", "  ban_years: 4.5 # HERE", "limits.ban_years", "应为整数"),
    "word_for_truth": ("      by_exam: true", "      by_exam: perhaps # HERE", "catalogue.series[2].by_exam", "应为 true 或 false"),
    "number_for_word": ('    number: "2."', "    number: 2 # HERE", "materials[1].number", "请加引号"),
    "empty_word": ("    zh: School teachers", "", "", ""),
    "word_for_list": ("  - levels: [senior]", "  - levels: senior # HERE", "windows[1].levels", "应为列表"),
    "word_for_mapping": ("texts:\n", "contacts:\n  - hello # HERE\ntexts:\n", "contacts[0]", "应由“键: 值”组成"),
    "empty_list": ("  - levels: [senior]", "  - levels: [] # HERE", "windows[1].levels", "至少要有 1 项"),
    "bad_slug": ("slug: kezhou-2025", "slug: Kezhou 2025 # HERE", "slug", "写法不对"),
    "bad_region": ('region_code: "653000"', 'region_code: "6530" # HERE', "region_code", "写法不对"),
    "time_without_minutes": ("    apply_from: 2025-09-01 10:00", "    apply_from: 2025-09-01 # HERE", "windows[0].apply_from", "精确到分"),
    "time_that_does_not_exist": (
        "    apply_from: 2025-09-01 10:00",
        "    apply_from: 2025-09-31 10:00 # HERE",
        "windows[0].apply_from",
        "确有这一天",
    ),
    "source_of_nowhere": ("    source: S-52", "    source: see above # HERE", "materials[1].source", "来源应为"),
    "condition_of_one_key_unknown": (
        "      - {series_in: [nursing]}",
        "      - {serie_in: [nursing]} # HERE",
        "materials[3].required_when[1].serie_in",
        "是不是“series_in”",
    ),
    "unknown_key_in_an_optional_part": (
        "      by_exam: true",
        "      by_exam: true\n      closed_reason: {zh: 甲, en: A, zhh: 乙} # HERE",
        "catalogue.series[2].closed_reason.zhh",
        "不认识的键“zhh”，是不是“zh”",
    ),
    "yaml_syntax": ("calendar: national", "calendar: ''national", "", "不是有效的 YAML"),
    "key_twice": ("calendar: national", "calendar: national\ncalendar: xinjiang # HERE", "calendar", "键“calendar”重复"),
    "strange_tag": ("calendar: national", "calendar: !!python/name:os.system # HERE", "calendar", "不支持的 YAML 标记"),
    "binary": ("calendar: national", "calendar: !!binary aGVsbG8= # HERE", "calendar", "不支持的 YAML 标记"),
    "key_is_a_list": ("calendar: national", "calendar: national\n[a, b]: 1 # HERE", "", "键应为一个词"),
    "alias_to_itself": ("calendar: national", "calendar: &a [*a] # HERE", "calendar[0]", "别名"),
}  # fmt: skip
SHAPE["empty_word"] = ("      zh: 中小学教师", '      zh: "  " # HERE', "catalogue.series[0].zh", "不能为空")


@pytest.mark.parametrize("name", SHAPE)
def test_error_names_its_line_and_place(name: str) -> None:
    old, new, path, reason = SHAPE[name]
    assert_error_is_named(other_text((old, new)), path, reason)


@pytest.mark.parametrize("name", ["unknown_key", "wrong_word", "time_without_minutes", "source_of_nowhere"])
def test_one_slip_gives_no_flood_of_errors(name: str) -> None:
    old, new, *_rest = SHAPE[name]
    assert len(errors_in(other_text((old, new)))) <= 2  # the slip and, for a misspelt key, the key that is now missing


def test_missing_key_is_named_at_the_line_of_its_part() -> None:
    text = other_text(("  ban_years: 4\n", ""), ("limits:", "limits: # HERE"))
    assert errors_in(text) == [NoticeError(line_of(text), "limits.ban_years", "缺少“ban_years”")]


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = other_text(
        ('region_code: "653000"', "region_code: x"),
        ("    apply_until: 2025-09-30 20:00", "    apply_until: 2025-08-30 20:00"),
        ("  - desk: unit\n", "  - desk: unit\n    optional: true\n"),
        ("    source: S-52", "    source: nowhere"),
        ("version: v9, zh: 提示", "versio: v9, zh: 提示"),
    )
    errors = errors_in(text)
    assert errors == sorted(errors)
    assert [error.path for error in errors] == [
        "region_code",
        "windows[0].apply_until",
        "chain[0].optional",
        "materials[1].source",
        "texts.prompt.versio",
        "texts.prompt.version",
    ]


def test_parts_that_are_sound_are_compared_although_another_is_not() -> None:
    text = other_text(("  ban_years: 4", "  ban_years: four"), ("    - series: primary_teaching", "    - series: nobody"))
    assert {"limits.ban_years", "eligibility.rows[1].series[0]"} <= {error.path for error in errors_in(text)}


@pytest.mark.parametrize(
    ("text", "reason"), [("", "文件是空的"), ("# nothing\n", "文件是空的"), ("- a\n- b\n", "键: 值"), ("\x00", "不是有效的 YAML")]
)
def test_file_that_is_no_notice_at_all(text: str, reason: str) -> None:
    (error,) = errors_in(text)
    assert reason in error.text
    assert error.line == 1


def test_syntax_error_names_the_line_where_reading_stopped() -> None:
    (error,) = errors_in("slug: a\nyear: 2025\n\tregion: b\n")
    assert (error.line, error.path) == (3, "")


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("slug: a\ntitle: 标题\n".encode("gbk"))
    with pytest.raises(BadNotice) as bad:
        load_notice(path)
    assert bad.value.errors == [NoticeError(2, "", "文件不是 UTF-8 编码")]


def test_file_built_to_grow_is_stopped() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (error,) = errors_in("\n".join(levels))
    assert "不是一份通知" in error.text


@pytest.mark.parametrize(
    "text", ["[" * 2000 + "]" * 2000, "a: " + "[" * 40 + "]" * 40, "a: " + "{a: " * 2000 + "}" * 2000, "[" * 50_000]
)
def test_brackets_in_brackets_are_refused_in_words(text: str) -> None:
    (error,) = errors_in(text)
    assert "嵌套超过 30 层" in error.text


def test_list_is_not_called_too_short_for_a_wrong_item() -> None:
    (error,) = errors_in(other_text(("  - levels: [senior]", "  - levels: [senioor]")))
    assert error.path == "windows[1].levels[0]" and "是不是“senior”" in error.text


def test_file_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + OTHER_2025.read_bytes())
    assert load_notice(path) == other()


def test_bad_notice_is_a_refusal_with_every_reason() -> None:
    with pytest.raises(BadNotice) as bad:
        load_notice(other_text(("calendar: national", "calendar: lunar"), ("  ban_years: 4", "  ban_years: 0")))
    assert [problem.where for problem in bad.value.problems] == ["calendar", "limits.ban_years"]
    assert str(bad.value.problems[0].text).startswith("第 ")
    assert bad.value.has("bad_notice")


@pytest.mark.parametrize("notice", [bortala(), other()], ids=["bortala", "other"])
def test_notice_comes_back_from_json_as_it_was(notice: Notice) -> None:
    assert Notice.model_validate(notice.model_dump(mode="json")) == notice


def test_single_condition_needs_no_list() -> None:
    one = other_text(
        ("      - {series_in: [nursing]}\n", ""), ("    required_when:\n      - {level_in", "    required_when:\n      {level_in")
    )
    (condition,) = load_notice(one).materials[3].required_when
    assert condition.level_in == ("senior",)
