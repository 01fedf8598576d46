"""A name is for people: shown safely, believed never."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.evidence.names import LONGEST, claims_other_type, clean_name, told_apart

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


@pytest.mark.parametrize(
    ("declared", "media_type", "shown"),
    [
        ("学历证书.pdf", PDF, "学历证书.pdf"),
        ("学历证书.PDF", PDF, "学历证书.pdf"),
        ("照片.jpeg", JPEG, "照片.jpeg"),
        ("照片.pdf", JPEG, "照片.jpg"),
        ("奖状", PNG, "奖状.png"),
        ("奖状.pdf.exe", PDF, "奖状.pdf.exe.pdf"),
        (r"C:\Users\张\证书.pdf", PDF, "证书.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("证书\u202egpj.exe", PNG, "证书gpj.exe.png"),
        ('a<b>:"|?*.pdf', PDF, "a_b______.pdf"),
        ("换\r\n行.pdf", PDF, "换行.pdf"),
        ("", PDF, "附件.pdf"),
        ("...", PDF, "附件.pdf"),
        (".pdf", PDF, "附件.pdf"),
        ("阿依古丽·买买提.png", PNG, "阿依古丽·买买提.png"),
        ("𬍛堃.pdf", PDF, "𬍛堃.pdf"),
        ("2023.05.论文", PDF, "2023.05.论文.pdf"),
    ],
)
def test_name_is_made_safe_and_carries_the_real_extension(declared: str, media_type: str, shown: str) -> None:
    assert clean_name(declared, media_type=media_type) == shown


def test_long_name_is_cut_where_one_sees_it_and_keeps_its_extension() -> None:
    shown = clean_name("前" * 500 + "第12页.pdf", media_type=PDF)
    assert len(shown) == LONGEST
    assert shown.startswith("前前") and shown.endswith("前第12页.pdf") and shown.count("…") == 1


def test_name_at_the_limit_is_whole() -> None:
    whole = "长" * (LONGEST - 4) + ".pdf"
    assert clean_name(whole, media_type=PDF) == whole
    assert "…" in clean_name("长" + whole, media_type=PDF)


@pytest.mark.parametrize(
    ("name", "others", "shown"),
    [
        ("证书.pdf", [], "证书.pdf"),
        ("证书.pdf", ["证书.jpg", "奖状.pdf"], "证书.pdf"),
        ("证书.pdf", ["证书.pdf"], "证书（2）.pdf"),
        ("证书.pdf", ["证书.pdf", "证书（2）.pdf"], "证书（3）.pdf"),
        ("证书.pdf", ["证书（2）.pdf"], "证书.pdf"),
        ("证书（2）.pdf", ["证书（2）.pdf"], "证书（2）（2）.pdf"),
        ("IMG_1.jpg", ["img_1.JPG"], "IMG_1（2）.jpg"),
    ],
)
def test_second_file_of_a_name_is_told_apart(name: str, others: list[str], shown: str) -> None:
    assert told_apart(name, others) == shown


@given(st.text(min_size=1, max_size=300), st.integers(1, 12))
def test_files_of_one_name_are_told_apart_however_long_it_is(declared: str, count: int) -> None:
    names: list[str] = []
    for _ in range(count):
        names.append(told_apart(clean_name(declared, media_type=PDF), names))
    assert len({name.casefold() for name in names}) == count
    assert all(0 < len(name) <= LONGEST and name.endswith(".pdf") for name in names)
    assert [clean_name(name, media_type=PDF) for name in names] == names


@given(st.text(max_size=300), st.sampled_from([PDF, JPEG, PNG]))
def test_any_name_becomes_one_that_is_safe(declared: str, media_type: str) -> None:
    shown = clean_name(declared, media_type=media_type)
    assert 0 < len(shown) <= LONGEST
    assert not set(shown) & set('/\\<>:"|?*\r\n\x00')
    assert not any(unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for mark in shown)
    assert shown.endswith((".pdf", ".jpg", ".jpeg", ".jpe", ".jfif", ".png"))
    assert not claims_other_type(shown, media_type)
    assert clean_name(shown, media_type=media_type) == shown
