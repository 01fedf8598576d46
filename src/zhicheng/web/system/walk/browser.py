"""A browser without a screen: it finds links, labels and buttons by the words a person reads, and sends what the form holds."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag

_BLANK = re.compile(r"\s+")
_OPTIONAL = re.compile(r"（选填）$")


class NotAsExpected(Exception):
    """A page does not show what the story says; the text tells what was seen instead."""


def words(text: str) -> str:
    """Text without any blanks: how two labels are compared."""
    return _BLANK.sub("", text)


def _words_of(tag: Tag) -> str:
    return words(tag.get_text())


class Form:
    """One form of a page with everything it would send, hidden fields included."""

    def __init__(self, page: Page, tag: Tag) -> None:
        self.page, self.tag = page, tag
        self.data: dict[str, list[str]] = {}
        self.files: list[tuple[str, tuple[str, bytes, str]]] = []
        for control in tag.select("input[name], select[name], textarea[name]"):
            self._take(control)

    def _take(self, control: Tag) -> None:
        name, kind = str(control["name"]), str(control.get("type", ""))
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            self.data.setdefault(name, []).append(str(chosen.get("value", "")) if chosen else "")
        elif control.name == "textarea":
            self.data.setdefault(name, []).append(control.get_text().removeprefix("\n"))
        elif kind in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                self.data.setdefault(name, []).append(str(control.get("value", "on")))
        elif kind not in {"submit", "button", "file"}:
            self.data.setdefault(name, []).append(str(control.get("value", "")))

    def _labelled(self, label: str, within: Tag) -> Tag:
        wanted = words(label)
        for tag in within.select("label[for]"):
            if _OPTIONAL.sub("", _words_of(tag)) == wanted:
                control = within.find(id=str(tag["for"]))
                if isinstance(control, Tag):
                    return control
        known = "、".join(_OPTIONAL.sub("", _words_of(t)) for t in within.select("label[for], legend"))
        raise NotAsExpected(f"{self.page.where}：没有“{label}”这一栏。页面上有：{known[:400]}")

    def fill(self, label: str, value: Any, *, within: Tag | None = None) -> Form:
        """Put ``value`` into the control with this label: text, a choice's words, ``True`` for a tick, (name, bytes) for a file."""
        inside = within or self.tag
        group = next((f for f in inside.select("fieldset") if self._legend(f) == words(label)), None)
        control = self._labelled(str(value), group) if group is not None else self._labelled(label, inside)
        name, kind = str(control["name"]), str(control.get("type", ""))
        if control.name == "select":
            self.data[name] = [self._option(control, str(value))]
        elif kind == "file":
            self._attach(name, value)
        elif kind in {"checkbox", "radio"}:
            self.data[name] = [str(control.get("value", "on"))] if value else []
        else:
            self.data[name] = [str(value)]
        return self

    @staticmethod
    def _legend(fieldset: Tag) -> str:
        legend = fieldset.find("legend", recursive=False)
        return _OPTIONAL.sub("", _words_of(legend)) if isinstance(legend, Tag) else ""

    def _option(self, select: Tag, value: str) -> str:
        for option in select.select("option"):
            if _words_of(option) == words(value):
                return str(option.get("value", ""))
        offered = "、".join(_words_of(o) for o in select.select("option"))
        raise NotAsExpected(f"{self.page.where}：列表里没有“{value}”，只有：{offered[:300]}")

    def _attach(self, name: str, file: tuple[str, bytes]) -> None:
        title, content = file
        media = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}.get(title.rsplit(".", 1)[-1], "")
        self.files.append((name, (title, content, media or "application/octet-stream")))

    def choose_file(self, title: str, content: bytes) -> Form:
        """Choose a file in a form that has one place for it."""
        control = self.tag.select_one("input[type=file]")
        if control is None:
            raise NotAsExpected(f"{self.page.where}：这里不能选择文件。")
        self._attach(str(control["name"]), (title, content))
        return self

    def tick(self, part: str) -> Form:
        """Tick the box whose label contains ``part``."""
        for label in self.tag.select("label[for]"):
            if words(part) in _words_of(label):
                control = self.tag.find(id=str(label["for"]))
                if isinstance(control, Tag) and control.get("type") in {"checkbox", "radio"}:
                    self.data[str(control["name"])] = [str(control.get("value", "on"))]
                    return self
        raise NotAsExpected(f"{self.page.where}：没有可以勾选的“{part}”。")

    def press(self, button: str) -> Page:
        """Press the button with these words and give the page that follows."""
        found = next((b for b in self.tag.select("button") if words(button) in _words_of(b)), None)
        if found is None:
            raise NotAsExpected(f"{self.page.where}：没有“{button}”按钮。")
        data = {name: values for name, values in self.data.items() if values}
        if found.get("name"):
            data[str(found["name"])] = [str(found.get("value", ""))]
        address = urljoin(self.page.url, str(self.tag.get("action") or self.page.url))
        page = self.page.browser.send(str(self.tag.get("method", "get")).lower(), address, data, self.files)
        if found.get("name") or "文件已检查完毕" not in page.text:
            return page
        # The file took a while, and the form came back to be read once more; passwords are not kept meanwhile.
        again = page.form(button)
        for control in again.tag.select("input[type=password][name]"):
            again.data[str(control["name"])] = self.data[str(control["name"])]
        return again.press(button)


class Page:
    """What came back: status, address, and the words on it."""

    def __init__(self, browser: Browser, response: httpx.Response) -> None:
        self.browser, self.response = browser, response
        self.url, self.status = str(response.url), response.status_code
        self.is_html = response.headers.get("content-type", "").startswith("text/html")
        self.soup = BeautifulSoup(response.text if self.is_html else "", "lxml")

    @property
    def where(self) -> str:
        """How a failure names this page."""
        heading = self.soup.find("h1")
        title = " ".join(heading.get_text().split()) if isinstance(heading, Tag) else ""
        return f"{urlsplit(self.url).path}（{self.status} {title}）{self._said()}"

    def _said(self) -> str:
        """What the page complains about, for a failure's sentence."""
        said = [" ".join(tag.get_text().split()) for tag in self.soup.select(".error-summary li, .callout, .desk-reason")]
        return f"“{'；'.join(said)[:400]}”" if said else ""

    @property
    def text(self) -> str:
        """All words of the main part, without blanks."""
        main = self.soup.find("main") or self.soup
        return words(main.get_text())

    def shows(self, *parts: str) -> Page:
        """This page, if it shows every one of ``parts``; raises :class:`NotAsExpected`."""
        for part in parts:
            if words(part) not in self.text:
                raise NotAsExpected(f"{self.where}：页面上没有“{part}”。")
        return self

    def is_ok(self) -> Page:
        """This page, if nothing was refused."""
        if self.status >= 400:
            raise NotAsExpected(f"{self.where}：没有办成。")
        return self

    def is_refused(self, *parts: str) -> Page:
        """This page, if it refused what was sent (422) for the reason ``parts``."""
        if self.status != 422:
            raise NotAsExpected(f"{self.where}：应当拒绝，却没有拒绝。")
        return self.shows(*parts)

    def link(self, label: str, *, within: str = "") -> Tag:
        """The first link whose words contain ``label``."""
        for tag in self.soup.select(f"{within} a[href]".strip()):
            if words(label) in _words_of(tag):
                return tag
        raise NotAsExpected(f"{self.where}：没有“{label}”的链接。")

    def has_link(self, label: str) -> bool:
        return any(words(label) in _words_of(tag) for tag in self.soup.select("a[href]"))

    def click(self, label: str, *, within: str = "") -> Page:
        """Follow that link."""
        return self.browser.open(urljoin(self.url, str(self.link(label, within=within)["href"])))

    def upload_form(self, label: str, *, within: Tag | None = None) -> Form:
        """The upload control whose label names ``label``."""
        for tag in (within or self.soup).select("form.upload"):
            title = tag.find("label")
            if isinstance(title, Tag) and _words_of(title).removeprefix("上传") == words(label):
                return Form(self, tag)
        raise NotAsExpected(f"{self.where}：没有上传“{label}”的地方。")

    def has_button(self, button: str) -> bool:
        """Whether a form on it has this button."""
        return any(words(button) in _words_of(b) for b in self.soup.select("main form button"))

    def form(self, button: str, *, near: str = "") -> Form:
        """The form that has this button; ``near`` are words that stand in the same form."""
        for tag in self.soup.select("main form"):
            if any(words(button) in _words_of(b) for b in tag.select("button")) and words(near) in _words_of(tag):
                return Form(self, tag)
        raise NotAsExpected(f"{self.where}：没有带“{button}”按钮的表单。")


class Browser:
    """One person's browser: its own cookies, one address to begin at."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/") + "/"
        headers = {"Accept-Language": "zh-CN", "User-Agent": "zhicheng-walk"}
        self.client = httpx.Client(follow_redirects=True, timeout=120, headers=headers, trust_env=False)

    def open(self, where: str) -> Page:
        """Go to an address."""
        return Page(self, self.client.get(urljoin(self.address, where)))

    def send(self, method: str, address: str, data: dict[str, list[str]], files: list[Any]) -> Page:
        """Send a form, with the page it stands on as referer like a browser."""
        headers = {"Referer": address, "Origin": self.address.rstrip("/")}
        if method == "get":
            query = urlencode([(name, value) for name, values in data.items() for value in values])
            return Page(self, self.client.get(f"{address.split('?')[0]}?{query}", headers=headers))
        if files:
            return self._waited(Page(self, self.client.post(address, data=data, files=files, headers=headers)))
        return Page(self, self.client.post(address, data=data, headers=headers))

    def _waited(self, page: Page) -> Page:
        """What follows a page that asks to be read again by itself, as a browser does: a file is being examined."""
        for _again in range(60):
            if "refresh" not in page.response.headers:
                break
            time.sleep(0.5)
            page = self.open(page.url)
        return page

    def download(self, link: Tag, page: Page, to: Path) -> bytes:
        """Save what a link leads to; it must be a PDF."""
        answer = self.client.get(urljoin(page.url, str(link["href"])))
        if answer.status_code != 200 or not answer.content.startswith(b"%PDF-"):
            raise NotAsExpected(f"{urlsplit(str(answer.url)).path}（{answer.status_code}）：不是 PDF 文书。")
        to.write_bytes(answer.content)
        return answer.content

    def close(self) -> None:
        self.client.close()
