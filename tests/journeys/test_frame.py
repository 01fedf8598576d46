"""The frame of the pages in a real browser: accessible everywhere, helpful with scripts, whole without them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.journeys import Watcher, assert_accessible

PASSWORD = "rehearsal-2023"
# What no link leads to: test_every_page follows those there are.
VISITED = {
    "verify-missing": "/verify/?serial=&code=",
    "verify-unknown": "/verify/?serial=X&code=Y",
    "recover-sent": "/accounts/password/reset/done/",
    "recover-expired": "/accounts/password/reset/key/1-xyz/",
    "recover-done": "/accounts/password/reset/key/done/",
    "confirm-sent": "/accounts/confirm-email/",
    "confirm-expired": "/accounts/confirm-email/x/",
    "inactive": "/accounts/inactive/",
    "not-found": "/no/such/page/",
}
SIGNED_IN = {
    "home": "/",
    "sign-out": "/accounts/logout/",
    "forbidden": "/desk/",
}


def sign_in(page: Page, login: str = "sbr01") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("登录名或邮箱").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()


def test_pages_without_a_link_are_accessible_on_desk_and_telephone(page: Page, phone: Page) -> None:
    for name, path in VISITED.items():
        for window, kind in ((page, "desk"), (phone, "phone")):
            window.goto(path)
            assert_accessible(window, f"frame-{name}-{kind}")


def test_signed_in_pages_are_accessible_on_desk_and_telephone(page: Page, phone: Page) -> None:
    for window, kind in ((page, "desk"), (phone, "phone")):
        sign_in(window)
        for name, path in SIGNED_IN.items():
            window.goto(path)
            assert_accessible(window, f"frame-signed-in-{name}-{kind}")


def test_wrong_form_focuses_the_summary_and_each_line_its_field(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page).to_have_title("错误：登录 – 专业技术职称申报服务平台")
    assert_accessible(page, "frame-sign-in-empty")
    page.get_by_role("link", name="请填写密码。").click()
    expect(page.get_by_label("密码")).to_be_focused()


def test_what_was_typed_survives_the_end_of_the_session(page: Page) -> None:
    sign_in(page, "sbr02")
    page.goto("/applicant/information/contact/")
    page.get_by_label("职务").fill("水利工程师（灌区）")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("您刚才填写的内容已为您保留")
    page.get_by_label("登录名或邮箱").fill("sbr02")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("main")).to_contain_text("水利工程师（灌区）")
    assert_accessible(page, "frame-kept")
    page.get_by_role("button", name="接着提交").click()
    expect(page.get_by_role("main")).to_contain_text("联系方式已更新")
    expect(page.get_by_role("main")).to_contain_text("水利工程师（灌区）")


def test_leaving_a_half_filled_form_asks_first(page: Page) -> None:
    sign_in(page, "sbr03")
    page.goto("/applicant/information/contact/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("职务").press_sequentially("工")
    page.goto("/help/")
    assert asked == ["beforeunload"]
    page.goto("/")
    assert asked == ["beforeunload"], "a page without changes lets go"


def test_leaving_while_a_file_is_being_sent_asks_first(page: Page) -> None:
    sign_in(page, "sbr01")
    page.get_by_role("link", name="继续填写").first.click()
    page.get_by_role("link", name="申报人照片").click()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    on_its_way: list[Route] = []
    page.route("**/resumable/**", lambda route: on_its_way.append(route))
    page.get_by_label("1寸照片").first.set_input_files({"name": "照片.png", "mimeType": "image/png", "buffer": b"not sent"})
    expect(page.locator(".upload-row")).to_contain_text("准备上传")
    page.get_by_role("link", name="继续下一项").click()
    expect(page.locator("[data-live]")).to_contain_text("没有传完")
    assert asked == ["beforeunload"]
    on_its_way[0].continue_()
    expect(page.locator(".field-wrong")).to_contain_text("“照片.png”没有接收")
    page.goto("/help/")
    assert asked == ["beforeunload"], "a file that was refused is not one that was forgotten"


def test_form_clicked_twice_is_sent_once(page: Page) -> None:
    page.goto("/accounts/password/reset/")
    page.get_by_label("注册时用的邮箱").fill("nobody@example.cn")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("main").get_by_role("button", name="发送邮件").dblclick()
    page.wait_for_url("**/done/")
    assert len(sent) == 1


def test_open_page_warns_before_the_session_ends_and_prolongs_it(page: Page) -> None:
    page.clock.install()
    sign_in(page, "sbr04")
    page.goto("/help/")
    warning = page.locator("[data-session-warning]")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("25:30")
    expect(warning).to_be_visible()
    assert_accessible(page, "frame-session-warning")
    warning.get_by_role("button", name="继续使用").click()
    expect(warning).to_be_hidden()
    page.clock.fast_forward("23:00")
    expect(warning).to_be_hidden()
    page.context.clear_cookies(name="sessionid")
    page.clock.fast_forward("02:00")
    warning.get_by_role("button", name="继续使用").click()
    expect(warning).to_contain_text("登录已经结束")


def signed_out_elsewhere(page: Page, words: str) -> Page:
    """Somebody types, and signs out in another window, which stays open."""
    sign_in(page, "sbr05")
    page.get_by_role("link", name="继续填写").first.click()
    page.get_by_role("link", name="业绩成果").first.click()
    page.locator("main textarea").first.fill(words)
    other = page.context.new_page()
    other.goto("/help/")
    other.get_by_role("button", name="退出登录").click()
    expect(page.locator(".session-warning:visible")).to_contain_text("照常点“保存”")
    return other


def test_box_over_a_page_is_one_and_presses_the_pages_own_button(page: Page, watcher: Watcher) -> None:
    signed_out_elsewhere(page, "写了一段还没有保存的话。")
    box, mine = page.locator(".session-warning:visible"), page.locator("main textarea").first
    mine.fill("写了一段还没有保存的话，又写了一段。")
    expect(page.locator("#save-state")).to_have_text(
        "还没有保存"
    )  # “已保存” of an earlier time would be read as said of these words
    assert box.count() == 1
    assert_accessible(page, "frame-autosave-lost")
    box.get_by_role("button", name="保存").click()
    page.get_by_label("登录名或邮箱").fill("sbr05")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("button", name="接着提交").click()
    expect(mine).to_have_value("写了一段还没有保存的话，又写了一段。")
    watcher.wrong = [words for words in watcher.wrong if "Response Status Error Code 40" not in words]  # what the box tells of


def test_page_saves_itself_once_its_owner_has_signed_in_again_in_another_window(page: Page, watcher: Watcher) -> None:
    other = signed_out_elsewhere(page, "写了一段话。")
    sign_in(other, "sbr05")
    other.get_by_role("button", name="退出登录").wait_for()
    mine = page.locator("main textarea").first
    mine.fill("写了一段话，又写了一段。")
    expect(page.locator("#save-state")).to_contain_text("已保存")
    expect(page.locator(".session-warning:visible")).to_have_count(0)
    page.reload()
    expect(mine).to_have_value("写了一段话，又写了一段。")
    watcher.wrong = [words for words in watcher.wrong if "Response Status Error Code 40" not in words]


def test_box_calls_the_button_of_the_page_by_its_name(page: Page) -> None:
    page.clock.install()
    sign_in(page, "danwei-shuili")
    page.goto("/unit/people/identities/")
    page.locator("main input[type=text]").first.fill("12")
    page.clock.fast_forward("31:00")
    expect(page.locator(".session-warning:visible")).to_contain_text("照常点“核实已填写的人员”")


def test_page_of_a_sign_in_that_is_over_is_cleared_without_asking_the_server(page: Page) -> None:
    page.clock.install()
    sign_in(page, "sbr04")
    page.goto("/applicant/information/")
    shown = page.get_by_role("main").inner_text()
    page.context.set_offline(True)
    page.clock.fast_forward("31:00")
    expect(page.locator("main")).to_be_empty()
    warning = page.locator("[data-session-warning]")
    expect(warning).to_contain_text("登录已经结束")
    assert len(shown) > 50 and shown.splitlines()[0] not in page.locator("body").inner_text()
    page.context.set_offline(False)
    warning.get_by_role("link", name="重新打开这个页面").click()
    expect(page.locator("main")).not_to_be_empty()


def test_signing_out_clears_the_other_pages_that_are_open(page: Page) -> None:
    sign_in(page, "sbr04")
    page.goto("/applicant/information/")
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name="退出登录").click()
    expect(other.locator("main")).to_be_empty()


def test_file_that_is_too_big_is_refused_before_it_is_sent(page: Page) -> None:
    page.goto("/rehearsal/components/")
    form = page.locator("form[data-upload]").first
    form.get_by_role("button", name="上传").click()
    expect(form.locator("[data-upload-error]")).to_contain_text("请先选择文件")
    page.evaluate("document.querySelector('form[data-upload]').dataset.limit = '10'")
    form.locator("input[type=file]").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 long"})
    form.get_by_role("button", name="上传").click()
    expect(form.locator("[data-upload-error]")).to_contain_text("这个文件太大")


def test_language_is_switched_and_kept(page: Page) -> None:
    page.goto("/help/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_language_takes_along_what_was_typed(page: Page) -> None:
    sign_in(page, "sbr03")
    page.goto("/applicant/information/contact/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("职务").fill("站长")
    page.get_by_label("手机号码").fill("12")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=position]")).to_have_value("站长")
    expect(page.locator("[data-carried]")).to_be_visible()
    assert_accessible(page, "frame-carried")
    page.get_by_role("main").locator("button[type=submit]").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_label("手机号码")).to_have_value("12")
    assert asked == []
    page.goto("/help/")
    assert asked == ["beforeunload"], "it is not submitted yet"


def test_language_takes_along_passwords_and_chosen_files_in_this_page_alone(page: Page) -> None:
    page.goto("/register/unit/")
    page.get_by_role("main").get_by_role("checkbox").check()
    page.get_by_role("button", name="同意并继续").click()
    page.locator("[name=name]").fill("叶尔兰")
    page.locator("input[type=password]").first.fill("geheim-und-lang-1")
    page.locator("input[type=file]").set_input_files({"name": "证照.png", "mimeType": "image/png", "buffer": b"not sent"})
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=name]")).to_have_value("叶尔兰")
    expect(page.locator("input[type=password]").first).to_have_value("geheim-und-lang-1")
    assert page.locator("input[type=file]").evaluate("box => box.files[0].name") == "证照.png"
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find("geheim") == -1


def test_language_takes_along_the_employer_found_and_chosen(page: Page) -> None:
    page.goto("/register/person/")
    page.get_by_role("main").get_by_role("checkbox").check()
    page.locator("[name=employer_words]").fill("枸杞")
    page.locator("[name=employer_id]:not([value=invites])").first.check()
    page.locator("[name=password]").fill("geheim-und-lang-1")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=employer_words]")).to_have_value("枸杞")
    expect(page.locator("#employers legend")).not_to_contain_text("选择")
    expect(page.locator("[name=employer_id]").first).to_be_checked()
    expect(page.get_by_role("main").get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[name=password]")).to_have_value("geheim-und-lang-1")


def test_language_takes_along_what_a_page_gives_back(page: Page) -> None:
    """A form that was open too long, or sent too often, comes back with all that was typed: so it does in the other language."""
    sign_in(page, "sbr03")
    page.goto("/applicant/information/contact/")
    page.get_by_label("职务").fill("站长")
    page.evaluate("document.querySelector('main [name=_once]').value = 'too old'")
    page.get_by_role("main").locator("button[type=submit]").click()
    expect(page.locator(".kept-values")).to_contain_text("站长")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=position]")).to_have_value("站长")
    expect(page.locator("[data-carried]")).to_be_visible()
    expect(page.locator("[data-carried-left]")).to_be_hidden()
    page.get_by_role("main").locator("button[type=submit]").click()
    expect(page.locator(".callout-good")).to_be_visible()


def test_language_keeps_what_was_refused_and_says_nothing_of_coming_along(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("登录名或邮箱").fill("nobody-at-all")
    page.get_by_label("密码").fill("falsch-falsch")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("不相符")
    page.get_by_role("button", name="English").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("do not match")
    expect(page.locator("[data-carried]")).to_be_hidden()
    expect(page.locator("[name=login]")).to_have_value("nobody-at-all")
    assert_accessible(page, "frame-refused-en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("不相符")


def test_language_leaves_a_fold_open_in_which_somebody_writes(page: Page) -> None:
    sign_in(page, "xian-alashankou")
    page.goto("/office/registrations/")
    page.locator("main a[href^='/office/registrations/']").first.click()
    page.get_by_text("退回修改", exact=True).first.click()
    page.locator("main details[open] textarea").first.fill("请核对单位名称")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main details[open] textarea").first).to_have_value("请核对单位名称")


def test_sign_in_works_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.goto("/accounts/login/")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("请填写密码。")
    sign_in(page, "sbr05")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/notices/bortala-2023/"])
def test_page_prints_with_whose_it_is_and_without_its_frame(page: Page, path: str) -> None:
    page.goto(path)
    page.emulate_media(media="print")
    expect(page.locator(".site-name")).to_be_visible()
    for frame in (".site-tools", ".site-footer", ".role-nav"):
        expect(page.locator(frame)).to_be_hidden()
    expect(page.get_by_role("main")).to_be_visible()


def test_language_takes_along_points_that_were_added(page: Page) -> None:
    sign_in(page, "danwei-shuili")
    page.goto("/desk/")
    cases = page.locator("main a[href*='/desk/applications/']").evaluate_all("all => all.map((a) => a.pathname)")
    for case in cases:
        page.goto(f"{case}return/")
        if page.locator("#return-form").count():
            break
    page.locator("[name=text-1]").fill("印章不清晰")
    page.get_by_role("button", name="再写一条").click()
    page.locator("[name=text-2]").fill("缺少签名")
    for name, lang in (("English", "en"), ("中文", "zh-CN")):
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("[name=text-1]")).to_have_value("印章不清晰")
        expect(page.locator("[name=text-2]")).to_have_value("缺少签名")
        expect(page.locator("[data-carried-left]")).to_be_hidden()


def test_what_found_no_place_survives_another_language_again(page: Page) -> None:
    sign_in(page, "sbr03")
    page.goto("/applicant/information/contact/")
    page.get_by_label("职务").fill("站长")
    add = "() => { const box = document.createElement('textarea'); box.name = 'nowhere'; document.querySelector('main form').append(box); }"
    page.evaluate(add)
    page.locator("[name=nowhere]").fill("没有地方的话")
    for name, lang in (("English", "en"), ("中文", "zh-CN"), ("English", "en")):
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("[data-carried-left] li")).to_have_text(["没有地方的话"])
