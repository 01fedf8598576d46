from hypothesis import given
from hypothesis import strategies as st

from zhicheng.foundation.text import fit_text


def test_fit_text_keeps_words_and_shows_what_cannot_be_shown() -> None:
    assert fit_text("张·三 abc 𠮷", 50) == "张·三 abc 𠮷"
    assert fit_text("a\x00b\r\nc\ud800", 50) == "a\ufffdb\ufffd\ufffdc\ufffd"


@given(st.text(), st.integers(0, 20))
def test_fit_text_is_one_line_within_its_limit(text: str, limit: int) -> None:
    fitted = fit_text(text, limit)
    assert len(fitted) <= limit
    assert fitted.encode().decode() == fitted
    assert len(fitted.splitlines()) <= 1
