"""A section that cannot be saved: the page says so at once, keeps the words, tries again by itself, and 上报 waits for it.

The network is cut, the server is stopped, broken and started again, and sign-ins end in mid-typing; nothing typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.journeys.test_applicant_pages import application_of
from tests.journeys.test_frame import PASSWORD
from tests.support.journeys import DESKTOP, PHONE, Instance, Watcher, assert_accessible, new_context
from tests.support.rehearsal_once import instance_of_its_own
from zhicheng.foundation import clock

# One for each journey, so that their order does not matter.
OFFLINE, BROKEN, STOPPED, ENDED, RETURNS, CLASHES, LEAVES, PLAIN, SENDS, NUMBERS = (
    "sbr02",
    "sbr03",
    "sbr04",
    "sbr05",
    "sbr06",
    "sbr07",
    "sbr09",
    "sbr10",
    "sbr08",
    "sbr11",
)
AUTOSAVE = re.compile("/autosave/$")
WORDS = "负责灌区测量，"
CARDS = (
    "652701199003071233",
    "６５２７０１１９９００３０７１２３３",
    "652701-19900307-1233",
    "652701  19900307  123x",
    "652701900307123",
)
COPIES = "() => Object.entries(localStorage).filter(([name]) => name.startsWith('zhicheng-copy:'))"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A server of their own, to be stopped."""
    with instance_of_its_own(tmp_path_factory, "autosave") as started:
        yield started


@pytest.fixture
def context(browser: Browser, instance: Instance) -> Iterator[BrowserContext]:
    """A browser of which nobody minds that it meets errors."""
    opened = new_context(browser, instance, DESKTOP)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.on("dialog", lambda dialog: dialog.accept())
    return opened


def summary_of(page: Page, who: str) -> tuple[str, Locator]:
    """The address of the application and the field of its 工作总结, where somebody types."""
    one = application_of(page, who)
    page.goto(f"{one}sections/summary/")
    return one, page.locator("main textarea").first


def alert(page: Page) -> Locator:
    return page.locator("[data-answer-lost]")


def state(page: Page) -> Locator:
    return page.locator("#save-state")


def copies(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(COPIES)
    return found


def wait_for_copies(page: Page, number: int) -> None:
    """Wait until so many are kept; what asks for that in the page itself is kept from it by the policy."""
    for _moment in range(100):
        if len(copies(page)) == number:
            return
        page.wait_for_timeout(100)
    raise AssertionError(copies(page))


def wait_for_copy(page: Page) -> str:
    """Wait until one is kept, and give it as it lies there."""
    wait_for_copies(page, 1)
    return str(copies(page))


def both_widths(page: Page, name: str) -> None:
    assert_accessible(page, f"autosave-{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, f"autosave-{name}-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def sign_in_here(page: Page, who: str) -> None:
    page.get_by_label("登录名或邮箱").fill(who)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出登录").wait_for()


@contextmanager
def unsaved(page: Page, who: str, words: str = WORDS) -> Iterator[str]:
    """A page that was closed before what was typed could be saved; gives the address of the application."""
    one, typed = summary_of(page, who)
    page.context.set_offline(True)
    typed.fill(words)
    expect(alert(page)).to_contain_text("加密留在这个浏览器里")
    page.close(run_before_unload=False)
    other = page.context.new_page()
    page.context.set_offline(False)
    yield one
    other.close()


def test_without_a_network_the_page_says_so_and_saves_when_it_is_back(page: Page) -> None:
    _one, typed = summary_of(page, OFFLINE)
    page.context.set_offline(True)
    expect(alert(page)).to_contain_text("网络断开了")
    typed.fill(WORDS)
    expect(state(page)).to_have_text("还没有保存")
    expect(alert(page)).to_contain_text("内容已加密留在这个浏览器里")
    assert alert(page).get_attribute("role") == "alert"
    assert WORDS not in wait_for_copy(page) and "灌区" not in wait_for_copy(page)
    both_widths(page, "offline")
    page.get_by_role("button", name="保存并继续下一项").click()
    expect(typed).to_have_value(WORDS)
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("已保存")
    expect(alert(page)).to_be_hidden()
    wait_for_copies(page, 0)
    page.reload()
    expect(typed).to_have_value(WORDS)
    expect(page.locator("[data-copy-offer]")).to_be_hidden()


def test_on_a_phone_what_is_said_leaves_the_field_to_be_seen_and_unfolds(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    _one, typed = summary_of(page, OFFLINE)
    typed.focus()
    page.context.set_offline(True)
    typed.press("End")
    typed.type("一")
    expect(alert(page)).to_contain_text("网络断开了")
    assert alert(page).get_attribute("role") == "alert"

    def height() -> float:
        box = alert(page).bounding_box()
        assert box is not None
        return box["height"]

    assert height() < PHONE["height"] * 0.12
    caret, box = typed.bounding_box(), alert(page).bounding_box()
    assert caret is not None and box is not None and caret["y"] < box["y"]
    folded = height()
    alert(page).get_by_role("button", name="展开").click()
    expect(alert(page).get_by_role("button", name="再试一次")).to_be_visible()
    assert height() > folded
    alert(page).get_by_role("button", name="收起").click()
    assert height() == folded
    page.context.set_offline(False)
    expect(alert(page)).to_be_hidden()


@pytest.mark.parametrize("status", [500, 502, 0])
def test_server_that_fails_is_asked_again_until_it_has_saved(page: Page, status: int) -> None:
    _one, typed = summary_of(page, BROKEN)
    words = f"{WORDS}{status}"
    failed: list[int] = []

    def fail(route: Route) -> None:
        failed.append(status)
        route.fulfill(status=status, body="broken") if status else route.abort("timedout")

    page.route(AUTOSAVE, fail)
    typed.fill(words)
    expect(alert(page)).to_contain_text("还没有保存")
    expect(state(page)).to_have_text("还没有保存")
    wait_for_copy(page)
    page.wait_for_timeout(2500)
    assert len(failed) > 1, "it tried by itself"
    page.unroute(AUTOSAVE)
    expect(state(page)).to_contain_text("已保存")
    expect(alert(page)).to_be_hidden()
    page.reload()
    expect(typed).to_have_value(words)


def test_answer_that_was_lost_is_not_taken_for_another_window(page: Page) -> None:
    """The server saved, and only its answer was lost; the person went on typing."""
    _one, typed = summary_of(page, BROKEN)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(AUTOSAVE, lose)
    typed.fill("先写的，")
    expect(alert(page)).to_contain_text("还没有保存")
    typed.fill("先写的，后写的。")
    page.unroute(AUTOSAVE)
    expect(state(page)).to_contain_text("已保存")
    page.reload()
    expect(typed).to_have_value("先写的，后写的。")


def test_server_that_was_stopped_and_started_again(page: Page, instance: Instance) -> None:
    one, typed = summary_of(page, STOPPED)
    typed.fill(WORDS)
    expect(state(page)).to_contain_text("已保存")
    assert instance.stop() == 0
    typed.fill(f"{WORDS}没有服务器。")
    page.get_by_role("button", name="保存并继续下一项").click()
    expect(alert(page)).to_contain_text("连不上服务器")
    expect(typed).to_have_value(f"{WORDS}没有服务器。")
    instance.start_again()
    expect(state(page)).to_contain_text("已保存", timeout=90_000)
    expect(alert(page)).to_be_hidden()
    page.get_by_role("button", name="保存并继续下一项").click()
    page.wait_for_url(lambda address: "/sections/summary/" not in address)
    page.goto(f"{one}sections/summary/")
    expect(typed).to_have_value(f"{WORDS}没有服务器。")


def test_sign_in_that_ended_goes_on_when_there_is_another_one(page: Page) -> None:
    one, typed = summary_of(page, ENDED)
    page.context.clear_cookies(name="sessionid")
    typed.fill(WORDS)
    expect(page.locator("[data-session-warning]")).to_contain_text("您的登录已经结束")
    expect(state(page)).to_have_text("还没有保存")
    wait_for_copy(page)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in_here(other, ENDED)
    other.goto(f"{one}check/")
    expect(other.locator("[data-copies-left]")).to_contain_text("没有保存成功")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(state(page)).to_contain_text("已保存")
    expect(page.locator("[data-session-warning]")).to_be_hidden()
    expect(other.locator("[data-copies-left]")).to_be_hidden()
    page.reload()
    expect(typed).to_have_value(WORDS)


def test_page_that_was_closed_unsaved_is_offered_after_the_next_sign_in(page: Page) -> None:
    with unsaved(page, NUMBERS, WORDS + "；".join(CARDS)) as one:
        context = page.context
        context.clear_cookies(name="sessionid")
        again = context.new_page()
        again.goto("/accounts/login/")
        sign_in_here(again, NUMBERS)
        again.goto("/my/")
        expect(again.locator("[data-copies-left]").first).to_contain_text("有内容没有保存成功")
        again.locator("[data-copies-left] a:visible").click()
        assert again.url.endswith(f"{one}sections/summary/")
        expect(again.locator("[data-of-copy]")).to_have_text(WORDS + "；".join(["〔身份证号请重新填写〕"] * len(CARDS)))


def test_copy_is_laid_beside_what_the_server_has_and_restored(page: Page) -> None:
    with unsaved(page, RETURNS) as one:
        again = page.context.new_page()
        again.goto(f"{one}sections/summary/")
        panel = again.locator("[data-copy-offer]")
        expect(panel).to_be_focused()
        expect(panel.locator("[data-of-copy]")).to_have_text(WORDS)
        of_server = panel.get_attribute("data-server-now") or ""
        assert of_server[:4] < str(clock.machine_now().year), "the clock of the server was moved"
        expect(panel.locator("[data-copy-at]")).to_contain_text(re.compile(f"^{of_server[:4]}"))
        both_widths(again, "offer")
        panel.get_by_role("button", name="恢复这些内容").click()
        again.wait_for_url("**/summary/?saved=1")
        expect(again.locator("main textarea").first).to_have_value(WORDS)
        expect(panel).to_be_hidden()
        assert copies(again) == []


def test_copy_never_overwrites_what_was_saved_since(page: Page) -> None:
    with unsaved(page, CLASHES) as one:
        again = page.context.new_page()
        kept = copies(again) if again.goto(f"{one}tasks/") else []
        assert kept
        again.goto(f"{one}sections/summary/")
        again.locator("main textarea").first.fill("后来另写的。")
        expect(state(again)).to_contain_text("已保存")
        again.reload()
        panel = again.locator("[data-copy-offer]")
        expect(panel).to_contain_text("又保存过别的内容")
        panel.get_by_role("button", name="恢复这些内容").click()
        expect(again.get_by_role("heading", level=1)).to_contain_text("有两份内容")
        again.get_by_label("后来另写的。").check()
        again.get_by_role("button", name="按选择保存").click()
        expect(again.locator("main textarea").first).to_have_value("后来另写的。")
        expect(panel).to_be_hidden()
        assert copies(again) == []


def test_handing_in_waits_for_what_was_not_saved(page: Page) -> None:
    with unsaved(page, SENDS) as one:
        again = page.context.new_page()
        again.goto(f"{one}check/")
        held = again.locator("[data-copies-left]")
        expect(held).to_contain_text("不能核对和上报")
        both_widths(again, "held")
        again.get_by_role("button", name="确认无误").click()
        expect(held).to_be_focused()
        assert again.url.endswith("/check/")
        held.get_by_role("link").click()
        again.get_by_role("button", name="不要了，删除").click()
        assert copies(again) == []
        again.goto(f"{one}check/")
        expect(held).to_be_hidden()
        for promise in again.get_by_role("main").get_by_role("checkbox").all():
            promise.check()
        again.get_by_role("button", name="确认无误，上报").click()
        again.get_by_role("heading", name="申请书已上报").wait_for()


def test_copy_goes_at_sign_out_and_after_a_day(page: Page) -> None:
    with unsaved(page, LEAVES) as one:
        again = page.context.new_page()
        again.goto(f"{one}tasks/")
        name, text = copies(again)[0]
        at, _bar, rest = text.partition("|")
        old = f"{int(at) - 24 * 3600 * 1000}|{rest}"
        again.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, old])
        again.goto("/help/")
        assert copies(again) == [], "a day is over"
        again.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, text])
        again.get_by_role("button", name="退出登录").click()
        again.get_by_role("link", name="登录").first.wait_for()
        assert copies(again) == []


def test_browser_that_cannot_seal_keeps_nothing_and_says_so(context: BrowserContext) -> None:
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    _one, typed = summary_of(page, PLAIN)
    expect(page.get_by_role("main")).to_contain_text("不能加密")
    context.set_offline(True)
    typed.fill(WORDS)
    expect(alert(page)).to_contain_text("请不要关闭这个页面")
    assert copies(page) == []
    both_widths(page, "not-sealed")
    context.set_offline(False)
    expect(state(page)).to_contain_text("已保存")


def test_buttons_of_a_section_work_as_before(browser: Browser, instance: Instance, watcher: Watcher) -> None:
    """Pressed at once after typing: saved first, then done."""
    context = new_context(browser, instance, DESKTOP)
    page = context.new_page()
    watcher.watch(page)
    one, typed = summary_of(page, PLAIN)
    typed.fill("按了就走。")
    page.get_by_role("button", name="保存并返回清单").click()
    page.wait_for_url("**/tasks/")
    page.goto(f"{one}sections/summary/")
    expect(typed).to_have_value("按了就走。")
    assert copies(page) == []
    context.close()
