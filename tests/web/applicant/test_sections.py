"""The pages of the sections: what is typed is kept, what is wrong is said beside it, nothing newer is overwritten (S-22)."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications import actions
from zhicheng.applications.models import Material
from zhicheng.applications.queries import draft_of
from zhicheng.applications.sections import SECTIONS

pytestmark = pytest.mark.django_db
ROW = "0a1b2c3d"
WORK = {
    "row": ROW,
    f"{ROW}-started_on": "2013.7.1",
    f"{ROW}-ended_on": "",
    f"{ROW}-employer": "博乐市水利管理站",
    f"{ROW}-duty": "灌区管理",
    f"{ROW}-post": "",
}


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def at(application, key: str) -> str:
    return reverse("application_section", args=[application.pk, key])


@pytest.mark.parametrize("key", [s.key for s in SECTIONS])
def test_every_section_opens_empty_and_full(world, application, client, key):
    assert client.get(at(application, key)).status_code == 200
    w.fill(world.applicant, application)
    answer = client.get(at(application, key))
    assert answer.status_code == 200
    assert answer.context["left"] == []


def test_unknown_section_is_404(application, client):
    assert client.get(at(application, "nothing")).status_code == 404


def test_fixed_fields_are_shown_and_not_asked(world, application, client):
    shown = page(client.get(at(application, "basic")))
    assert world.applicant.name in shown
    assert "博乐市水利管理站" in shown
    assert 'name="basic-name"' not in shown


def test_wrong_value_is_kept_and_said_beside_its_field(application, client):
    sent = {
        "base_version": "0",
        "basic-work_started_on": "2023-02-30",
        "basic-mobile": "12345",
        "basic-post": "站长",
        "save": "1",
    }
    answer = client.post(at(application, "basic"), sent, follow=True)
    shown = page(answer)
    assert "2023-02-30" in shown
    assert "没有这一天，请核对" in shown
    assert "1开头的11位数字" in shown
    assert "处需要补充或改正" in shown
    assert f"已保存 {draft_of(application).saved_at['basic'].astimezone(w.clock.BEIJING):%H:%M}" in shown
    assert 'aria-invalid="true"' in shown
    assert draft_of(application).contents["basic"]["work_started_on"] == "2023-02-30"


@pytest.mark.parametrize(("email", "asked"), [("abc@qq.con", True), ("abc@qq.com", False)])
def test_mailbox_that_looks_mistyped_is_kept_and_asked_about(application, client, email, asked):
    for button in ("save", "next"):
        sent = {"base_version": str(version_of(application, "basic")), button: "1", "basic-email": email}
        shown = page(client.post(at(application, "basic"), sent, follow=True))
        assert ("“电子邮箱”可能写错了，您要写的是不是“abc@qq.com”" in shown) is asked
        assert draft_of(application).contents["basic"]["email"] == email


def test_date_typed_in_another_way_is_taken_as_meant(application, client):
    client.post(at(application, "work_history"), {"base_version": "0", "save": "1", **WORK})
    assert draft_of(application).contents["work_history"][0]["started_on"] == "2013-07-01"
    assert draft_of(application).contents["work_history"][0]["id"] == ROW


def test_next_leads_to_the_next_task_that_needs_something(application, client):
    answer = client.post(at(application, "basic"), {"base_version": "0", "next": "1", "basic-post": "站长"})
    assert answer.url == at(application, "education")
    assert "“基本信息”已保存" in page(client.get(answer.url))


def test_next_leads_on_from_the_first_again_and_to_the_check_when_nothing_is_left(world, application, client):
    def going_on(key, **typed):
        sent = {"base_version": version_of(application, key), "next": "1", **typed}
        return client.post(at(application, key), sent).url

    w.fill(world.applicant, application)
    text = {"summary-text": w.sections()["summary"]["text"]}
    assert going_on("summary", **text) == reverse("application_check", args=[application.pk])
    assert going_on("summary", **{"summary-text": ""}) == reverse("application_tasks", args=[application.pk])
    actions.save_section(
        actor=world.applicant,
        application_id=application.pk,
        key="basic",
        typed=w.sections()["basic"] | {"mobile": "12"},
        base_version=version_of(application, "basic"),
    )
    assert going_on("summary", **text) == at(application, "basic")


def test_save_from_the_check_page_leads_back_to_it(application, client):
    assert 'name="back" value="check"' in page(client.get(at(application, "basic") + "?back=check"))
    answer = client.post(at(application, "basic"), {"base_version": "0", "return": "1", "back": "check"})
    assert answer.url == reverse("application_check", args=[application.pk]) + "#at-basic"


def test_row_is_added_without_scripts_and_nothing_typed_is_lost(application, client):
    answer = client.post(at(application, "work_history"), {"base_version": "0", "add_row": "1", **WORK})
    assert answer.status_code == 200
    assert len(answer.context["rows"]) == 2
    assert "灌区管理" in page(answer)


def test_row_for_scripts_is_a_fragment_with_an_id_of_its_own(application, client):
    answer = client.get(reverse("application_row", args=[application.pk, "work_history"]), headers={"HX-Request": "true"})
    assert "<html" not in page(answer)
    assert "-employer" in page(answer)
    assert client.get(reverse("application_row", args=[application.pk, "basic"])).status_code == 404


def test_row_is_removed_and_the_others_stay(application, client):
    other = {"row": [ROW, "ffffffff"], "ffffffff-employer": "博州水利局"}
    client.post(at(application, "work_history"), {"base_version": "0", "remove_row": ROW, **WORK, **other})
    assert [r["employer"] for r in draft_of(application).contents["work_history"]] == ["博州水利局"]


def test_row_with_papers_is_removed_only_after_a_second_look(world, application, client):
    w.fill(world.applicant, application)
    row = draft_of(application).contents["achievements"][0]
    sent = {"row": row["id"], **{f"{row['id']}-{k}": v for k, v in row.items() if k != "id"}}
    sent |= {"base_version": version_of(application, "achievements"), "remove_row": row["id"]}
    answer = client.post(at(application, "achievements"), sent)
    assert "已经上传了佐证材料" in page(answer)
    assert draft_of(application).contents["achievements"]
    client.post(at(application, "achievements"), {**sent, "sure": "1"})
    assert draft_of(application).contents["achievements"] == []
    assert not Material.objects.filter(application=application, row=row["id"], removed_at__isnull=True).exists()


def test_stale_tab_sees_both_versions_and_loses_neither(application, client):
    base = {"base_version": "0", "save": "1"}
    client.post(at(application, "basic"), {**base, "basic-post": "站长", "basic-former_name": "古丽"})
    answer = client.post(at(application, "basic"), {**base, "basic-post": "副站长", "basic-current_specialty": "水利工程"})
    assert answer.status_code == 422
    shown = page(answer)
    assert "副站长" in shown
    assert "站长" in shown
    assert draft_of(application).contents["basic"]["post"] == "站长"
    merge = {
        "base_version": str(answer.context["version"]),
        "merge": "1",
        "basic-post": "副站长",
        "basic-current_specialty": "水利工程",
        "take-basic-former_name": "theirs",
        "take-basic-post": "mine",
    }
    assert client.post(at(application, "basic"), merge).status_code == 303
    kept = draft_of(application).contents["basic"]
    assert (kept["post"], kept["former_name"], kept["current_specialty"]) == ("副站长", "古丽", "水利工程")


def test_conflict_of_rows_keeps_the_rows_of_both(application, client):
    client.post(at(application, "work_history"), {"base_version": "0", "save": "1", **WORK})
    mine = {"row": "ffffffff", "ffffffff-employer": "博州水利局"}
    answer = client.post(at(application, "work_history"), {"base_version": "0", "save": "1", **mine})
    assert answer.status_code == 422
    assert {d["only"] for d in answer.context["differences"]} == {"mine", "theirs"}
    merge = {"base_version": "1", "merge": "1", **mine, "keep-ffffffff": "yes", f"keep-{ROW}": "yes"}
    client.post(at(application, "work_history"), merge)
    assert {r["employer"] for r in draft_of(application).contents["work_history"]} == {"博州水利局", "博乐市水利管理站"}


def test_merge_over_a_third_save_asks_again(application, client):
    for post in ("一", "二"):
        client.post(at(application, "basic"), {"base_version": version_of(application, "basic"), "save": "1", "basic-post": post})
    answer = client.post(at(application, "basic"), {"base_version": "1", "merge": "1", "basic-post": "三"})
    assert answer.status_code == 422
    assert draft_of(application).contents["basic"]["post"] == "二"


def test_same_content_again_is_no_conflict(application, client):
    for _time in range(2):
        answer = client.post(at(application, "basic"), {"base_version": "0", "save": "1", "basic-post": "站长"})
        assert answer.status_code == 303


def test_autosave_answers_the_line_and_the_new_version_only(application, client):
    address = reverse("application_autosave", args=[application.pk, "basic"])
    answer = client.post(address, {"base_version": "0", "basic-post": "站长"}, headers={"HX-Request": "true"})
    shown = page(answer)
    assert answer.status_code == 200
    assert "已保存" in shown
    assert 'value="1" hx-swap-oob="true"' in shown
    assert "<html" not in shown
    stale = client.post(address, {"base_version": "0", "basic-post": "副站长"}, headers={"HX-Request": "true"})
    assert stale.status_code == 422
    assert "在另一个窗口里已保存了更新的内容" in page(stale)
    assert "base_version" not in page(stale)
    assert client.get(address).status_code == 405


def test_too_much_is_refused_and_everything_typed_is_back(application, client):
    text = "任现职以来，" * 40_000
    answer = client.post(at(application, "summary"), {"base_version": "0", "save": "1", "summary-text": text})
    assert answer.status_code == 422
    assert text in page(answer)
    assert "内容太长" in page(answer)


def test_save_after_submission_says_so_and_shows_what_was_typed(world, application, client):
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    answer = client.post(at(application, "basic"), {"base_version": "1", "save": "1", "basic-post": "总工程师"})
    assert answer.status_code == 422
    assert "总工程师" in page(answer)
    assert "申请书已经上报，单位还没有审核" in page(answer)


def test_years_the_notice_asks_for_are_offered(world, application, client):
    w.fill(world.applicant, application)
    other = client_of(world.new_applicant())
    assert other.get(at(application, "continuing_education")).status_code == 404
    actions.save_section(
        actor=world.applicant, application_id=application.pk, key="continuing_education", typed=[], base_version=1
    )
    shown = page(client.get(at(application, "continuing_education")))
    assert 'value="2022"' in shown


def test_appraisals_are_not_called_optional_before_the_tenure_is_known(world, application, client):
    def task() -> str:
        tasks = BeautifulSoup(client.get(reverse("application_tasks", args=[application.pk])).content, "html.parser")
        return tasks.find("a", string="年度考核").find_parent("li").get_text(" ", strip=True)

    assert "按任期列出要填的年度" in task() and "未开始" in task()
    w.fill(world.applicant, application)
    assert "已完成" in task()
    first = {"first_title": "on"}
    actions.save_section(actor=world.applicant, application_id=application.pk, key="appraisals", typed=[], base_version=1)
    actions.save_section(actor=world.applicant, application_id=application.pk, key="current_title", typed=first, base_version=1)
    assert "没有可以不填" in task() and "选填" in task()


def test_row_says_which_paper_proves_it_and_whether_it_is_there(world, application, client):
    actions.save_section(
        actor=world.applicant, application_id=application.pk, key="education", typed=w.sections()["education"], base_version=0
    )
    row = draft_of(application).contents["education"][0]["id"]
    shown = page(client.get(at(application, "education")))
    assert f'id="at-material-education-{row}"' in shown
    assert f'name="file-education-{row}.diploma"' in shown
    assert "尚缺内容" in shown
    w.fill(world.applicant, application, {})
    assert "更换、增加或移除" in page(client.get(at(application, "education")))


def test_rows_of_which_the_notice_asks_for_no_paper_say_so_in_the_form_and_in_the_list(world, application, client):
    said = "未附材料（通知不要求这一栏附材料）"
    address = reverse("application_section", args=[application.pk, "work_history"])
    assert said not in page(client.get(address)), "nothing is filled in"
    w.fill(world.applicant, application)
    assert said in page(client.get(address))
    tasks = BeautifulSoup(client.get(reverse("application_tasks", args=[application.pk])).content, "html.parser")
    (line,) = (row for row in tasks.select("li, tr") if row.find("a", href=address))
    assert "未附材料，通知允许" in line.get_text()


def test_page_of_thirty_rows_takes_the_queries_of_one(world, application, client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 30):
        rows = [{"employer": f"单位{n}", "started_on": "2013-07-01", "duty": "工作"} for n in range(number)]
        actions.save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="work_history",
            typed=rows,
            base_version=version_of(application, "work_history"),
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(at(application, "work_history"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_choice_between_two_contents_is_shown_again_in_another_language_and_saves_nothing(application, client):
    base = {"base_version": "0", "save": "1"}
    client.post(at(application, "basic"), {**base, "basic-post": "站长"})
    first = client.post(at(application, "basic"), {**base, "basic-post": "副站长"})
    assert "data-shown-again" in page(first)
    client.cookies["django_language"] = "en"
    version = first.context["version"]
    again = {"base_version": str(version), "merge": "1", "basic-post": "副站长", "take-basic-post": "theirs", "shown_again": "1"}
    answer = client.post(at(application, "basic"), again)
    assert answer.status_code == 422 and answer.context["version"] == version
    assert [d["fields"][0]["mine"] for d in answer.context["differences"]] == ["副站长"]
    assert "请选择要保留的" not in page(answer) and "另一个窗口里已保存" not in page(answer)
    assert draft_of(application).contents["basic"]["post"] == "站长"
