"""Every button that a page shows, on every page of every role, pressed once: its answer is no error, and nothing typed is lost.

The world is one of its own: what is pressed here is done.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, Request, Response

from tests.journeys.test_every_page import Met, go_in, pages_of
from tests.support.journeys import Instance, Watcher
from tests.support.rehearsal_once import instance_of_its_own

pytestmark = pytest.mark.everywhere
# Who goes round: whoever sees buttons that nobody before has seen.
PEOPLE = {
    "visitor": "",
    "applicant-waiting": "sbr12",
    "applicant-writing": "sbr02",
    "applicant-returned": "sbr21",
    "applicant-free": "sbr63",
    "unit": "danwei-shuili",
    "unit-with-an-objection": "danwei-gouqi",
    "supervising": "zhuguan",
    "county": "xian-bole",
    "prefecture": "zhou",
    "operator": "operator",
    "security": "security",
    "auditor": "auditor",
    "rehearsal": "operator",
}
# Rooms of the rehearsal: gone through last, because the clock moves what everybody else may do.
REHEARSAL = {"rehearsal": "/rehearsal/", "rehearsal_clock": "/rehearsal/clock/"}
SHOWN_ONLY = {*REHEARSAL, "rehearsal_components"}  # the last one shows the pieces pages are made of, and does nothing
# What a page answers when all is well: done, somewhere else, or refused in words beside the field.
ANSWERS = {200, 204, 302, 303, 304, 422}
# Buttons whose work it is to take away what is shown, or to change what stands in a field.
TAKES_AWAY = re.compile("删除|移除|清除|取消|退出|不保留|放弃|上移|下移|右转|左转")
# Of one thing each, which another button here may have taken away before: where it is pressed for certain.
PRESSED_ELSEWHERE = {"application_pages: 另存为一个 PDF": "test_pages"}
# Pressed after all others: what they are pressed on is over, or goes on to somebody else.
ENDS = re.compile("作废|撤回|上报|通过|退回|终止|不受理|确认|加入|关闭|移交|同意|重置|结束")
FRAME = re.compile("退出登录|English|中文")
SAMPLES = {"employer_words": "水利", "unit_words": "水利", "email": "anjian@journey.example", "mobile": "13909091234"}
NOT_TYPED = {"file", "hidden", "submit", "button", "checkbox", "radio", "password"}
BY_TYPE = {
    "date": "2023-09-01",
    "number": "1",
    "email": "anjian@journey.example",
    "tel": "13909091234",
    "datetime-local": "2023-09-20T12:00",
}
_BUTTONS = """() => {
    document.querySelectorAll("main details").forEach(d => { d.open = true; });
    return Array.from(document.querySelectorAll("button, input[type=submit]"))
        .filter(b => b.checkVisibility({visibilityProperty: true}) && !b.disabled && !b.matches(".visually-hidden, .skip-link"))
        .map(b => ({text: (b.innerText || b.value).trim(), name: b.name, frame: !b.closest("main"),
                    posts: Boolean(b.form && b.form.method === "post" && b.type === "submit" && !b.hasAttribute("hx-get"))}));
}"""
_MOMENT = 0.04  # seconds
_MOST_MOMENTS = 100
# Whether fill() may have anything to do: without what it looks for itself of a field that is seen and may be changed.
_LEFT_OPEN = """() => {
    const all = [...document.querySelectorAll("main :is(input, textarea)")].filter(c => !c.disabled && !c.readOnly && c.name);
    const typed = c => !["file", "hidden", "submit", "button", "checkbox", "radio", "password"].includes(c.type);
    const chosen = new Set(all.filter(c => c.type === "radio" && c.checked).map(c => c.name));
    return all.some(c => typed(c) ? !c.value : c.type === "radio" && !chosen.has(c.name));
}"""
_FIELDS = "all => all.map(c => [c.getAttribute('type') || 'text', c.getAttribute('name') || '', c.value])"
# What stands in the fields: of the form alone that a button sends, or (``everything``) of the page.
_TYPED = """(b, everything) => Array.from(document.querySelectorAll("main :is(input, textarea, select)"))
    .filter(c => everything || !b.form || b.closest("[hx-get], [hx-post]") || c.form === b.form)
    .filter(c => c.name && !["hidden", "file", "password", "submit", "button"].includes(c.type))
    .filter(c => ["checkbox", "radio"].includes(c.type) ? c.checked : c.value.trim())
    .map(c => [c.name, c.value.replace(/\\r\\n?/g, "\\n").trim()])"""
_STILL_THERE = """() => document.body.innerText + "\\n" + Array.from(document.querySelectorAll(":is(input, textarea, select)"))
    .filter(c => !["checkbox", "radio"].includes(c.type) || c.checked)
    .map(c => (c.value || "").replace(/\\r\\n?/g, "\\n")).join("\\n")"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A world that nobody else looks at."""
    with instance_of_its_own(tmp_path_factory, "buttons") as started:
        yield started


@dataclass(frozen=True)
class Button:
    """One button of one page. ``posts``: it sends a form, and may change what other pages show."""

    page: str
    text: str
    name: str
    posts: bool


@dataclass
class Traffic:
    """What the page asks and is answered from now on."""

    page: Page
    open: set[Request] = field(default_factory=set)
    answers: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    changed: float = 0.0  # when something was sent or answered, last

    def __post_init__(self) -> None:
        self.page.on("request", self._begins)
        self.page.on("requestfinished", self._ends)
        self.page.on("requestfailed", self._ends)
        self.page.on("response", lambda response: self.answers.append(response))
        self.page.on("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        dialog.accept()

    def begin(self, address: str) -> None:
        """Open a page, with nothing on its way any more; that it is loaded was waited for."""
        self.page.goto(address)
        self.open.clear()
        self.settle(moments=2)

    def _begins(self, request: Request) -> None:
        self.open.add(request)
        self.changed = time.monotonic()

    def _ends(self, request: Request) -> None:
        self.open.discard(request)
        self.changed = time.monotonic()

    def settle(self, moments: int = 4) -> None:
        """Wait until some moments have passed in which nothing was on its way; what asks for ever is left to it."""
        began = time.monotonic()
        while (now := time.monotonic()) < began + _MOST_MOMENTS * _MOMENT:
            left = _MOMENT if self.open else max(began, self.changed) + moments * _MOMENT - now
            if left <= 0:
                return
            self.page.wait_for_timeout(left * 1000)

    def judged(self) -> list[Response]:
        """The answers a person or a script gets to see."""
        return [a for a in self.answers if a.request.resource_type in {"document", "xhr", "fetch"}]


def _kind_of_words(one: dict[str, Any]) -> str:
    """Buttons of one name differ by a number or a person."""
    text = one["text"].partition("存入我的资料库")[1] or one["text"]  # behind it stands what is kept
    return "进入" if one["name"] == "username" else re.sub(r"[\d\s]+", " ", text).strip()


def _page_of(kind: tuple[str, ...]) -> str:
    """Sections differ in their buttons; another case in the same list does not."""
    return " ".join(kind) if kind[0] == "application_section" else kind[0]


def buttons_of(shown: list[dict[str, Any]], kind: tuple[str, ...]) -> Iterator[Button]:
    """Every kind of button there is among those ``shown`` on a page of this kind."""
    for one in shown:
        yield Button("frame" if one["frame"] else _page_of(kind), _kind_of_words(one), one["name"], one["posts"])


def find(page: Page, button: Button) -> Locator | None:
    """The first visible one of this kind on the page."""
    shown = page.evaluate(_BUTTONS)
    words = next((one["text"] for one in shown if (_kind_of_words(one), one["name"]) == (button.text, button.name)), None)
    if words is None:
        return None
    every = page.locator("button:visible, input[type=submit]:visible").and_(page.locator(":not(.visually-hidden)"))
    named = every.and_(page.locator(f"[name='{button.name}']")) if button.name else every
    return named.filter(has_text=re.compile(r"\s*".join(re.escape(part) for part in words.split()))).first


def fill(page: Page, traffic: Traffic) -> bool:
    """Something in every field that is empty, and the first of every choice nobody has made; whether there was any. Else nobody waits."""
    if not page.evaluate(_LEFT_OPEN):
        return False
    fields = page.locator("main :is(input, textarea):visible:enabled:not([readonly])")
    filled = False
    for number, (kind, name, value) in enumerate(fields.evaluate_all(_FIELDS)):
        if kind not in NOT_TYPED and name and not value:
            fields.nth(number).fill(SAMPLES.get(name, BY_TYPE.get(kind, "按钮试填")))
            filled = True
    if filled:
        looks_up = page.locator("main input[hx-trigger*='delay']").count()  # waits for a pause in typing before it asks
        traffic.settle(moments=14 if looks_up else 4)
    radios = page.locator("main input[type=radio]:visible:enabled").evaluate_all("all => all.map(c => [c.name, c.checked])")
    open_choices = {name for name, _checked in radios if name} - {name for name, checked in radios if checked}
    for name in sorted(open_choices):
        page.locator(f"main input[type=radio][name='{name}']:visible:enabled").first.check()
    if open_choices:
        traffic.settle()
    return filled or bool(open_choices)


def press(traffic: Traffic, address: str, button: Button) -> str:
    """Go there, fill in what is empty, press; what was wrong with the answer, ``gone`` where the button is not there (any more)."""
    page = traffic.page
    traffic.begin(address)
    if page.evaluate("document.documentElement.lang") != "zh-CN":
        page.get_by_role("button", name="中文").click()
        traffic.begin(address)
    found = find(page, button)
    if found is not None and fill(page, traffic):
        found = find(page, button)
    if found is None:
        return "gone"
    # What stands in other forms is lost only with a word before; a script's button leaves the page as it is.
    before = found.evaluate(_TYPED)
    traffic.answers.clear()
    traffic.asked.clear()
    found.click()
    traffic.settle()
    answers = traffic.judged()
    wrong = [f"{a.status} for {a.request.method} {a.url}" for a in answers if a.status not in ANSWERS]
    if wrong:
        return "; ".join(wrong)
    documents = [a for a in answers if a.request.resource_type == "document"]
    if traffic.asked or TAKES_AWAY.search(button.text) or any(a.status in {302, 303} for a in documents):
        return ""
    there = page.evaluate(_STILL_THERE)
    lost = [(name, value) for name, value in before if value not in there]
    if not documents:
        after = {(name, value) for name, value in page.locator("body").evaluate(_TYPED, True)}
        lost += [(name, value) for name, value in before if (name, value) not in after]
    return f"lost {lost}" if lost else ""


@pytest.fixture(scope="module")
def pressed() -> dict[str, set[Button]]:
    """What was pressed so far, by role."""
    return defaultdict(set)


@pytest.fixture(scope="module")
def shown() -> dict[str, set[Button]]:
    """What was seen so far, by role."""
    return defaultdict(set)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_button_is_answered_and_loses_nothing(
    page: Page, watcher: Watcher, pressed: dict[str, set[Button]], shown: dict[str, set[Button]], who: str
) -> None:
    role = who.partition("-")[0]
    traffic = Traffic(page)
    go_in(page, PEOPLE[who])
    places: dict[Button, str] = {}
    shown_at: dict[str, list[dict[str, Any]]] = {}
    for kind, address, here in pages_for(page, who):
        if here:
            shown_at[address] = page.evaluate(_BUTTONS)
        for button in buttons_of(shown_at[address], kind):
            if button not in pressed[role]:
                places.setdefault(button, address)
    shown[role] |= set(places)
    last = [b for b in places if FRAME.search(b.text)]
    first = sorted([b for b in places if b not in last], key=lambda b: (b.posts, bool(ENDS.search(b.text))))
    wrong = []
    for button in first + sorted(last, key=lambda b: "退出" in b.text):
        told = press(traffic, places[button], button)
        if told != "gone":
            pressed[role].add(button)
        if told not in {"", "gone"}:
            wrong.append(f"{places[button]} {button.text!r}: {told}")
    # What a page asks by itself is left unanswered when it is left.
    watcher.wrong = [words for words in watcher.wrong if not re.match("console: htmx:(sendAbort|afterRequest), ", words)]
    assert not wrong, "\n".join(wrong)


def pages_for(page: Page, who: str) -> Iterator[Met]:
    """The pages of one person."""
    if who == "rehearsal":
        for name, address in REHEARSAL.items():
            page.goto(address)
            yield Met((name,), address, here=True)
        return
    for met in pages_of(page, {(name,) for name in SHOWN_ONLY}):
        if met.kind[0] not in SHOWN_ONLY:
            yield met


def test_no_button_was_left_out(pressed: dict[str, set[Button]], shown: dict[str, set[Button]]) -> None:
    """Of two alike on sections of one form one is enough: a row that was removed takes the buttons beside it along. So does what a desk
    ends or passes on with what is sent about it, where nobody else of the role has another."""

    def alike(button: Button) -> tuple[str, ...]:
        return (button.page.split()[0], button.text, button.name)

    for role, seen in shown.items():
        done = {alike(button) for button in pressed[role]}
        taken_along = role not in {"visitor", "applicant"} and any(ENDS.search(button.text) for button in pressed[role])
        left = sorted(f"{b.page}: {b.text}" for b in seen if alike(b) not in done and not (taken_along and b.posts))
        assert not set(left) - PRESSED_ELSEWHERE.keys(), role
