"""The components: words beside colours, links between errors and fields, nothing that the content policy forbids."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from django.test import RequestFactory

from tests.support.world import IN_WINDOW
from tests.web.shared.people import browser
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.web.shared.status import KINDS, TONES, status_for


def render(source: str, **context: object) -> str:
    return Template("{% load zhicheng %}" + source).render(Context(context))


@pytest.fixture
def page(db) -> BeautifulSoup:
    with clock.travel(IN_WINDOW):
        return BeautifulSoup(browser().get("/rehearsal/components/").content, "html.parser")


def test_status_is_word_and_icon_never_colour_alone():
    for kind, states in KINDS.items():
        for state in states:
            html = BeautifulSoup(render("{% status_tag s kind=k %}", s=state, k=kind), "html.parser")
            assert html.get_text(strip=True), (kind, state)
            assert html.find("svg"), (kind, state)


def test_every_state_of_an_application_has_a_look():
    assert set(KINDS["application"]) == {str(state) for state in State}
    assert all(status.tone in TONES | {"plain"} for states in KINDS.values() for status in states.values())


def test_state_may_read_differently_for_the_desk():
    assert status_for("returned").for_audience("applicant") != status_for("returned").for_audience("staff")


def test_unknown_state_shows_its_name_instead_of_failing():
    assert "from_next_year" in render('{% status_tag "from_next_year" %}')


def test_every_error_line_leads_to_something_on_the_page(page):
    links = [a["href"] for a in page.select("[data-error-summary] a")]
    assert links
    for href in links:
        assert page.find(id=str(href).removeprefix("#")), href


def test_wrong_field_is_described_by_its_hint_and_error(page):
    field = page.find(id="wrong_born")
    assert field["aria-invalid"] == "true"
    for described in str(field["aria-describedby"]).split():
        assert page.find(id=described), described


def test_optional_fields_say_so_and_required_ones_do_not(page):
    labels = {label.get_text(strip=True) for label in page.select(".field-label")}
    assert "备注（选填）" in labels
    assert "姓名" in labels


def test_every_control_has_a_label_and_every_id_is_once(page):
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for control in page.select("main input:not([type=hidden]), main select, main textarea"):
        assert page.find("label", attrs={"for": control["id"]}), control


def test_no_inline_script_style_or_handler(page):
    assert not page.find_all(style=True)
    assert not page.find_all("style")
    assert not [s for s in page.find_all("script") if not s.get("src")]
    handlers = [name for tag in page.find_all(True) for name in tag.attrs if re.fullmatch(r"on\w+", name)]
    assert not handlers


@pytest.mark.django_db
def test_pages_carry_a_policy_without_exceptions(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


def test_htmx_neither_evaluates_nor_adds_styles_and_swaps_refusals(page):
    config = json.loads(page.find("meta", attrs={"name": "htmx-config"})["content"])
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert {"code": "422", "swap": True, "error": False} in config["responseHandling"]
    scripts = [s["src"] for s in page.find_all("script")]
    assert any("htmx-2" in src for src in scripts)


def test_what_people_wrote_is_escaped_everywhere():
    evil = "<script>x</script>"
    for source in (
        "{% status_tag e %}{% tag e %}{% file_row e %}{% empty_state e e %}{% confirmation_panel e number=e text=e %}",
        "{% callout title=e %}{{ e }}{% endcallout %}{% panel title=e %}{{ e }}{% endpanel %}{% disclosure summary=e %}{{ e }}{% enddisclosure %}",
        "{% data_table caption=e %}<tr><td>{{ e }}</td></tr>{% enddata_table %}{% inset %}{{ e }}{% endinset %}",
        '{% breadcrumbs e "home" e %}{% button e %}{% link_button e e %}{% steps l 1 %}',
        "{% summary_list rows e change_url=e %}{% timeline rows e %}{% task_list rows e %}{% error_summary rows %}",
    ):
        rows = [{"label": evil, "value": evil, "title": evil, "text": evil, "note": evil, "status": evil, "hint": evil}]
        html = render(source, e=evil, l=[evil], rows=rows)
        assert "<script>" not in html, source
        assert "&lt;script&gt;" in html


def test_moments_are_shown_in_beijing_time():
    moment = datetime(2023, 5, 8, 23, 30, tzinfo=UTC)
    assert render("{{ m|when }}|{{ m|day }}", m=moment) == (
        '<time datetime="2023-05-09T07:30:00+08:00">2023-05-09 07:30</time>|<time datetime="2023-05-09">2023-05-09</time>'
    )
    assert render("{{ m|when }}", m="2023-05-08T15:00:00+08:00").count("2023-05-08 15:00") == 1
    assert render("{{ m|when }}{{ m|day }}", m=None) == ""


def test_pager_keeps_the_filter_and_drops_the_old_cursor():
    from zhicheng.web.shared.paging import KeysetPage

    request = RequestFactory().get("/desk/", {"q": "王", "after": "old"})
    html = BeautifulSoup(
        render("{% pager page %}", request=request, page=KeysetPage([1], after="next", before="prev")), "html.parser"
    )
    assert [a["href"] for a in html.find_all("a")] == ["?q=%E7%8E%8B", "?q=%E7%8E%8B&before=prev", "?q=%E7%8E%8B&after=next"]
    assert not BeautifulSoup(render("{% pager page %}", request=request, page=KeysetPage([1])), "html.parser").find("a")


def test_task_that_cannot_start_is_not_a_link():
    html = BeautifulSoup(
        render("{% task_list t %}", t=[{"label": "上报", "url": "/x/", "status": "blocked", "hint": "先完成"}]), "html.parser"
    )
    assert not html.find("a")
    assert "暂不能开始" in html.get_text()
    assert "先完成" in html.get_text()


def test_answer_left_out_is_said_to_be():
    html = render("{% summary_list rows %}", rows=[{"label": "曾用名", "value": ""}, {"label": "次数", "value": 0}])
    assert "未提供" in html
    assert "<dd>0</dd>" in html


def test_browser_is_named_for_people():
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0"
    assert render("{{ a|browser }}", a=edge) == "Edge · Windows"
    assert render("{{ a|browser }}", a="curl/8") == "curl/8"


def test_upload_works_without_script_and_tells_its_limit():
    html = BeautifulSoup(render('{% upload_control action="/u/" label="毕业证书" %}'), "html.parser")
    form = html.find("form")
    assert form["method"] == "post"
    assert form["enctype"] == "multipart/form-data"
    assert "20 MB" in html.select_one(".field-hint").get_text()
    assert "hx-post" not in form.attrs
