"""The stations of the story, each a function of the walk; what it saw is said line by line, what is missing ends the walk."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin

import httpx
from pypdfium2 import PdfDocument

from zhicheng.applications.states import State
from zhicheng.organizations.actors import Role
from zhicheng.rehearsal import samples
from zhicheng.rehearsal.steps import again, from_publicity, giving_back, passing, way_to
from zhicheng.web.system.walk.acts import Walk, next_week
from zhicheng.web.system.walk.browser import NotAsExpected, words
from zhicheng.web.system.walk.people import PASSWORD, notice
from zhicheng.web.system.walk.road import at_desk, follow, road

Station = Callable[[Walk], None]


def front_page(walk: Walk) -> None:
    """首页: the notice, what is open, the registrations, sign-in, the help."""
    walk.visitor.open("healthz").is_ok()
    clock = walk.visitor.open("rehearsal/clock/").is_ok()
    clock.form("回到演练开始时").press("回到演练开始时").is_ok()
    page = walk.visitor.open("").is_ok()
    page.shows("正在办理的申报", "个人注册", "单位注册", "正在公示", "2023年自治州部分系列")
    page.click("2023年自治州部分系列", within="main").is_ok().shows("网上申报", "纸质材料报送")
    page.click("帮助").is_ok().shows("Flash", "浏览器")
    if not page.has_link("登录"):
        raise NotAsExpected(f"{page.where}：没有登录的链接。")
    walk.say(f"      演练时间 {walk.now():%Y-%m-%d %H:%M}，通知、两种注册、公示和帮助都在")


def unit_registration(walk: Walk) -> None:
    """单位注册: notice, form, licence, mailbox; the county returns it once and approves it."""
    person, unit = walk.administrator, walk.unit
    browser = walk.browser(person.username)
    page = browser.open("").click("单位注册").is_ok()
    page.form("同意并继续").press("同意并继续").is_refused("我已认真阅读并同意")
    form = page.form("同意并继续").tick("我已认真阅读并同意").press("同意并继续").is_ok().form("提交注册")
    form.fill("姓名", person.name).fill("身份证号", person.id_number[:-1] + ("1" if person.id_number[-1] != "1" else "2"))
    form.fill("职务", "人事干部").fill("手机号码", person.mobile).fill("电子邮箱", person.email)
    form.fill("统一社会信用代码", unit.code).fill("单位名称", unit.name).fill("单位性质", "事业单位")
    form.fill("单位所在县（市）", "博乐市").fill("单位地址", "青得里大街 8 号").fill("联系人", person.name)
    form.fill("联系电话", "0909-2318888").fill("单位邮箱", person.email)
    form.fill("材料接收部门", "博乐市人力资源和社会保障局职称办").fill("主管单位", "博尔塔拉蒙古自治州水利局")
    form.fill("证照种类", "事业单位法人证书").fill("发证（登记）日期", "2021-05-06")
    form.fill("上传证照", ("证照.pdf", _licence(walk))).fill("登录名", person.username)
    form.fill("密码", PASSWORD).fill("再次输入密码", PASSWORD)
    page = form.press("提交注册").is_refused("身份证号")
    walk.say("      身份证号校验码错一位：当场指出，其他内容都在")
    form = page.form("提交注册").fill("身份证号", person.id_number)
    form.fill("密码", PASSWORD).fill("再次输入密码", PASSWORD)
    form.press("提交注册").is_ok().shows("注册信息已提交", "博乐市人力资源和社会保障局职称办")
    walk.confirm_mailbox(person)
    walk.sign_in(person)
    browser.open("").click("我的信息").is_ok().shows("待审核")
    _decide_registration(walk)
    walk.mail(person.email, "单位注册已审核通过").shows(unit.name)
    browser.open("").click("我的信息").is_ok().shows("审核通过")
    walk.say(f"      {unit.name}：退回一次、改正、审核通过")
    _verify_old_unit(walk)


def _licence(walk: Walk) -> bytes:
    lines = (f"名称：{walk.unit.name}", f"代码：{walk.unit.code}")
    return samples.pdf("事业单位法人证书", lines, seal="登记机关")


def _decide_registration(walk: Walk) -> None:
    county = walk.officer("xian-bole")
    case = county.open("").click("单位注册审核").is_ok().click(walk.unit.name).is_ok()
    form = case.form("退回修改")
    label = next(t for t in form.tag.select("label[for]") if "地址" in t.get_text())
    form.fill(label.get_text().strip().removesuffix("（选填）"), "请补充门牌号和楼层。").press("退回修改").is_ok()
    unit = walk.browser(walk.administrator.username)
    walk.mail(walk.administrator.email, "单位注册被退回").shows("请补充门牌号和楼层。")
    page = unit.open("").click("我的信息").is_ok().shows("请补充门牌号和楼层。")
    page = page.click("修改", within="main").is_ok()
    form = page.form("提交审核").fill("单位地址", "青得里大街 8 号 3 楼").fill("证照种类", "事业单位法人证书")
    form.fill("发证（登记）日期", "2021-05-06").fill("要换一份的，重新选择证照", ("证照.pdf", _licence(walk)))
    form.press("提交审核").is_ok()
    case = county.open("").click("单位注册审核").is_ok().click(walk.unit.name).is_ok().shows("3 楼")
    form = case.form("审核通过").tick("事业单位").tick("证照清晰、有效")
    form.press("审核通过").is_ok().shows(walk.unit.name)


def _verify_old_unit(walk: Walk) -> None:
    """A unit registered in an earlier year confirms its particulars and is approved again (S-14…S-17); done in the first walk."""
    unit = walk.officer("danwei-hengxin")
    page = unit.open("").click("我的信息").is_ok()
    if not page.has_link("开始年度核实"):
        walk.say("      往年注册的单位：本年度已经核实")
        return
    page = page.click("开始年度核实").is_ok()
    licence = samples.pdf("营业执照", (f"换发日期：{walk.now():%Y-%m-%d}",), seal="登记机关")
    form = (
        page.form("提交审核").fill("联系电话", "0909-2318899").fill("证照种类", "营业执照").fill("发证（登记）日期", "2022-12-01")
    )
    form.fill("上传证照", ("营业执照.pdf", licence))
    form.press("提交审核").is_refused("核实无误")
    form.files.clear()
    form.fill("上传证照", ("营业执照.pdf", licence))
    for label in form.tag.select("label[for]"):
        if "核实无误" in label.get_text():
            form.data[str(form.tag.find(id=str(label["for"]))["name"])] = ["on"]  # type: ignore[index]
    form.press("提交审核").is_ok()
    case = walk.officer("xian-bole").open("").click("单位注册审核").is_ok().click("恒信测绘").is_ok()
    case.form("审核通过").tick("单位性质").tick("证照清晰、有效").press("审核通过").is_ok()
    unit.open("").click("我的信息").is_ok().shows("审核通过")
    walk.say("      往年注册的单位：年度核实，县（市）再次审核通过")


def person_registration(walk: Walk) -> None:
    """个人注册; a lost account comes back by mail, and a stranger learns nothing."""
    person = walk.applicant
    walk.register_person(person)
    browser = walk.browser(person.username)
    for address in (person.email, f"nobody-{person.username}@walk.example"):
        form = browser.open("accounts/login/").click("忘记登录名或密码").is_ok().form("发送邮件")
        form.data["email"] = [address]
        form.press("发送邮件").is_ok().shows("如果这个邮箱注册过账号")
    mail = walk.mail(person.email, "找回登录名和密码").shows(person.username)
    link = next((a for a in mail.soup.select("main a[href]") if "/accounts/password/" in str(a["href"])), None)
    if link is None:
        raise NotAsExpected(f"{mail.where}：找回账号的邮件里没有链接。")
    form = browser.open(str(link["href"])).is_ok().form("保存新密码")
    form.data["password1"] = form.data["password2"] = [PASSWORD]
    form.press("保存新密码").is_ok()
    walk.sign_in(person)
    walk.say(f"      {person.name}（{person.username}）注册、确认邮箱、找回账号、登录")


def new_application(walk: Walk) -> None:
    """我的职称 → 我的申请书 → 新增申请书; a barred person is refused here."""
    prompt = walk.open_new(walk.applicant).is_ok()
    prompt.form("确认，进入申报界面").press("确认，进入申报界面").is_refused("我已仔细阅读")
    walk.start(walk.applicant).shows("基本信息", "申请书已经建立")
    walk.tasks(walk.applicant).shows("基本信息", "学历学位", "上传申报材料")
    walk.open_new(walk.applicant).shows("您在本批次有没有上报的申请书")
    barred = walk.officer("sbr62").open("").click("我的职称").is_ok().click("我的申请书", within="main").is_ok()
    barred.shows("不得申报").browser.open(prompt.url).is_refused("不得申报")  # no link leads there
    walk.say(f"      申请书 {walk.cases[walk.applicant.username]}；不得申报的人在这里被告知原因")


def filling(walk: Walk) -> None:
    """Every section, every material; what is missing is listed, a file that lies about its type is refused."""
    person = walk.applicant
    walk.tasks(person).click("再次核对", within="main").is_ok().shows("处没有完成")
    filled = walk.fill_sections(person)
    page = walk.tasks(person).click("毕业证书", within="main").is_ok()
    refused = page.upload_form("《毕业证书》").choose_file("毕业证书.pdf", b"MZ this is no document" * 40).press("上传")
    if refused.status != 422:
        raise NotAsExpected(f"{refused.where}：不是 PDF 的文件没有被拒绝。")
    sent = walk.upload_materials(person)
    page = walk.tasks(person)
    if "还缺" in page.text or "处需要补充" in page.text:
        raise NotAsExpected(f"{page.where}：还有没填完的：{page.text[:600]}")
    walk.say(f"      填写 {filled} 个栏目，上传 {sent} 份材料；冒充 PDF 的文件被拒绝")


def submitting(walk: Walk) -> None:
    """再次核对, 上报: the preview first, both texts accepted, a receipt with time and hash."""
    person = walk.applicant
    page = walk.looked_through(person).shows("博尔塔拉河灌区渠系改造", "申报条件自查")
    walk.keep_paper(page, "草稿", "评审表-草稿.pdf")
    page.form("确认无误，上报").press("确认无误，上报").is_refused("承诺")
    receipt = walk.check_and_submit(person)
    hash_ = re.search(r"\b[0-9a-f]{64}\b", receipt.soup.get_text())
    at = re.search(r"2023-\d\d-\d\d \d\d:\d\d:\d\d", receipt.soup.get_text())
    if hash_ is None or at is None:
        raise NotAsExpected(f"{receipt.where}：回执上没有服务器时间或校验码。")
    walk.say(f"      服务器时间 {at[0]}，校验码 {hash_[0][:16]}…")


def unit_desk(walk: Walk) -> None:
    """The unit opens the submission with its evidence beside it, returns it with reasons, and passes the corrected one."""
    person, unit = walk.applicant, walk.browser(walk.administrator.username)
    case = walk.case(unit, person).shows("博尔塔拉河灌区渠系改造", "第 1 次上报")
    file = next((a for a in case.soup.select("main a[href*='file=']")), None)
    if file is not None:
        unit.open(urljoin(case.url, str(file["href"]))).is_ok()
    form = case.click("退回", within=".form-actions").is_ok().form("确认退回")
    if form.press("确认退回").status != 422:
        raise NotAsExpected(f"{case.where}：没有写明原因也能退回。")
    walk.return_at(unit, person, "工作总结没有写明本人承担的工作，请补充。", "工作总结请注明起止时间。")
    walk.mail(person.email, "已退回").shows("工作总结没有写明本人承担的工作，请补充。")
    walk.application(person).shows("退回意见", "工作总结请注明起止时间。")
    walk.correct(person, "\n本人承担施工图会审和现场质量控制，2018年至2022年。")
    walk.case(unit, person).shows("第 2 次上报")
    walk.pass_at(unit, person).shows("待公示")
    walk.say("      退回附两条原因，申报人改后再报，单位审核通过；单位的退回不计次数")


def papers(walk: Walk) -> None:
    """The review form (评审表) and the commitment (T4)."""
    person = walk.applicant
    case = walk.case(walk.browser(walk.administrator.username), person)
    walk.keep_paper(case, "专业技术职务任职资格评审表", "评审表.pdf")
    page = walk.application(person)
    walk.keep_paper(page, "个人承诺书", "T4-个人承诺书.pdf")
    serial, printed = walk.serial(case, "评审表"), PdfDocument(walk.papers / "评审表.pdf")
    code = re.search(r"核验码\W*((?:[0-9A-Z]{4}\W*){6}[0-9A-Z]{4})", printed[0].get_textpage().get_text_range())
    pages = len(printed)
    printed.close()
    if code is None:
        raise NotAsExpected("评审表.pdf：页脚上没有核验码。")
    form = walk.visitor.open("verify/").is_ok().form("验证").fill("文书编号", serial).fill("核验码", code[1])
    form.press("验证").is_ok().shows("现在有效", serial)
    walk.say(f"      评审表 {serial}，{pages} 页；按编号和核验码验证：有效")


def publicity(walk: Walk) -> None:
    """公示: an early end refused, objections, nothing before the period is over, then T2, three uploads, reported upward."""
    person, unit = walk.applicant, walk.browser(walk.administrator.username)
    today = walk.now().date()
    walk.publicise(person, working_days_end=today + timedelta(days=3)).is_refused("公示期不少于5个工作日", "最早可到")
    ends_on = next_week(today)
    page = walk.publicise(person, working_days_end=ends_on).is_ok()
    walk.keep_paper(page, "推荐单位公示", "T1-推荐单位公示.pdf")
    unit.open("publicity/").is_ok().shows(person.name, walk.unit.name)
    if walk.visitor.open("publicity/").is_ok().text.count(person.name):
        raise NotAsExpected("/publicity/：没有登录的人看到了本单位范围内的公示。")
    page = walk.case(unit, person).click("办理公示").is_ok().shows("期满后才能出具公示结果")
    form = page.form("登记异议").fill("反映方式", "电话").fill("收到日期", today.isoformat())
    form.fill("收到时间", f"{walk.now() - timedelta(minutes=1):%H:%M}").fill("反映内容", "反映其中一个项目并非本人主持。")
    form.press("登记异议").is_ok()
    walk.move_to(ends_on + timedelta(days=1))
    page = walk.case(unit, person).click("办理公示").is_ok().shows("1件异议还没有核实处理")
    form = page.click("核实处理").is_ok().form("记录处理结果").fill("核实结论", "不成立")
    form.fill("核实情况和处理意见", "经调阅项目任务书和验收资料，反映的情况不属实。").press("记录处理结果").is_ok()
    page = walk.finish_publicity(person)
    walk.keep_paper(page, "推荐单位公示结果", "T2-推荐单位公示结果.pdf")
    page.form("公示期满，按程序上报").press("公示期满，按程序上报").is_ok()
    if unit.open("publicity/").text.count(person.name):
        raise NotAsExpected("/publicity/：期满的公示还在公示页面上。")
    walk.say(f"      {today} 至 {ends_on}；提前结束被拒绝，异议办结后才能上报")


def offices(walk: Walk) -> None:
    """主管单位 (T3), 县（市）, 州: each its own queue, the paper dossier, and the way up."""
    person = walk.applicant
    path = walk.desk_paths[person.username]
    stranger = walk.officer("xian-jinghe").open(path)
    if stranger.status != 404:
        raise NotAsExpected(f"{stranger.where}：别的县（市）也打开了这份申请书。")
    first, last = road()[1], road()[-1]
    page = walk.case(at_desk(walk, first.role), person).shows("还没有登记纸质材料")
    if page.has_link("审核通过"):
        raise NotAsExpected(f"{page.where}：没有登记纸质材料，却可以点“审核通过”。")
    for desk in road()[1:]:
        if desk is last:
            walk.case(at_desk(walk, desk.role), person).shows(f"提交评审委员会 1 / {notice().limits.committee_submissions} 次")
        follow(walk, person, [passing(desk.role)])
    supervising = at_desk(walk, Role.SUPERVISING)
    walk.keep_paper(walk.case(supervising, person), "主管单位推荐意见", "T3-主管单位推荐意见.pdf")
    walk.say("      主管单位、县（市）、州各自登记纸质材料并审核；别县打开得到 404；到达终审计第 1 / 3 次")


def three_strikes(walk: Walk) -> None:
    """A second person is returned at the last arrival: the year closes; an annulment opens it again."""
    person, desks, allowed = walk.second, road(), notice().limits.committee_submissions
    counting = desks[-1]
    bureau = at_desk(walk, counting.role)
    walk.register_person(person)
    walk.sign_in(person)
    follow(walk, person, way_to(State.IN_PUBLICITY, desks))
    walk.say(f"      {person.name}：注册、填报、单位审核、公示")
    for arrival in range(1, allowed + 1):
        follow(walk, person, again(desks, counting) if arrival > 1 else from_publicity(desks, counting))
        walk.case(bureau, person).shows(f"提交评审委员会 {arrival} / {allowed} 次")
        follow(walk, person, [giving_back(counting.role)])
        walk.say(f"      第 {arrival} / {allowed} 次到达终审，退回")
    walk.application(person).shows("本年度不再受理")
    mine = walk.browser(person.username).open("my/applications/").shows("本年度不再受理")
    if mine.has_link("新增申请书"):
        raise NotAsExpected(f"{mine.where}：本年度不再受理，却可以新增申请书。")
    page = walk.case(bureau, person)
    rows = page.soup.select("main li:has(a[href*='/office/arrivals/'])")
    last = next((row.a for row in rows if row.a and "第3/3次" in words(row.get_text())), None)
    if last is None:
        raise NotAsExpected(f"{page.where}：第 3 次到达不能撤销计次。")
    form = bureau.open(str(last["href"])).is_ok().form("确认撤销计次")
    form.press("确认撤销计次").is_refused("不少于10个字")
    form.fill("理由", "本部门误将补正材料登记为未提交，这次到达不应计次。").press("确认撤销计次").is_ok()
    walk.application(person).shows("按退回意见修改", "已撤销，不计次")
    walk.say("      第 3 次退回后本年度不再受理，新的申请书也不能再报；州局写明理由撤销计次后恢复")


def accepted(walk: Walk) -> None:
    """已受理: the applicant sees every step with its date, and got a mail for each."""
    person = walk.applicant
    page = walk.application(person).shows("已受理", "办理进度", "主管单位", "终审")
    for subject in ("已上报", "单位审核通过", "单位公示中", "等待县（市）", "等待州", "已受理"):
        walk.mail(person.email, subject)
    steps = len(page.soup.select(".timeline li"))
    walk.say(f"      进度上有 {steps} 步，每一步都有邮件")


def fraud(walk: Walk) -> None:
    """弄虚作假: recorded by the prefecture, with the five barred years."""
    person, bureau = walk.applicant, walk.officer("zhou")
    form = walk.case(bureau, person).click("登记弄虚作假").is_ok().shows("2024", "2028").form("确认登记，不予受理")
    form.press("确认登记，不予受理").is_refused("不少于10个字")
    form.fill("理由", "经向发证机关核查，所交获奖证书系伪造，本人已承认。").press("确认登记，不予受理").is_ok()
    bureau.open("").click("诚信档案").is_ok().shows(person.name, "2024—2028")
    page = bureau.open("").click("查询申报人").is_ok()
    page.form("查询").fill("身份证号", person.id_number).press("查询").is_ok().shows("不得申报", "2024—2028")
    walk.application(person).shows("弄虚作假")
    walk.mail(person.email, "弄虚作假")
    walk.say("      不予受理；2024 年至 2028 年不得申报")


STATIONS: tuple[tuple[str, Station], ...] = (
    ("0 首页", front_page),
    ("1 单位注册", unit_registration),
    ("2 个人注册", person_registration),
    ("3 新增申请书", new_application),
    ("4 填写和上传", filling),
    ("5 再次核对、上报", submitting),
    ("6 单位审核", unit_desk),
    ("7 评审表和文书", papers),
    ("8 公示", publicity),
    ("9 主管单位、县（市）、州终审", offices),
    ("10 三次机会", three_strikes),
    ("11 已受理", accepted),
    ("12 弄虚作假", fraud),
)


def walk_all(walk: Walk) -> bool:
    """Every station in its order; whether all of them held. Stops at the first that fails, saying what it saw."""
    began = time.monotonic()
    for title, station in STATIONS:
        at = time.monotonic()
        walk.say(f"  … {title}")
        try:
            station(walk)
        except NotAsExpected as seen:
            walk.say(f"  ✗ {title}（{time.monotonic() - at:.1f} s）：{seen}")
            return False
        except httpx.HTTPError as error:
            walk.say(f"  ✗ {title}（{time.monotonic() - at:.1f} s）：{walk.address} 没有应答：{error!r}")
            return False
        walk.say(f"  ✓ {title}（{time.monotonic() - at:.1f} s）")
    walk.say(f"  全程走通，共 {len(STATIONS)} 站（{time.monotonic() - began:.1f} s）")
    return True


__all__ = ["STATIONS", "Walk", "walk_all"]
