"""What people do again and again on the walk: sign in, read mail, move the clock, fill a form, decide at a desk."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from bs4 import Tag

from zhicheng.rehearsal import samples
from zhicheng.web.system.walk.browser import Browser, NotAsExpected, Page, words
from zhicheng.web.system.walk.people import PASSWORD, Human, Unit, notice_words, sections, some_unit, somebody

MAIL_SECONDS = 120
_NOW = re.compile(r"(\d{4}-\d\d-\d\d)\s*(\d\d:\d\d)")


@dataclass
class Walk:
    """Everything a walk knows: where, with whom, and what it has seen so far."""

    address: str
    papers: Path
    say: Callable[[str], object]
    unit: Unit = field(default_factory=some_unit)
    administrator: Human = field(default_factory=lambda: somebody("王秀英", "2", "gly"))
    applicant: Human = field(default_factory=lambda: somebody("古丽娜尔·买买提", "2", "sbr-a"))
    second: Human = field(default_factory=lambda: somebody("巴图·孟克", "1", "sbr-b"))
    browsers: dict[str, Browser] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)  # username → the number of the application
    desk_paths: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str) -> Browser:
        """The browser of ``who``; everybody has their own."""
        if who not in self.browsers:
            self.browsers[who] = Browser(self.address)
        return self.browsers[who]

    @property
    def visitor(self) -> Browser:
        return self.browser("visitor")

    def close(self) -> None:
        for browser in self.browsers.values():
            browser.close()

    # --- signing in and mail -------------------------------------------------------------------------------------

    def sign_in(self, human: Human) -> Browser:
        """With login name and password, like everybody."""
        browser = self.browser(human.username)
        form = browser.open("accounts/login/").form("登录")
        form.data["login"], form.data["password"] = [human.username], [PASSWORD]
        page = form.press("登录").is_ok()
        if not page.soup.select("form[action*=logout]"):
            raise NotAsExpected(f"{page.where}：{human.username}没有登录成功。")
        return browser

    def officer(self, username: str) -> Browser:
        """By one click on 演练入口."""
        if username not in self.browsers:
            page = self.browser(username).open("rehearsal/")
            button = page.soup.select_one(f'button[name=username][value="{username}"]')
            if button is None:
                raise NotAsExpected(f"{page.where}：演练入口没有 {username}。")
            data = {"username": [username]}
            for control in button.find_parent("form").select("input[type=hidden]"):  # type: ignore[union-attr]
                data[str(control["name"])] = [str(control.get("value", ""))]
            self.browser(username).send("post", urljoin(page.url, "/rehearsal/sign-in/"), data, []).is_ok()
        return self.browsers[username]

    def mail(self, to: str, subject: str) -> Page:
        """The newest mail to ``to`` whose subject holds ``subject``; waits for the worker where it must."""
        until = time.monotonic() + MAIL_SECONDS
        while True:
            page = self.visitor.open(f"rehearsal/mail/?to={to}").is_ok()
            if page.has_link(subject):
                return page.click(subject, within="main").is_ok()
            if time.monotonic() > until:
                raise NotAsExpected(f"{MAIL_SECONDS} 秒内没有寄给 {to} 的邮件“{subject}”。后台任务在运行吗？")
            time.sleep(1)

    def confirm_mailbox(self, human: Human) -> None:
        mail = self.mail(human.email, "请确认您的注册邮箱")
        mail.shows(human.name, human.username)
        page = mail.click("/accounts/confirm-email/").is_ok()
        page.form("确认，这是我的邮箱").press("确认，这是我的邮箱").is_ok()

    # --- the clock -----------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """What the rehearsal's clock shows."""
        page = self.visitor.open("rehearsal/clock/").is_ok()
        found = _NOW.search(" ".join(page.soup.select_one("main").get_text(" ").split()))  # type: ignore[union-attr]
        if found is None:
            raise NotAsExpected(f"{page.where}：没有显示时间。")
        return datetime.fromisoformat(f"{found[1]}T{found[2]}")

    def move_to(self, day: date, hour: str = "09:00") -> None:
        """Move the clock to a day and an hour."""
        form = self.visitor.open("rehearsal/clock/").form("拨到这个时间")
        form.fill("日期", day.isoformat()).fill("时间", hour).press("拨到这个时间").is_ok().shows(day.isoformat())
        time.sleep(1.2)  # every process reads the clock's offset once a second

    # --- registering ---------------------------------------------------------------------------------------------

    def register_person(self, human: Human) -> None:
        """个人注册, from the first page to the confirmed mailbox."""
        browser = self.browser(human.username)
        page = browser.open("").is_ok().click("个人注册").is_ok()
        form = page.form("提交注册").tick("我已认真阅读并同意")
        form.fill("姓名", human.name).fill("身份证号", human.id_number).fill("手机号码", human.mobile)
        form.fill("电子邮箱", human.email).fill("按单位名称或统一社会信用代码查找", self.unit.name)
        page = form.press("查找").is_ok().shows(self.unit.name)
        form = page.form("提交注册").tick(self.unit.name).fill("登录名", human.username)
        form.fill("密码", PASSWORD).fill("再次输入密码", PASSWORD)
        form.press("提交注册").is_ok().shows("注册信息已提交")
        self.confirm_mailbox(human)

    # --- the applicant -------------------------------------------------------------------------------------------

    def start(self, human: Human) -> Page:
        """我的职称 → 我的申请书 → 新增申请书 → … → 我要申报; gives the task list."""
        page = self.open_new(human)
        page = page.form("确认，进入申报界面").tick("我已仔细阅读").press("确认，进入申报界面").is_ok()
        page = page.form("继续").tick("工程技术").press("继续").is_ok()
        page = page.form("继续").tick("水利").tick("工程师，中级").press("继续").is_ok()
        page = page.shows(self.unit.name).form("我要申报").press("我要申报").is_ok()
        number = re.search(r"2023652700-\d{5}", page.soup.get_text())
        if number is None:
            raise NotAsExpected(f"{page.where}：没有申请书编号。")
        self.cases[human.username] = number[0]
        return page

    def open_new(self, human: Human) -> Page:
        """Where 新增申请书 leads."""
        page = self.browser(human.username).open("").click("我的职称").is_ok()
        return page.click("我的申请书", within="main").is_ok().click("新增申请书")

    def application(self, human: Human) -> Page:
        """The application's own page."""
        page = self.browser(human.username).open("my/applications/").is_ok()
        return page.click("查看进度").is_ok()

    def tasks(self, human: Human) -> Page:
        """The task list."""
        page = self.application(human)
        label = "继续填写" if page.has_link("继续填写") else "按退回意见修改"
        return page.click(label, within="main").is_ok()

    def fill_sections(self, human: Human) -> int:
        """Every section, by its labels; gives how many."""
        filled = 0
        for title, content in sections(human, self.unit).items():
            if not content:
                continue
            page = self.tasks(human).click(title, within="main").is_ok()
            self.fill_rows(page, content) if isinstance(content, list) else self.fill_one(page, content)
            filled += 1
        return filled

    @staticmethod
    def fill_one(page: Page, content: dict[str, str]) -> None:
        form = page.form("保存并返回清单")
        for label, value in content.items():
            form.fill(label, value)
        form.press("保存并返回清单").is_ok()

    @staticmethod
    def fill_rows(page: Page, rows: list[dict[str, str]]) -> None:
        """Rows one below the other; “增加一行” where the page does not offer enough (it keeps what is typed, not empty rows)."""
        form = page.form("保存并返回清单")
        for number, row in enumerate(rows):
            places = form.tag.select("fieldset.form-row")
            if number == len(places):
                page = form.press("增加一行").is_ok()
                form = page.form("保存并返回清单")
                places = form.tag.select("fieldset.form-row")
            if number >= len(places):
                raise NotAsExpected(f"{page.where}：“增加一行”没有增加一行。")
            for label, value in row.items():
                form.fill(label, value, within=places[number])
        form.press("保存并返回清单").is_ok()

    def upload_materials(self, human: Human) -> int:
        """A scanned page into every place that must have one; gives how many files were sent."""
        sent = 0
        listed = self.tasks(human)
        for address in [str(a["href"]) for a in listed.soup.select("a[href*='/materials/']")]:
            page = self.browser(human.username).open(urljoin(listed.url, address)).is_ok()
            for caption in [str(b["aria-label"]) for b in page.soup.select("section.box")]:
                sent += self._fill_box(page, caption, human)
        return sent

    def _fill_box(self, page: Page, caption: str, human: Human) -> int:
        box = next(b for b in page.soup.select("section.box") if b["aria-label"] == caption)
        if "尚缺内容" not in box.get_text():
            return 0  # done, optional, or an exemption took the duty away
        sent = 0
        for upload in box.select("form.upload"):
            label, paper = upload.find("label"), upload.find_parent("div", class_="paper")
            if not isinstance(label, Tag) or (paper is not None and "可以用它代替" in paper.get_text()):
                continue
            name = words(label.get_text()).removeprefix("上传")
            content = samples.pdf(name, (f"姓名：{human.name}", caption))
            form = page.upload_form(name, within=box).choose_file(f"{words(caption)[:40]}.pdf", content)
            form.press("上传").is_ok().shows("已上传到")
            sent += 1
            if "任选其一" in box.get_text():
                break
        return sent

    def looked_through(self, human: Human) -> Page:
        """再次核对, every file that carries a warning opened and confirmed."""
        page = self.tasks(human).click("再次核对", within="main").is_ok()
        if page.has_link("打开查看并确认"):
            page = page.click("打开查看并确认").is_ok()
        while page.has_button("我已查看，内容清晰完整"):
            page = page.form("我已查看，内容清晰完整").press("我已查看，内容清晰完整").is_ok()
        return page

    def check_and_submit(self, human: Human) -> Page:
        """再次核对, 上报; gives the receipt."""
        form = self.looked_through(human).form("确认无误，上报")
        for name, values in form.data.items():
            if name.startswith("point-") and not any(values):
                form.data[name] = ["经再次核对，此处内容与原件一致，没有改动。"]
        form.tick("我已阅读并作出以上个人承诺").tick("我已知晓因漏传")
        return form.press("确认无误，上报").is_ok().shows("申请书已上报", self.cases[human.username])

    def correct(self, human: Human, what: str) -> None:
        """After a return: the summary is completed and everything sent again."""
        page = self.tasks(human).click("专业技术工作总结", within="main").is_ok()
        form = page.form("保存并返回清单")
        text = str(sections(human, self.unit)["专业技术工作总结"]["任期内专业技术工作总结"])  # type: ignore[call-overload]
        form.fill("任期内专业技术工作总结", text + what).press("保存并返回清单").is_ok()
        self.check_and_submit(human)

    # --- the desks -----------------------------------------------------------------------------------------------

    def case(self, desk: Browser, human: Human) -> Page:
        """The case at a desk, found in its queue the first time."""
        if human.username in self.desk_paths:
            page = desk.open(self.desk_paths[human.username])
            if page.status == 200:
                return page
        page = desk.open("").click("工作台").is_ok()
        while True:
            row = next((r for r in page.soup.select("tbody tr") if self.cases[human.username] in r.get_text()), None)
            if row is not None:
                self.desk_paths[human.username] = str(row.select_one("a[href]")["href"])  # type: ignore[index]
                return desk.open(self.desk_paths[human.username]).is_ok()
            if not page.has_link("下一页"):
                raise NotAsExpected(f"{page.where}：工作台里没有 {self.cases[human.username]}。")
            page = page.click("下一页").is_ok()

    def pass_at(self, desk: Browser, human: Human, opinion: str = "") -> Page:
        """审核通过."""
        form = self.case(desk, human).click("审核通过", within="main").is_ok().form("确认审核通过")
        if opinion:
            form.fill("意见", opinion)
        return form.press("确认审核通过").is_ok()

    def return_at(self, desk: Browser, human: Human, *reasons: str, last: bool = False) -> Page:
        """退回, each reason a line of its own."""
        page = self.case(desk, human).click("退回", within=".form-actions").is_ok()
        for number, reason in enumerate(reasons, start=1):
            form = page.form("确认退回")
            row = form.tag.select("fieldset.reason")[number - 1]
            form.fill("位置", "专业技术工作总结", within=row).fill("原因类别", "填写内容有误", within=row)
            form.fill("问题和修改要求", reason, within=row)
            if number < len(reasons):
                page = form.press("再写一条").is_ok()
        if last:
            form.tick("本年度不再受理")
        return form.press("确认退回").is_ok()

    def receive_dossier(self, desk: Browser, human: Human) -> None:
        """登记纸质材料, in order, with the serial that is printed on the paper."""
        page = self.case(desk, human)
        form = page.click("登记收到的纸质材料").is_ok().form("登记")
        form.fill("收到日期", self.now().date().isoformat()).fill("评审表份数", "2")
        form.fill("评审表编号、核验码或数据校验码", self.serial(page, "评审表"))
        for check in ("正反面打印", "手工填写规定语句", "负责人签字", "单位公章"):
            form.tick(check)
        form.press("登记").is_ok().shows("与当前版本一致")

    @staticmethod
    def serial(page: Page, paper: str) -> str:
        """The number of the paper of this kind that holds."""
        for line in page.soup.select("ul.paper-list li"):
            serial = line.select_one(".mono")
            if words(paper) in words(line.get_text()) and line.select_one("a") and serial is not None:
                return serial.get_text().strip()
        raise NotAsExpected(f"{page.where}：没有有效的“{paper}”。")

    def keep_paper(self, page: Page, label: str, name: str) -> int:
        """Download a paper into the folder; gives its size in bytes."""
        content = page.browser.download(page.link(label, within="main"), page, self.papers / name)
        self.say(f"      {name}（{len(content) // 1024} KB）")
        return len(content)

    def publicise(self, human: Human, *, working_days_end: date) -> Page:
        """Open the publicity period until ``working_days_end``."""
        unit = self.browser(self.administrator.username)
        form = self.case(unit, human).click("开始公示", within="main").is_ok().form("开始公示")
        form.fill("公示开始日期", self.now().date().isoformat()).fill("公示结束日期", working_days_end.isoformat())
        for label, text in notice_words(human).items():
            form.fill(label, text)
        return form.press("开始公示")

    def finish_publicity(self, human: Human) -> Page:
        """T2, the three uploads, and reporting upward; the period must be over."""
        unit = self.browser(self.administrator.username)
        page = self.case(unit, human).click("办理公示").is_ok()
        page = page.form("生成公示结果").press("生成公示结果").is_ok()
        who = (f"姓名：{human.name}",)
        for which, label in (("notice_file", "公示"), ("photo_file", "公示照片"), ("result_file", "公示结果")):
            name, content = samples.after_publicity(which, who)
            page = page.upload_form(label).choose_file(name, content).press("上传").is_ok()
        return page


def next_week(day: date) -> date:
    """Eight days later: five working days have passed in between, whatever day it is, where no holiday lies."""
    return day + timedelta(days=8)
