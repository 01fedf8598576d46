"""Which works a form claims as first author, and by what each is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.applications.findings.forms import with_changes
from tests.applications.test_rules import JSON, SHAPED
from zhicheng.applications.findings.authored import authored_in, is_first, plain
from zhicheng.applications.findings.works import patents_in


@pytest.mark.parametrize(
    "rank",
    [
        "1",
        "1/3",
        "第一",
        "第1",
        "第一作者",
        "独著",
        "主持",
        "１／２",
        "1（共3人）",
        "主持、技术负责人",
        "排名第一",
        "共同第一",
        "并列第一",
        "署名第一",
        "首位",
        "NO.1",
        "本人为第一完成人",
        "排名：1/5",
    ],
)
def test_words_for_the_first_are_known(rank: str) -> None:
    assert is_first(rank)


@pytest.mark.parametrize(
    "rank",
    [
        "",
        "2/3",
        "第二",
        "10/12",
        "第十一",
        "参与（第3）",
        "3",
        "合作",
        "一般成员",
        "一般参与人",
        "一线参与",
        "一等奖第三完成人",
        "通讯作者",
        "第一批入选，第三",
        "第三（第一作者为导师）",
    ],
)
def test_words_for_others_are_no_first(rank: str) -> None:
    assert not is_first(rank)


def paper(**changes: str) -> dict[str, str]:
    return {"kind": "paper", "title": "灌区渠系改造", "author_rank": "1/2", "number": "", "published_on": "2021-09-15"} | changes


def works(**changes: object) -> set[str]:
    return {one.work for one in authored_in(with_changes(achievements=[], awards=[], **changes))}


def test_a_paper_is_known_by_its_title_however_it_is_typed_and_by_its_numbers() -> None:
    assert works(publications=[paper()]) == works(publications=[paper(title=" 灌区 渠系——改造 ")]) == {"title:paper:灌区渠系改造"}
    assert "doi:10.1234/abc" in works(publications=[paper(number="doi:10.1234/ABC")])
    books = [works(publications=[paper(kind="book", number=n)]) for n in ("7-111-07575-7", "ISBN 978-7-111-07575-2")]
    assert books[0] == books[1] == {"title:book:灌区渠系改造", "isbn:9787111075752"}


def test_a_second_author_claims_nothing() -> None:
    assert works(publications=[paper(author_rank="2/2")]) == set()


def test_patents_and_awards_are_known_by_what_stands_on_them() -> None:
    rows = [{"name": "专利ZL200310102344.5", "role": "主持", "started_on": "2021-01-01"}]
    assert {one.work for one in authored_in({"achievements": rows})} == {"patent:ZL200310102344.5"}
    awards = [{"name": "科技进步奖", "issuer": "博州人民政府", "rank": "第一", "awarded_on": "2022-01-20"}]
    (one,) = authored_in({"awards": awards})
    assert one.work == "award:科技进步奖:博州人民政府:2022" and one.where.field == "rank"


@pytest.mark.parametrize(
    "written",
    [
        "专利ZL200310102344.5",
        "CN200310102344.5",
        "专利号2003 1010 2344.5",
        "ZL:200310102344.5",
        "ＺＬ２００３１０１０２３４４．５",
        "专利号：ZL200310102344.5",
    ],
)
def test_patent_is_found_however_it_is_written(written: str) -> None:
    rows = [{"name": written, "role": "主持"}]
    assert {one.work for one in authored_in({"achievements": rows})} == {"patent:ZL200310102344.5"}


def test_number_of_a_periodical_is_no_patent() -> None:
    assert patents_in("CN65-1098/TV、CN 65-1098") == []


@given(st.text())
def test_plain_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(
    st.dictionaries(st.sampled_from(["publications", "awards", "achievements"]), st.one_of(JSON, st.lists(SHAPED, max_size=3)))
)
def test_any_form_can_be_asked(contents: dict[str, object]) -> None:
    for one in authored_in(contents):
        assert one.work and one.where.field
