"""Another paper than the one that is asked for."""

from __future__ import annotations

from tests.campaigns.rules.reading.pages import leaves, page
from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading.paper import wrong_paper

DIPLOMA = Reads(title=("毕业证书",), words=("毕业", "学制"), never=("学位证书", "劳动合同"))


def test_title_makes_it_the_paper_whatever_else_stands_there() -> None:
    assert wrong_paper(DIPLOMA, leaves(page("毕业证书 学位证书")), complete=True) is None
    assert wrong_paper(DIPLOMA, leaves(page("毕业征书")), complete=True) is None, "one letter read wrongly"


def test_words_make_it_the_paper_where_the_title_is_drawn() -> None:
    assert wrong_paper(DIPLOMA, leaves(page("学制四年，成绩合格，准予毕业")), complete=True) is None


def test_words_of_another_paper_are_named_where_they_stand() -> None:
    found = wrong_paper(DIPLOMA, leaves(page("学位证书", "业已毕业，授予学士学位", number=2)), complete=True)
    assert found is not None and (found.code, found.page, found.more) == ("wrong_paper", 2, {"seen": "学位证书"})
    assert found.line is not None and found.line.text == "学位证书"


def test_heading_is_named_before_the_small_print() -> None:
    found = wrong_paper(DIPLOMA, leaves(page("劳动合同", "附：学位证书复印件")), complete=True)
    assert found is not None and found.more == {"seen": "劳动合同"}


def test_one_page_that_is_the_paper_is_enough() -> None:
    assert wrong_paper(DIPLOMA, leaves(page("学位证书"), page("毕业证书", number=2)), complete=True) is None
    assert wrong_paper(DIPLOMA, leaves(page("学位证书"), page("学制四年", number=2)), complete=True) is None


def test_lack_of_all_words_is_said_only_of_what_was_read_whole() -> None:
    found = wrong_paper(DIPLOMA, leaves(page("培训通知")), complete=True)
    assert found is not None and (found.page, found.line, found.more) == (1, None, {"wanted": "毕业证书"})
    assert wrong_paper(DIPLOMA, leaves(page("培训通知")), complete=False) is None


def test_paper_of_which_the_notice_names_no_words_is_never_another() -> None:
    assert wrong_paper(Reads(names_person=True), leaves(page("培训通知")), complete=True) is None
