"""The walk's browser finds what a person reads, and a station that fails says what it saw."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command

from zhicheng.applications.states import State
from zhicheng.rehearsal.seeding import BEGINS
from zhicheng.rehearsal.steps import way_to
from zhicheng.standards.credit_code import check_credit_code
from zhicheng.standards.identity_number import check_identity_number
from zhicheng.web.system.walk.browser import Browser, NotAsExpected, Page
from zhicheng.web.system.walk.people import sections, some_unit, somebody
from zhicheng.web.system.walk.road import HTTP, notice, road
from zhicheng.web.system.walk.stations import STATIONS

PAGE = """<html><body><main><h1>个人 注册</h1>
<div class="error-summary"><ul><li>请填写姓名。</li></ul></div>
<form method="post" action="/send/"><input type="hidden" name="csrfmiddlewaretoken" value="abc">
<label for="a">姓名<span>（选填）</span></label><input id="a" name="name" value="王">
<label for="s">学历</label><select id="s" name="education"><option value="">请选择</option><option value="21">大学本科毕业</option></select>
<fieldset><legend>反映方式</legend><input type="radio" id="r1" name="channel" value="phone"><label for="r1">电话</label>
<input type="radio" id="r2" name="channel" value="visit"><label for="r2">来访</label></fieldset>
<input type="checkbox" id="c" name="accepted"><label for="c">我已认真阅读并同意</label>
<textarea name="text" id="t">
第一行</textarea><label for="t">说明</label>
<button name="save" value="1">保存</button></form>
<form method="get" action="/find/"><button>查找</button></form></main></body></html>"""


def _page(status: int = 200, html: str = PAGE) -> Page:
    request = httpx.Request("GET", "http://127.0.0.1:1/register/person/form/")
    return Page(Browser("http://127.0.0.1:1"), httpx.Response(status, html=html, request=request))


def test_form_holds_hidden_fields_and_what_stands_in_the_controls() -> None:
    assert _page().form("保存").data == {
        "csrfmiddlewaretoken": ["abc"],
        "name": ["王"],
        "education": [""],
        "text": ["第一行"],
    }


def test_fill_finds_controls_by_their_words() -> None:
    form = _page().form("保存").fill("姓名", "王芳").fill("学历", "大学本科毕业").fill("反映方式", "来访").fill("说明", "新")
    form.tick("认真阅读")
    assert form.data["name"] == ["王芳"]
    assert form.data["education"] == ["21"]
    assert form.data["channel"] == ["visit"]
    assert form.data["text"] == ["新"]
    assert form.data["accepted"] == ["on"]


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [("手机", "1", "没有“手机”这一栏"), ("学历", "小学", "列表里没有“小学”"), ("反映方式", "传真", "传真")],
)
def test_fill_what_is_not_there_names_what_is(label: str, value: str, said: str) -> None:
    with pytest.raises(NotAsExpected, match=said):
        _page().form("保存").fill(label, value)


def test_shows_tells_what_the_page_says_instead() -> None:
    with pytest.raises(NotAsExpected, match=r"请填写姓名。.*没有“已上报”"):
        _page().shows("个人注册", "已上报")


def test_is_ok_and_is_refused_look_at_the_status() -> None:
    assert _page(422).is_refused("请填写姓名").status == 422
    with pytest.raises(NotAsExpected, match="没有办成"):
        _page(422).is_ok()
    with pytest.raises(NotAsExpected, match="应当拒绝"):
        _page(200).is_refused("请填写姓名")


def test_link_and_button_that_are_missing_are_named() -> None:
    with pytest.raises(NotAsExpected, match="没有“帮助”的链接"):
        _page().click("帮助")
    with pytest.raises(NotAsExpected, match="没有带“上报”按钮的表单"):
        _page().form("上报")


def test_people_of_a_walk_are_valid_and_new_every_time() -> None:
    first, second = somebody("王秀英", "2", "a"), somebody("王秀英", "2", "a")
    assert first.username != second.username
    assert check_identity_number(first.id_number, today=BEGINS.date()).sex == "2"
    check_credit_code(some_unit().code)


def test_stations_are_those_of_the_story() -> None:
    assert [title.split()[0] for title, _station in STATIONS] == [str(n) for n in range(13)]


def test_every_step_of_the_road_is_taken_over_http() -> None:
    """A new desk of the notice, or a new step of the way to acceptance, is walked, too."""
    allowed = notice().limits.committee_submissions
    ways = [*way_to(State.ACCEPTED, road()), *way_to(State.CLOSED_FOR_YEAR, road(), arrivals=allowed)]
    assert {step.name for step in ways} <= set(HTTP)


def test_walker_types_what_the_rehearsal_types_by_the_words_of_the_pages() -> None:
    typed = sections(somebody("王秀英", "2", "a"), some_unit())
    assert typed["基本信息"]["族别"] == "维吾尔族"  # type: ignore[call-overload]
    assert [row["项目（工作）名称"] for row in typed["业绩成果"]][:1] == ["博尔塔拉河灌区渠系改造"]  # type: ignore[index]


def test_walk_where_nobody_answers_fails_at_the_first_station_and_says_so(tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("walk", address="http://127.0.0.1:1", papers=tmp_path / "papers", stdout=out)
    assert ended.value.code == 1
    assert "✗ 0 首页" in out.getvalue()
    assert "没有应答" in out.getvalue()
