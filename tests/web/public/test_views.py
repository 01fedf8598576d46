"""首页, 通知, 帮助, 验证: what a visitor finds (issue station 0)."""

from __future__ import annotations

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.urls import reverse

from tests.documents import examples
from tests.web.shared.people import browser, users_by_role
from zhicheng.documents.actions import issue_paper, void_papers
from zhicheng.documents.models import Kind, Paper
from zhicheng.documents.queries import verification_url
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role

pytestmark = pytest.mark.django_db


def text_of(path: str) -> str:
    response = browser().get(path)
    assert response.status_code == 200
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def test_home_shows_the_notice_its_times_and_every_way_in(world):
    page = BeautifulSoup(browser().get("/").content, "html.parser")
    links = {str(a["href"]) for a in page.find_all("a")}
    for name in ("register_person", "register_unit_notice", "account_login", "verify", "help", "account_reset_password"):
        assert reverse(name) in links, name
    assert reverse("notice", args=["bortala-2023"]) in links
    text = " ".join(page.get_text(" ").split())
    assert "2023-05-08 10:00 — 2023-06-16 18:00" in text
    assert "正在申报" in text


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        (datetime(2023, 5, 8, 9, 59, 59, tzinfo=clock.BEIJING), "尚未开放"),
        (datetime(2023, 5, 8, 10, 0, tzinfo=clock.BEIJING), "正在申报"),
        (datetime(2023, 6, 16, 17, 59, 59, tzinfo=clock.BEIJING), "正在申报"),
        (datetime(2023, 6, 16, 18, 0, tzinfo=clock.BEIJING), "首次上报已截止 不再接受首次上报；被退回的可以修改后重新上报。"),
        (datetime(2023, 7, 21, 18, 0, tzinfo=clock.BEIJING), "已截止"),
    ],
)
def test_home_follows_the_clock_to_the_second(world, moment, word):
    with clock.travel(moment):
        assert word in text_of("/")


def test_home_without_any_campaign_says_so():
    assert "现在没有公布的申报批次" in text_of("/")
    assert "公示在申报单位范围内进行" in text_of("/")


def test_home_of_somebody_signed_in_offers_no_registration(world):
    page = browser(users_by_role(world)[Role.APPLICANT]).get("/").content.decode()
    assert reverse("register_person") not in page


def test_each_role_starts_at_its_own_place(world):
    for user in users_by_role(world).values():
        response = browser(user).get(reverse("home_signed_in"))
        assert response.status_code == 302
        assert browser(user).get(response["Location"]).status_code == 200


def test_notice_is_the_official_text_with_its_annexes(world):
    text = text_of(reverse("notice", args=["bortala-2023"]))
    assert "申请书提交评审委员会次数不得超过3次" in text
    assert "信息有疑异" in text, "the templates are printed as they were received"
    assert "本平台不需要 Flash" in text
    assert world.version.sha256[:4] in text


def test_notice_lists_what_it_opens_to_whom_and_what_it_asks_for(world):
    page = BeautifulSoup(browser().get(reverse("notice", args=["bortala-2023"])).content, "html.parser")

    def part(name: str) -> str:
        return " ".join(page.find("details", id=name).get_text(" ").split())

    opened = part("opened")
    assert "工程技术" in opened and "水利" in opened and "助理工程师" in opened
    assert "统计系列初、中级实行以考代评，须参加国家统一考试取得，不组织评审。" in opened
    conditions = part("conditions")
    assert "新闻、文物博物、艺术" in conditions  # one table for the series that share it
    assert "取得现任职称满4年" in conditions and "人社部发〔2019〕16号 附件" in conditions
    materials = part("materials")
    assert "（三）《毕业证书》、《教育部学历证书电子注册备案表》" in materials
    assert "学历决定申报条件和所需专业工作年限。 所填的每一项一份" in materials
    assert "每个年度一份；按本人情况确定是否需要" in materials
    assert "《学历认证报告》（没有《教育部学历证书电子注册备案表》的，可以用它代替）" in materials
    assert "农艺 农艺师、助理农艺师、农业技术员" in opened
    assert "由单位提供" in materials
    assert "示意图：《毕业证书》，要能看清 照片和骑缝钢印 姓名、专业、学制和毕业时间 证书编号 学校印章和校长签章" in materials


def test_parts_of_a_notice_are_in_the_language_of_the_reader(world):
    address = reverse("notice", args=["bortala-2023"])
    for _time in range(2):  # they are drawn once for each
        assert "要提交的材料" in text_of(address)
        page = browser().get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert "Papers to hand in" in page and "要提交的材料" not in page


def test_notice_that_is_not_published_is_not_there(world):
    assert browser().get(reverse("notice", args=["bortala-2024"])).status_code == 404


def test_help_answers_what_the_notice_raises():
    text = text_of(reverse("help"))
    for words in ("Flash 已于 2020 年 12 月 31 日停止使用", "最新版本的浏览器", "PDF", "找回登录名和密码", "登录超时"):
        assert words in text, words
    assert "30 分钟没有操作" in text


def issued() -> Paper:
    with transaction.atomic():
        return issue_paper(
            kind=Kind.PUBLICITY_RESULT,
            subject="application:12",
            title="",
            data=examples.result(),
            snapshot_sha256=examples.SHA,
            actor="system",
            version_label="第1次上报",
        )


def test_paper_of_ours_is_recognised_by_the_address_in_its_code():
    paper = issued()
    address = verification_url(paper)
    answer = browser().get(address[address.index("/V/") :])
    assert answer.status_code == 302
    text = text_of(answer["Location"])
    assert "是本平台出具的文书，现在有效" in text
    assert paper.serial in text
    assert "第1次上报" in text


def test_paper_of_ours_is_recognised_by_typing_what_is_printed():
    paper = issued()
    code = paper.verification_code.lower()
    response = browser().get(reverse("verify"), {"serial": f" {paper.serial.lower()} ", "code": f"{code[:4]} {code[4:]}"})
    page = response.content.decode()
    assert "现在有效" in page and f'value="{paper.serial}"' in page, "as it is printed"


def test_void_paper_is_said_to_be_void():
    paper = issued()
    with transaction.atomic():
        void_papers(subject="application:12", kinds=[Kind.PUBLICITY_RESULT], reason="已更正", actor="system")
    response = browser().get(reverse("verify"), {"serial": paper.serial, "code": paper.verification_code})
    assert "已经作废" in response.content.decode()


@pytest.mark.parametrize("changes", [{"serial": "GJ2023-999999"}, {"code": "AAAAAAAAAA"}])
def test_wrong_number_and_wrong_code_are_answered_alike(changes):
    paper = issued()
    response = browser().get(reverse("verify"), {"serial": paper.serial, "code": paper.verification_code} | changes)
    page = response.content.decode()
    assert "没有查到这份文书" in page
    assert "推荐单位公示结果" not in page


def test_verify_without_values_asks_for_them():
    page = BeautifulSoup(browser().get(reverse("verify")).content, "html.parser")
    assert page.find("input", id="id_serial")
    assert not page.select("[data-error-summary]")


def test_verify_with_one_value_missing_is_told_which():
    response = browser().get(reverse("verify"), {"serial": "PS2023-1", "code": ""})
    assert response.status_code == 422
    assert "请填写核验码。" in response.content.decode()


def test_verify_page_is_not_indexed():
    assert "noindex" in browser().get(reverse("verify"))["X-Robots-Tag"]
