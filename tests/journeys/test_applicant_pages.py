"""The applicant's rarer pages in a real browser, at both widths: what asks, what refuses, what gives back, and English."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.evidence import files
from tests.journeys.test_frame import sign_in
from tests.support.journeys import DESKTOP, PHONE, Watcher, assert_accessible
from tests.support.world import pdf

# Of the seeded people: each journey has its own, so that the order of the journeys does not matter.
WAITING, RETURNED, WITHDRAWN, DRAFT, PLAIN, KEPT, CLASH, UNPRINTABLE, ASKED = (
    "sbr13",
    "sbr21",
    "sbr11",
    "sbr07",
    "sbr05",
    "sbr09",
    "sbr10",
    "sbr06",
    "sbr08",
)
FULL_WIDTH = re.compile(r"[\u3000-\u303f\uff01-\uff5e“”]")


def both_widths(page: Page, name: str) -> None:
    assert_accessible(page, f"applicant-{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, f"applicant-{name}-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def application_of(page: Page, who: str) -> str:
    """Sign in and give the address of the newest application."""
    sign_in(page, who)
    page.get_by_role("button", name="退出登录").wait_for()
    page.goto("/my/applications/")
    href = page.locator(".applications h2 a").first.get_attribute("href")
    assert href
    return href


def paper(name: str, content: bytes = b"") -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": content or pdf(name)}


def file_control(page: Page, words: str) -> Locator:
    """The control for one paper: the box around it has words of its own."""
    return page.locator("input[type=file]").and_(page.get_by_label(words))


def test_withdrawing_asks_first(page: Page) -> None:
    one = application_of(page, WAITING)
    page.goto(one)
    page.get_by_role("link", name="撤回").click()
    expect(page.get_by_role("heading", name="撤回申请书？")).to_be_visible()
    both_widths(page, "withdraw")
    page.get_by_role("link", name="不撤回").click()
    expect(page.get_by_role("main")).to_contain_text("等待单位审核")


def test_removing_a_row_with_papers_asks_first(page: Page) -> None:
    one = application_of(page, RETURNED)
    page.goto(f"{one}sections/achievements/")
    page.get_by_role("button", name="删除这一项").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("删除“业绩成果”中的")
    both_widths(page, "remove-row")
    page.get_by_role("button", name="不删除，保存其他内容").click()
    expect(page.locator(".fold").first).to_be_visible()


def test_sent_from_another_window_says_so(page: Page) -> None:
    one = application_of(page, WITHDRAWN)
    page.goto(f"{one}check/")
    both_widths(page, "check")
    other = page.context.new_page()
    other.goto(f"{one}check/")
    for window in (page, other):
        window.get_by_label("我已阅读并作出以上个人承诺").check()
        window.get_by_label("我已知晓因漏传").check()
    other.get_by_role("main").get_by_role("button", name="上报").click()
    expect(other.get_by_role("heading", name="申请书已上报")).to_be_visible()
    both_widths(other, "receipt")
    page.get_by_role("main").get_by_role("button", name="上报").click()
    expect(page.get_by_role("heading", name="这份申请书不能再上报")).to_be_visible()
    both_widths(page, "already-sent")


def test_form_that_no_font_can_print_says_which_character(page: Page) -> None:
    one = application_of(page, UNPRINTABLE)
    page.goto(f"{one}sections/basic/")
    page.get_by_label("曾用名").fill("古丽\U0010fffd")  # of private use: no machine has a font that makes it printable
    with page.expect_navigation():  # the button saves first and leaves afterwards
        page.get_by_role("button", name="保存", exact=True).last.click()
    page.goto(f"{one}draft.pdf")
    expect(page.get_by_role("heading", name="暂时不能打印")).to_be_visible()
    both_widths(page, "cannot-print")


def test_two_windows_are_laid_side_by_side(page: Page) -> None:
    one = application_of(page, CLASH)
    other = page.context.new_page()
    for window in (page, other):
        window.goto(f"{one}sections/appointment/")
    other.get_by_label("现聘岗位（职务）").fill("灌区管理")
    other.get_by_role("button", name="保存", exact=True).last.click()
    expect(other.get_by_role("main")).to_contain_text("已保存")
    page.locator("form#section-form").evaluate("form => form.removeAttribute('hx-post')")
    page.get_by_label("现聘岗位（职务）").fill("工程建设")
    page.get_by_role("button", name="保存", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("有两份内容")
    both_widths(page, "conflict")
    page.get_by_label("工程建设").check()
    page.get_by_role("button", name="按选择保存").click()
    expect(page.get_by_label("现聘岗位（职务）")).to_have_value("工程建设")


def test_section_is_saved_before_the_language_changes(page: Page) -> None:
    one = application_of(page, KEPT)
    page.goto(f"{one}sections/work_history/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    rows = page.locator("#rows [name$='-organization'], #rows [name$='-employer'], #rows input[type=text]")
    before = rows.count()
    page.get_by_role("button", name="增加一行").click()
    expect(rows).not_to_have_count(before)
    typed = page.locator("#rows > :last-child input[type=text]").last
    typed.fill("温泉县水利局")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#rows > :last-child input[type=text]").last).to_have_value("温泉县水利局")
    page.reload()
    expect(page.locator("#rows > :last-child input[type=text]").last).to_have_value("温泉县水利局")
    assert asked == []


def test_words_typed_while_a_section_saves_itself_are_saved_before_the_language_changes(page: Page) -> None:
    one = application_of(page, KEPT)
    page.goto(f"{one}sections/summary/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    under_way: list[Route] = []
    page.route("**/autosave/", lambda route: route.continue_() if under_way else under_way.append(route))
    typed = page.locator("main textarea").first
    with page.expect_request("**/autosave/"):
        typed.fill("承担测绘外业。")
    typed.fill("承担测绘外业和内业。")
    with page.expect_response("**/autosave/"):
        under_way[0].continue_()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(typed).to_have_value("承担测绘外业和内业。")
    assert asked == []


def test_conditions_beside_the_form_follow_what_is_typed(page: Page) -> None:
    one = application_of(page, ASKED)
    page.goto(f"{one}sections/current_title/")
    beside = page.get_by_role("complementary", name="申报条件对照")
    expect(beside.get_by_text("取得现任职称须满4年")).to_be_visible()
    acquired = page.get_by_label("取得时间")
    before = acquired.input_value()
    acquired.fill("2021-05-01")
    expect(beside.get_by_text("到 2025-04-30 满足")).to_be_visible()
    expect(beside.get_by_text("最早 2025 年度可以申报")).to_be_visible()
    expect(acquired).to_be_focused()
    both_widths(page, "conditions-beside")
    page.goto(f"{one}sections/basic/")
    page.get_by_label("行政职务").fill("副主任")
    page.locator("#save-state").get_by_role("link", name="另有 1 条申报条件可能不符合").click()
    beside.get_by_role("link", name="查看所填内容").click()
    expect(acquired).to_be_focused()
    acquired.fill(before)
    expect(beside.get_by_text("最早 2025 年度可以申报")).to_have_count(0)


def test_section_after_a_time_out_comes_back_under_its_labels(page: Page, watcher: Watcher) -> None:
    one = application_of(page, KEPT)
    page.goto(f"{one}sections/social_posts/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("组织名称").fill("博州水利学会")
    page.get_by_label("职务", exact=True).fill("理事")
    page.get_by_role("button", name="保存并继续下一项").click()
    page.get_by_label("登录名或邮箱").fill(KEPT)
    page.get_by_label("密码").fill("rehearsal-2023")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("term").filter(has_text="组织名称")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="博州水利学会")).to_be_visible()
    both_widths(page, "kept")
    page.get_by_role("button", name="接着提交").click()
    page.goto(f"{one}sections/social_posts/")
    expect(page.get_by_label("组织名称")).to_have_value("博州水利学会")
    watcher.wrong = [
        words for words in watcher.wrong if "Response Status Error Code 401" not in words
    ]  # it was to be saved first


def test_paper_is_uploaded_beside_its_row_refused_and_replaced(page: Page) -> None:
    one = application_of(page, DRAFT)
    page.goto(f"{one}sections/awards/")
    page.get_by_label("奖项名称").fill("科技进步奖")
    box = page.locator(".row-evidence .box")
    expect(box).to_be_visible()  # it comes with the first save that happens by itself
    expect(page.get_by_label("奖项名称")).to_have_value("科技进步奖")
    assert_accessible(page, "applicant-row-box")
    expect(box.get_by_role("button", name=re.compile("^上传 ?获奖证书"))).to_be_hidden()  # what is chosen goes at once
    file_control(page, "获奖证书").set_input_files(paper("证书.pdf", files.encrypted_pdf()))  # type: ignore[arg-type]
    expect(box.locator(".field-wrong")).to_contain_text("密码")
    both_widths(page, "row-refused")
    file_control(page, "获奖证书").focus()
    file_control(page, "获奖证书").set_input_files(paper("证书.pdf", files.pdf()))  # type: ignore[arg-type]
    expect(box.locator("summary").first).to_contain_text("证书.pdf")
    expect(box).to_be_focused()
    expect(page.locator("[data-live]")).to_contain_text("已上传")
    both_widths(page, "row-folded")
    box.locator("summary").first.click()
    both_widths(page, "row-unfolded")
    box.get_by_role("link", name="更换").click()
    page.get_by_label("新的获奖证书").wait_for()
    both_widths(page, "replace")
    page.get_by_label("新的获奖证书").set_input_files(paper("新证书.pdf", files.pdf(2)))  # type: ignore[arg-type]
    expect(page.locator(".row-evidence summary").first).to_contain_text("新证书.pdf")
    assert re.search(r"sections/awards/(\?checked=\d+)?#at-material-awards-", page.url)


def test_paper_on_its_way_is_not_lost_to_a_save_that_happens_meanwhile(page: Page) -> None:
    one = application_of(page, DRAFT)
    page.goto(f"{one}sections/training/")
    page.get_by_label("培训（进修）内容").fill("渠道防渗")
    box = page.locator(".row-evidence .box")
    expect(box).to_be_visible()
    held: list[str] = []  # the server has the file and has answered; the answer waits on the line
    line = page.context.new_cdp_session(page)
    line.on("Fetch.requestPaused", lambda paused: held.append(paused["requestId"]))
    line.send("Fetch.enable", {"patterns": [{"urlPattern": "*/uploads/*", "requestStage": "Response"}]})
    file_control(page, "培训进修证明").set_input_files(paper("证书.pdf", files.pdf()))  # type: ignore[arg-type]
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/autosave/") as saved:
        page.get_by_label("培训（进修）内容").fill("渠道防渗技术")
    assert "证书.pdf" in saved.value.text(), "what is saved by itself renews the place the file was sent from"
    expect(page.locator("#save-state")).to_contain_text("已保存")
    line.send("Fetch.continueRequest", {"requestId": held[0]})
    expect(box).to_contain_text("证书.pdf")  # folded, or open where a look at it already found something
    expect(page.get_by_label("培训（进修）内容")).to_be_focused()  # somebody types there
    expect(page.locator("[data-live]")).to_contain_text("已上传")


def test_file_that_is_refused_is_told_of_at_its_place_and_aloud(page: Page) -> None:
    one = application_of(page, PLAIN)
    page.goto(f"{one}sections/appointment/")
    file_control(page, "《劳动合同书》").set_input_files(paper("合同.pdf", files.encrypted_pdf()))  # type: ignore[arg-type]
    expect(page.locator("#at-material-appointment .field-wrong")).to_contain_text("“合同.pdf”没有接收")
    expect(page.locator("[data-live]")).to_contain_text("“合同.pdf”没有接收")
    both_widths(page, "section-errors")


def test_section_whose_file_is_refused_shows_a_summary_that_leads_to_it(page_without_scripts: Page) -> None:
    page = page_without_scripts
    one = application_of(page, PLAIN)
    page.goto(f"{one}sections/appointment/")
    file_control(page, "《劳动合同书》").set_input_files(paper("合同.pdf", files.encrypted_pdf()))  # type: ignore[arg-type]
    page.get_by_role("button", name="保存并继续下一项").click()
    expect(page.locator("[data-error-summary] a").first).to_have_attribute("href", re.compile("#at-material-appointment"))


def test_papers_go_with_their_row_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    one = application_of(page, PLAIN)
    page.goto(f"{one}sections/training/")
    page.get_by_label("培训（进修）内容").fill("渠道防渗技术")
    page.get_by_role("button", name="保存这一项，接着上传材料").click()
    page.get_by_label("主办单位").fill("自治区水利厅")
    file_control(page, "培训进修证明").set_input_files(paper("结业证书.pdf", files.pdf()))  # type: ignore[arg-type]
    page.get_by_role("button", name=re.compile("^上传 ?培训进修证明")).click()
    expect(page.locator(".row-evidence summary").first).to_contain_text("结业证书.pdf")
    expect(page.get_by_label("主办单位")).to_have_value("自治区水利厅")
    assert re.search(r"sections/training/\?saved=1#at-material-training-", page.url)


@pytest.mark.parametrize("who", [DRAFT, RETURNED])
def test_main_pages_in_english(page: Page, who: str) -> None:
    one = application_of(page, who)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    parts = ["", "tasks/", "sections/basic/", "sections/education/", "materials/commitment/", "check/", "discard/"]
    for address in ["/my/", "/my/applications/", *(f"{one}{part}" for part in parts)]:
        page.goto(address)
        name = re.sub(r"[^a-z]+", "-", address).strip("-")
        both_widths(page, f"english-{who}-{name}")
        labels = page.locator("main").locator("h1, h2, h3, label, legend, dt, th, button, .field-hint, .timeline-meta")
        odd = [text for text in labels.all_inner_texts() if FULL_WIDTH.search(text)]
        assert not odd, f"{address}: {odd}"
    page.get_by_role("button", name="中文").click()
