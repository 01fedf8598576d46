"""Papers over a bad line: cut at every class of byte, the server killed and started again, by a browser and by a program: nothing lost, nothing double."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_frame import sign_in
from tests.support.cutting import CUTS, Line
from tests.support.journeys import DESKTOP, PHONE, Instance, Watcher, assert_accessible, new_context
from tests.support.rehearsal_once import instance_of_its_own
from tests.support.world import pdf
from zhicheng.web.system.walk.browser import Browser as Program

WHO, PASSWORD = "sbr07", "rehearsal-2023"
PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}
BOX = "commitment"


def big() -> bytes:
    """A scan of several pieces, another one each time."""
    scan = BytesIO()
    Image.frombytes("RGB", (700, 700), os.urandom(3 * 700 * 700)).save(scan, "PNG")
    return scan.getvalue()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance whose server may be killed."""
    with instance_of_its_own(tmp_path_factory, "uploads") as started:
        yield started


@pytest.fixture
def line(own: Instance) -> Iterator[Line]:
    opened = Line(own.address)
    yield opened
    opened.close()


# --- a program ---------------------------------------------------------------------------------------------------------


class Sender:
    """A program that sends a paper as tus says: after a cut it asks how much is there, and goes on from there."""

    def __init__(self, address: str) -> None:
        self.program = Program(address)
        form = self.program.open("accounts/login/").form("登录")
        form.data["login"], form.data["password"] = [WHO], [PASSWORD]
        page = form.press("登录").is_ok()
        token = str(page.soup.select_one("input[name=csrfmiddlewaretoken]")["value"])  # type: ignore[index]
        self.headers = TUS | {"X-CSRFToken": token, "Origin": address}
        link = self.program.open("my/applications/").soup.select_one(".applications h2 a")
        self.application = str(link["href"])  # type: ignore[index]

    def begin(self, content: bytes, name: str) -> str:
        said = {"filename": name, "sha256": hashlib.sha256(content).hexdigest()}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
        address = f"{self.program.address.rstrip('/')}{self.application}materials/{BOX}/resumable/{BOX}/{BOX}/"
        answer = self.program.client.post(
            address, headers=self.headers | {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        )
        assert answer.status_code == 201, answer.text
        return str(httpx.URL(address).join(answer.headers["Location"]))

    def offset(self, address: str) -> int:
        for _again in range(100):
            try:
                answer = self.program.client.head(address, headers=TUS)
                if answer.status_code == 200:
                    return int(answer.headers["Upload-Offset"])
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        raise AssertionError("the server is away")

    def send(self, address: str, content: bytes, size: int) -> int:
        """Send on until all is there; how often it was cut."""
        cut = 0
        while (offset := self.offset(address)) < len(content):
            headers = self.headers | {"Upload-Offset": str(offset), "Content-Type": PIECE}
            try:
                answer = self.program.client.patch(address, content=content[offset : offset + size], headers=headers)
                assert answer.status_code in {204, 409}, (
                    answer.text
                )  # 409: what was cut a moment ago had not been written down yet
            except httpx.HTTPError:
                cut += 1
        return cut

    def shown(self) -> str:
        return self.program.open(f"{self.application.lstrip('/')}materials/{BOX}/").soup.get_text()

    def wait_for(self, name: str) -> int:
        """How often a file of this name lies in the box, once it was examined."""
        for _again in range(60):
            found = [
                a.get_text()
                for a in self.program.open(f"{self.application.lstrip('/')}materials/{BOX}/").soup.select(".file-name > a")
            ]
            if name in found:
                return found.count(name)
            time.sleep(0.5)
        raise AssertionError(f"{name} is not there: {self.shown()}")

    def empty(self) -> None:
        """Take everything out of the box again."""
        page = self.program.open(f"{self.application.lstrip('/')}materials/{BOX}/")
        for link in page.soup.select(".file-links a[href*=remove]"):
            self.program.open(str(link["href"])).form("移除").press("移除").is_ok()


@pytest.fixture
def sender(line: Line) -> Iterator[Sender]:
    opened = Sender(line.address)
    yield opened
    opened.program.close()


@pytest.mark.parametrize("where", CUTS)
def test_program_whose_line_is_cut_loses_nothing_and_brings_nothing_twice(line: Line, sender: Sender, where: str) -> None:
    content, name = big(), f"承诺书-{len(where)}.png"
    address = sender.begin(content, name)
    line.cuts = [CUTS[where]] * 2
    # Once or twice: a piece that comes while the one before it is still written down is answered before the line is cut.
    assert sender.send(address, content, len(content)) >= 1 or where == "the last byte, before its answer"
    assert line.was_cut and sender.wait_for(name) == 1
    sender.empty()


def workers_of(instance: Instance) -> list[int]:
    """The processes of the instance that answer requests."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(rest[1])

    def below(pid: int) -> bool:
        while pid > 1:
            if pid == instance.process.pid:
                return True
            pid = parents.get(pid, 0)
        return False

    def is_server(pid: int) -> bool:
        try:
            return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    servers = [pid for pid in parents if below(pid) and is_server(pid)]
    return [pid for pid in servers if parents[pid] in servers]


def test_server_that_is_killed_and_started_again_goes_on_where_it_was(own: Instance, sender: Sender) -> None:
    content, name = big(), "承诺书-杀.png"
    address = sender.begin(content, name)
    headers = sender.headers | {"Upload-Offset": "0", "Content-Type": PIECE}
    assert sender.program.client.patch(address, content=content[:300_000], headers=headers).status_code == 204
    workers = workers_of(own)
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    assert sender.offset(address) == 300_000
    own.stop()
    own.start_again()
    assert sender.offset(address) == 300_000
    sender.send(address, content, 400_000)
    assert sender.wait_for(name) == 1
    sender.empty()


# --- a browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(browser: Browser, own: Instance, line: Line, watcher: Watcher) -> Iterator[Page]:
    """A window whose line can be cut."""
    there = own.address
    own.address = line.address
    context = new_context(browser, own, DESKTOP)
    own.address = there
    page = context.new_page()
    watcher.watch(page)
    yield page
    watcher.wrong = [words for words in watcher.wrong if "Failed to load" not in words]
    context.close()


def box_of(page: Page) -> None:
    sign_in(page, WHO)
    page.get_by_role("button", name="退出登录").wait_for()
    page.goto("/my/applications/")
    href = page.locator(".applications h2 a").first.get_attribute("href")
    page.goto(f"{href}materials/{BOX}/")


def a_file(content: bytes, name: str) -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def unfold(page: Page) -> None:
    """Open the boxes that are done, and with them what may be done with their files."""
    folded = page.locator("details.fold:not([open]) > summary")
    while folded.count():
        folded.first.click()


def take_out(page: Page) -> None:
    unfold(page)
    while page.get_by_role("link", name=re.compile("^移除")).count():
        page.get_by_role("link", name=re.compile("^移除")).first.click()
        page.get_by_role("main").get_by_role("button", name=re.compile("移除")).click()
        page.get_by_role("heading", level=1).wait_for()
        unfold(page)


@pytest.mark.parametrize("where", CUTS)
def test_browser_whose_line_is_cut_loses_nothing_and_brings_nothing_twice(window: Page, line: Line, where: str) -> None:
    box_of(window)
    line.cuts = [CUTS[where]] * 2
    name = f"承诺书-{len(where)}.png"
    window.locator("[data-upload-file]").first.set_input_files(a_file(big(), name))
    expect(window.locator(".file-name > a").filter(has_text=name)).to_have_count(1)
    assert line.was_cut == 2
    expect(window.locator("[data-live]")).to_contain_text("已上传")
    window.reload()
    expect(window.locator(".file-name > a").filter(has_text=name)).to_have_count(1)
    take_out(window)


def test_line_that_is_away_for_long_is_waited_for_in_words(window: Page, line: Line) -> None:
    box_of(window)
    line.cuts = [CUTS["within its head"]] * 50
    window.locator("[data-upload-file]").first.set_input_files(a_file(big(), "承诺书.png"))
    row = window.locator(".upload-row")
    expect(row).to_contain_text("从断开的地方接着传")
    assert_accessible(window, "upload-cut-desk")
    window.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(window, "upload-cut-phone")
    expect(window.locator("[data-live]")).to_contain_text("网络断开")
    line.cuts = []
    row.get_by_role("button", name=re.compile("^接着传")).click()
    expect(window.locator(".file-name > a")).to_have_text("承诺书.png")
    take_out(window)


def test_file_chosen_again_after_a_reload_goes_on_where_it_was(window: Page, line: Line) -> None:
    box_of(window)
    content = big()
    line.cuts = [CUTS["the last byte, before its answer"], *[CUTS["its first byte"]] * 50]
    window.locator("[data-upload-file]").first.set_input_files(a_file(content, "承诺书.png"))
    expect(window.locator(".upload-row")).to_contain_text("网络断开")
    asked: list[str] = []
    window.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    window.reload()
    assert asked == ["beforeunload"]
    line.cuts = []
    with window.expect_request(lambda request: request.method == "PATCH" and request.headers["upload-offset"] != "0"):
        window.locator("[data-upload-file]").first.set_input_files(a_file(content, "承诺书.png"))
    expect(window.locator(".file-name > a")).to_have_text("承诺书.png")
    take_out(window)


def test_upload_is_cancelled(window: Page, line: Line) -> None:
    box_of(window)
    line.cuts = [CUTS["its first byte"]] * 50
    window.locator("[data-upload-file]").first.set_input_files(a_file(big(), "承诺书.png"))
    expect(window.locator(".upload-row")).to_contain_text("网络断开")
    window.get_by_role("button", name=re.compile("^取消")).click()
    expect(window.locator(".upload-row")).to_have_count(0)
    expect(window.locator("[data-upload-file]").first).to_be_focused()
    expect(window.locator("[data-live]")).to_contain_text("已取消上传“承诺书.png”")


def test_several_files_go_at_once_and_each_is_told_of(window: Page) -> None:
    box_of(window)
    files = [a_file(big(), "一.png"), a_file(b"GIF89a", "二.png"), a_file(big(), "三.png")]
    window.locator("[data-upload-file]").first.set_input_files(files)
    expect(window.locator(".upload-row.is-wrong")).to_contain_text("最多还能放 2 个文件")
    expect(window.locator(".file-name > a")).to_have_text("一.png")
    expect(window.locator("[data-upload-error]:visible")).to_contain_text("“二.png”没有接收")
    assert_accessible(window, "upload-several-desk")
    window.get_by_role("button", name=re.compile("^取消")).click()
    take_out(window)


def test_file_is_dropped_on_its_place(window: Page) -> None:
    box_of(window)
    window.evaluate(
        """(text) => {
          const data = new DataTransfer()
          data.items.add(new File([text], "拖.pdf", {type: "application/pdf"}))
          const zone = document.querySelector("[data-resumable]")
          for (const name of ["dragenter", "dragover", "drop"]) {
            zone.dispatchEvent(new DragEvent(name, {bubbles: true, cancelable: true, dataTransfer: data}))
          }
        }""",
        pdf("dropped").decode("latin-1"),
    )
    expect(window.locator("[data-upload-error]:visible, .file-name > a").filter(has_text="拖.pdf")).to_have_count(1)
    window.reload()
    take_out(window)


def photograph(width: int, height: int) -> bytes:
    """A photograph with as much in it as a phone's: large."""
    taken = BytesIO()
    Image.frombytes("RGB", (width // 4, height // 4), os.urandom(3 * (width // 4) * (height // 4))).resize((width, height)).save(
        taken, "JPEG", quality=98
    )
    return taken.getvalue()


def test_large_photograph_is_made_smaller_and_its_row_says_so(window: Page) -> None:
    box_of(window)
    large = {"name": "IMG_2032.jpeg", "mimeType": "image/jpeg", "buffer": photograph(4032, 3024)}
    window.locator("[data-upload-file]").first.set_input_files(large)  # type: ignore[arg-type]
    expect(window.locator(".file-name")).to_contain_text("照片上传前已由浏览器缩小，原图 4032 × 3024 像素")
    assert_accessible(window, "upload-shrunk-desk")
    unfold(window)
    window.locator(".file-name > a").click()
    window.get_by_label("照片按原图上传").check()
    window.locator("[data-upload-file]").set_input_files(large)  # type: ignore[arg-type]
    expect(window.locator(".file-name > a")).to_have_count(1)
    expect(window.locator(".file-name")).not_to_contain_text("缩小")
    take_out(window)


def test_several_files_for_several_places_are_proposed_where_they_go(window: Page) -> None:
    box_of(window)
    window.goto(window.url.replace(BOX, "appraisals"))
    chosen = [a_file(big(), "2020年考核.png"), a_file(big(), "考核表.png"), a_file(big(), "多余.png")]
    window.locator("[data-many-file]").set_input_files(chosen)
    rows = window.locator("[data-many-list] li")
    expect(rows.locator("select option:checked").first).to_contain_text("2020年度")
    expect(rows.locator("select option:checked").nth(1)).to_contain_text("2018年度")
    window.get_by_label("考核表.png").select_option("")
    rows.nth(2).get_by_role("button", name="移出").click()
    window.get_by_role("button", name="开始上传").click()
    expect(window.get_by_label("考核表.png")).to_be_focused()
    expect(window.locator("[data-many-error]")).to_be_visible()
    assert_accessible(window, "upload-many-desk")
    window.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(window, "upload-many-phone")
    window.get_by_label("考核表.png").select_option(label="2021年度 · 《年度考核登记表》")
    window.get_by_role("button", name="开始上传").click()
    for year, name in (("2020", "2020年考核.png"), ("2021", "考核表.png")):
        expect(window.get_by_role("region", name=re.compile(year)).locator(".file-name > a")).to_have_text(name)
    take_out(window)
