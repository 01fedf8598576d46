"""What the story does not open: the rarer pages of the unit and the offices, with their error states, at both widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_story import go_in
from tests.support.journeys import DESKTOP, PHONE, assert_accessible
from zhicheng.rehearsal import samples
from zhicheng.rehearsal.people import NAMES, identity
from zhicheng.rehearsal.people import person as invented
from zhicheng.web.system.walk.people import PASSWORD, some_unit, somebody

COUNTY_OFFICE = "博乐市人力资源和社会保障局职称办"
CHINESE = re.compile(r"[一-鿿]")


def look_at(page: Page, name: str) -> None:
    """The page as it stands, at the desk and on a telephone."""
    assert_accessible(page, f"office-{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, f"office-{name}-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def press(page: Page, button: str, *, within: str = "main") -> None:
    page.locator(within).get_by_role("button", name=button, exact=True).click()


def says_what_is_wrong(page: Page, *sentences: str) -> None:
    """The summary is there, has the focus, and stands beside the field too."""
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    for sentence in sentences:
        expect(summary).to_contain_text(sentence)


def first_case(page: Page, show: str) -> str:
    """Open the case that has waited longest in one list of the desk; gives its address."""
    page.goto(f"/desk/?show={show}")
    page.locator("main tbody a").first.click()
    page.wait_for_url("**/desk/applications/*/")
    return page.url


def cases(page: Page, show: str) -> Iterator[str]:
    page.goto(f"/desk/?show={show}")
    links = page.locator("main tbody a").evaluate_all("links => links.map(a => a.href)")
    yield from dict.fromkeys(links)


# --- the case page --------------------------------------------------------------------------------------------------


def test_decision_is_within_reach_on_a_telephone(phone: Page) -> None:
    go_in(phone, "danwei-shuili")
    first_case(phone, "waiting")
    bar = phone.get_by_role("navigation", name="本页")
    expect(bar.get_by_role("link", name="办理", exact=True)).to_be_in_viewport()
    phone.locator("#at-summary").scroll_into_view_if_needed()
    expect(bar).to_be_in_viewport()
    bar.get_by_role("link", name="办理", exact=True).click()
    expect(phone.get_by_role("link", name="审核通过")).to_be_in_viewport()
    phone.get_by_role("link", name="退回", exact=True).click()
    expect(phone.get_by_label("位置", exact=True)).to_be_in_viewport()
    assert_accessible(phone, "office-return-phone")


def test_evidence_opens_beside_what_it_proves_without_losing_the_place(page: Page) -> None:
    go_in(page, "danwei-shuili")
    first_case(page, "waiting")
    link = page.locator("#at-achievements .evidence-open").first
    link.scroll_into_view_if_needed()
    link.click()
    expect(page.locator("#viewer img.preview").first).to_be_in_viewport()
    expect(link).to_be_in_viewport()
    assert_accessible(page, "office-case-viewer")


def test_evidence_opens_without_scripts_too(page_without_scripts: Page) -> None:
    page = page_without_scripts
    go_in(page, "danwei-shuili")
    first_case(page, "waiting")
    page.locator(".evidence-open").first.click()
    expect(page.locator("#viewer img.preview").first).to_be_visible()


def test_return_is_written_from_the_place_it_is_about(page: Page) -> None:
    go_in(page, "danwei-shuili")
    first_case(page, "waiting")
    page.get_by_role("link", name="退回", exact=True).click()
    page.locator("#id_text-1").fill("请核对出生日期。")
    point = page.locator("#at-summary .point").first
    point.scroll_into_view_if_needed()
    point.click()
    expect(page.locator("#id_where-2")).to_have_value("summary")
    expect(page.locator("#id_text-1")).to_have_value("请核对出生日期。")
    expect(page.locator("#last-reason")).to_be_in_viewport()
    page.locator("#id_text-2").fill("总")
    press(page, "确认退回")
    says_what_is_wrong(page, "第1条：请选择原因类别。", "第2条：请写明问题和修改要求")
    expect(page.locator("#id_text-1")).to_have_value("请核对出生日期。")
    look_at(page, "return-errors")


def test_case_is_read_in_english(page: Page) -> None:
    go_in(page, "xian-bole")
    first_case(page, "waiting")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert_accessible(page, "office-case-english")
    for words in page.locator("main h2, main .button, main .lines dt, .case-parts a, .case-bar a").all_inner_texts():
        assert not CHINESE.search(words.replace("学信网", "")), words  # the site has no other name
    page.get_by_role("link", name="Return", exact=True).click()
    assert_accessible(page, "office-return-english")


# --- the unit -------------------------------------------------------------------------------------------------------


def test_unit_reads_and_changes_its_own_information(page: Page) -> None:
    go_in(page, "danwei-shuili")
    page.goto("/unit/information/")
    look_at(page, "unit-information")
    page.get_by_role("link", name="申请变更信息").click()
    look_at(page, "unit-change")
    press(page, "提交审核")
    says_what_is_wrong(page, "请说明变更的原因。")
    look_at(page, "unit-change-errors")
    page.goto("/unit/information/")
    page.get_by_role("link", name="增加经办人").click()
    look_at(page, "unit-colleague")
    press(page, "开通账号")
    says_what_is_wrong(page)
    look_at(page, "unit-colleague-errors")


@pytest.mark.parametrize("unit", ["danwei-kouan", "danwei-rencai"])
def test_unit_that_is_not_verified_sees_where_it_stands(page: Page, unit: str) -> None:
    go_in(page, unit)
    for path in ("/desk/", "/unit/information/", "/unit/information/edit/"):
        page.goto(path)
        look_at(page, f"{unit}{path.replace('/', '-').rstrip('-')}")


def card_of(page: Page, username: str) -> str:
    """The end of the number on the card of an invented person, as the rehearsal's entrance shows it."""
    page.goto("/rehearsal/")
    page.locator("section", has=page.get_by_role("heading", name="身份证（样本）")).locator("summary").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=username, exact=True)).filter(has_text="65")
    return row.get_by_role("cell").filter(has_text=re.compile(r"\d{17}[\dX]")).inner_text()[-6:]


def test_people_are_confirmed_by_their_cards_at_the_unit_and_at_the_county(page: Page) -> None:
    mistyped = invented(len(NAMES) + 7)
    card = card_of(page, mistyped.username)
    go_in(page, "danwei-shuili")
    page.goto("/unit/people/identities/")
    press(page, "核实已填写的人员")
    says_what_is_wrong(page, "请填写要核实的人员的身份证号末六位", "请填写查验身份证原件的日期", "请当面核对")
    look_at(page, "identities-errors")
    page.get_by_label(f"{mistyped.name}的身份证号末六位").fill(card)
    page.get_by_label("查验身份证原件的日期").fill("2023-05-22")
    page.get_by_label("已逐一当面核对").check()
    press(page, "核实已填写的人员")
    says_what_is_wrong(page, f"{mistyped.name}：末六位与登记的身份证号不一致")
    expect(page.get_by_label(f"{mistyped.name}的身份证号末六位")).to_have_value(card)
    look_at(page, "identities-differ")

    card = card_of(page, "danwei-rencai")
    go_in(page, "xian-jinghe")
    page.goto("/office/accounts/identities/")
    page.get_by_label("加依娜·托合塔的身份证号末六位").fill(card)
    page.get_by_label("查验身份证原件的日期").fill("2023-05-22")
    page.get_by_label("已逐一当面核对").check()
    look_at(page, "identities")
    press(page, "核实已填写的人员")
    expect(page.get_by_role("main")).to_contain_text("已核实 1 人的身份：加依娜·托合塔。")


def test_unit_records_and_decides_an_objection(page: Page) -> None:
    go_in(page, "danwei-shuili")
    for case in cases(page, "publicity"):
        page.goto(case)
        page.get_by_role("link", name="办理公示").click()
        page.wait_for_url("**/publicity/")  # what is counted stands on the next page
        if page.get_by_role("link", name="核实处理").count():
            break
    expect(page.get_by_role("navigation", name="主导航").locator("[aria-current=page]")).to_have_text("工作台")
    page.get_by_text("登记一件异议").click()
    press(page, "登记异议")
    says_what_is_wrong(page)
    expect(page.get_by_label("反映内容")).to_be_visible()
    look_at(page, "objection-errors")
    page.get_by_role("link", name="核实处理").first.click()
    look_at(page, "objection-decision")
    press(page, "记录处理结果")
    says_what_is_wrong(page)
    look_at(page, "objection-decision-errors")


def test_publicity_opens_with_every_mistake_named(page: Page) -> None:
    go_in(page, "danwei-shuili")
    first_case(page, "to_publish")
    page.get_by_role("link", name=re.compile("开始公示|重新公示")).click()
    page.get_by_label("公示结束日期").fill("2023-05-23")
    press(page, "开始公示")
    says_what_is_wrong(page)
    look_at(page, "publicity-open-errors")


# --- registering a unit, and the county's answer --------------------------------------------------------------------


def fill_registration(page: Page, tmp_path: Path) -> str:
    """The whole form of 单位注册, as somebody types it; gives the unit's name."""
    human, unit = somebody("马秀兰", "2", "dw"), some_unit()
    licence = tmp_path / "licence.pdf"
    licence.write_bytes(samples.pdf("事业单位法人证书", (unit.name, unit.code)))
    typed = {
        "姓名": human.name,
        "身份证号": human.id_number,
        "手机号码": human.mobile,
        "电子邮箱": human.email,
        "统一社会信用代码": unit.code,
        "单位名称": unit.name,
        "单位地址": "北京路12号",
        "联系人": human.name,
        "联系电话": human.mobile,
        "发证（登记）日期": "2021-05-06",
        "登录名": human.username,
        "密码": PASSWORD,
        "再次输入密码": PASSWORD,
    }
    for label, value in typed.items():
        page.get_by_label(label, exact=True).fill(value)
    page.locator("#id_position").fill("人事科科长")
    page.get_by_label("事业单位", exact=True).check()
    page.get_by_label("单位所在县（市）").select_option(label="博乐市")
    page.get_by_label("材料接收部门").select_option(label=COUNTY_OFFICE)
    page.get_by_label("事业单位法人证书", exact=True).check()
    page.locator("#id_licence").set_input_files(licence)
    press(page, "提交注册")
    checked = page.get_by_text("文件已检查完毕")  # when the licence took a while: the form again, to be read once more
    expect(checked.or_(page.get_by_role("heading", name="注册信息已提交"))).to_be_visible(timeout=60_000)
    if checked.is_visible():
        for label in ("密码", "再次输入密码"):
            page.get_by_label(label, exact=True).fill(PASSWORD)
        press(page, "提交注册")
    page.wait_for_url("**/register/done/")
    look_at(page, "register-done")
    for _second in range(60):
        page.goto(f"/rehearsal/mail/?to={human.email}")
        mail = page.get_by_role("link", name=re.compile("请确认您的注册邮箱"))
        if mail.count():
            break
        page.wait_for_timeout(1000)
    mail.first.click()
    page.locator("main a[href*='confirm-email']").first.click()
    press(page, "确认，这是我的邮箱")
    return unit.name


def test_unit_registers_and_the_county_returns_it(page: Page, tmp_path: Path) -> None:
    page.goto("/register/unit/")
    look_at(page, "register-notice")
    press(page, "同意并继续")
    says_what_is_wrong(page, "请先阅读注册须知")
    look_at(page, "register-notice-errors")
    page.get_by_label("我已认真阅读并同意以上注册须知").check()
    press(page, "同意并继续")
    look_at(page, "register-form")
    press(page, "提交注册")
    says_what_is_wrong(page)
    look_at(page, "register-form-errors")
    name = fill_registration(page, tmp_path)

    page.context.clear_cookies()
    go_in(page, "xian-bole")
    page.goto("/office/registrations/")
    look_at(page, "registrations")
    page.get_by_role("link", name=name).click()
    expect(page.locator("img.preview").first).to_be_visible()
    look_at(page, "registration")
    press(page, "审核通过", within="#approve")
    says_what_is_wrong(page, "请核对单位性质后勾选。", "请对照证照核对后勾选。")
    look_at(page, "registration-errors")
    page.locator("#return > summary").click()
    press(page, "退回修改", within="#return")
    says_what_is_wrong(page)
    look_at(page, "registration-return-errors")
    page.locator("#return_reason_licence").fill("证照缺一角，请重新扫描。")
    page.locator("#return_reason_address").fill("请写到门牌号。")
    press(page, "退回修改", within="#return")
    page.wait_for_url("**/office/registrations/")
    expect(page.get_by_role("main")).to_contain_text(f"{name}：已退回修改")
    page.goto("/office/registrations/?show=decided")
    look_at(page, "registrations-decided")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("main")).to_contain_text("证照缺一角，请重新扫描。")
    look_at(page, "registration-returned")


# --- the offices ----------------------------------------------------------------------------------------------------


def test_paper_dossier_with_mistakes_is_not_recorded(page: Page) -> None:
    go_in(page, "xian-bole")
    first_case(page, "waiting")
    page.get_by_role("link", name="登记收到的纸质材料").click()
    look_at(page, "dossier")
    page.get_by_label("收到日期").fill("2023-02-30")
    page.get_by_label("评审表份数").fill("两份")
    press(page, "登记")
    says_what_is_wrong(page)
    expect(page.get_by_label("评审表份数")).to_have_value("两份")
    look_at(page, "dossier-errors")


def test_supervising_body_has_a_desk_of_its_own(page: Page) -> None:
    go_in(page, "zhuguan")
    for show in ("waiting", "passed", "returned"):
        page.goto(f"/desk/?show={show}")
        look_at(page, f"supervising-{show}")
    case = first_case(page, "waiting")
    look_at(page, "supervising-case")
    expect(page.get_by_role("link", name="审核通过")).to_have_count(0)  # not before there is a paper dossier
    page.goto(f"{case}pass/")
    look_at(page, "supervising-pass")


def test_rare_measures_of_the_prefecture_stand_apart(page: Page) -> None:
    go_in(page, "zhou")
    case = first_case(page, "waiting")
    fraud = page.get_by_role("link", name="登记弄虚作假")
    expect(fraud).to_be_hidden()
    page.get_by_text("其他处理").click()
    expect(fraud).to_be_visible()
    look_at(page, "prefecture-other-measures")
    fraud.click()
    look_at(page, "fraud")
    press(page, "确认登记，不予受理")
    says_what_is_wrong(page)
    look_at(page, "fraud-errors")

    page.goto(case)
    page.get_by_text("其他处理").click()
    page.get_by_role("link", name="撤销计次").first.click()
    look_at(page, "annul")
    press(page, "确认撤销计次")
    says_what_is_wrong(page)
    look_at(page, "annul-errors")
    page.get_by_role("link", name="取消").click()
    page.wait_for_url(case)


def test_integrity_record_is_annulled_with_a_reason_only(page: Page) -> None:
    go_in(page, "zhou")
    page.goto("/office/integrity/")
    page.get_by_role("link", name="撤销", exact=True).first.click()
    look_at(page, "integrity-annul")
    press(page, "确认撤销")
    says_what_is_wrong(page)
    look_at(page, "integrity-annul-errors")


# --- officers come and go ----------------------------------------------------------------------------------------------------------


def test_officer_comes_goes_and_comes_back(page: Page) -> None:
    """Opened with a mistake first, closed with nobody named to take over first, opened again."""
    go_in(page, "zhou")
    page.goto("/office/officers/new/")
    press(page, "开通账号")
    says_what_is_wrong(page, "请选择部门")
    look_at(page, "officer-new-wrong")
    page.get_by_label("部门").select_option(label=COUNTY_OFFICE)
    page.get_by_label("姓名").fill("阿依登")
    page.get_by_label("电子邮箱").fill("aydin@bozhou.example")
    page.get_by_label("登录名").fill("xian-aydin")
    page.get_by_label("身份证号").fill(identity(470, "2", birth="19860102"))
    press(page, "开通账号")
    page.wait_for_url(re.compile(r"/office/officers/\d+/$"))
    expect(page.locator("main")).to_contain_text("开通账号")
    officer = page.url
    page.goto(f"{officer}number/")
    expect(page.locator("main")).to_contain_text("已经登记了身份证号")
    expect(page.get_by_label("身份证号")).to_have_count(0)
    look_at(page, "officer-number")
    page.goto(f"{officer}close/")
    press(page, "停用账号")
    says_what_is_wrong(page, "请选择由谁接手", "请写明理由")
    look_at(page, "officer-close-wrong")
    page.get_by_label("由谁接手").select_option(label="陈晓东")
    page.get_by_label("理由").fill("试用期结束，不再担任")
    press(page, "停用账号")
    page.wait_for_url(officer)
    expect(page.locator("main")).to_contain_text("接手的人：陈晓东")
    page.get_by_role("link", name="重新启用账号").click()
    look_at(page, "officer-reopen")
    page.get_by_label("理由").fill("回到原岗位工作")
    press(page, "重新启用")
    page.wait_for_url(officer)
    look_at(page, "officer")
