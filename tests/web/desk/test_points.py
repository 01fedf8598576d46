"""What a desk reads of a case that comes again: point, change and answer; old beside new since its own last decision; warned files; evidence."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import add_material, answer_points, remove_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.queries import draft_of, get_application, materials_of
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.organizations.actors import SYSTEM, Role
from zhicheng.rehearsal import acts, steps
from zhicheng.review.rules import ReturnReason

pytestmark = pytest.mark.django_db
WHY = "经核对，考核结果与登记表一致。"


def text_of(node) -> str:
    return "".join(node.get_text().split())


def look(signed_in, actor, application):
    response = signed_in(actor).get(reverse("desk_case", args=[application.pk]))
    return response.context["case"], BeautifulSoup(response.content, "html.parser")


def change_summary(actor, application, more: str) -> None:
    text = draft_of(application).contents["summary"]["text"]
    acts.save(actor, application, "summary", {"text": text + more})


def answer_second(actor, application) -> None:
    found = get_application(actor, application.pk)
    assert found is not None
    key = CaseFile(found).points[1].key
    answer_points(actor=actor, application_id=application.pk, answers={key: WHY}, base_version=0)


def replace_paper(actor, application, paper: str):
    old = next(m for m in materials_of(application) if m.paper == paper)
    file = w.evidence(actor.account_id, f"a clear {paper}")
    place = {"slot": old.slot, "paper": old.paper, "year": old.year, "row": old.row}
    add_material(actor=actor, application_id=application.pk, file_id=file.pk, replaces=old.pk, **place)
    return old.file, file


def pass_to_county(world, application) -> None:
    """Passed by the unit, publicised anew, reported upward."""
    who = w.Traveller(world, application=application)
    way = [steps.passing(Role.UNIT), steps.OPEN_PUBLICITY, *steps.from_publicity(who.road, who.road[1])]
    w.take_all(who, way, publicity_takes=w.UNTIL_REPORT)


@told_once
def again(world):
    """Returned with two points: the summary is mended, the other one answered."""
    application = w.submitted(world)
    reasons = [
        ReturnReason("summary", "incorrect", "总结没有写明本人承担的工作。"),
        ReturnReason("appraisals", "incorrect", "考核结果请核对。"),
    ]
    acts.give_back(world.unit_admin, application, reasons)
    change_summary(world.applicant, application, "本人负责施工图会审。")
    answer_second(world.applicant, application)
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return application


def test_desk_reads_point_change_and_answer(world, signed_in, again):
    _case, shown = look(signed_in, world.unit_admin, again)
    mended, answered = (text_of(li) for li in shown.select(".case-asked > ol > li"))
    assert "总结没有写明本人承担的工作" in mended and "已改动" in mended and "本人负责施工图会审" in mended
    assert "考核结果请核对" in answered and "没有改动" in answered and f"申报人说明：{WHY}" in answered


def test_comparison_is_with_what_this_desk_last_decided_and_not_with_the_one_before(world, signed_in):
    """The county returns; what comes again is returned by the unit once more before the county has it."""
    application = w.reach(world, State.COUNTY_REVIEW)
    actor = world.applicant
    acts.give_back(world.county_officer, application, [ReturnReason("summary", "incorrect", "总结没有写明本人承担的工作。")])
    change_summary(actor, application, "县里要求的补充。")
    w.submit(actor, application)
    acts.give_back(world.unit_admin, application, [ReturnReason("basic", "incorrect", "请核对手机号码。")])
    acts.save(actor, application, "basic", w.sections()["basic"] | {"mobile": "13812349999"})
    w.submit(actor, application)
    pass_to_county(world, application)
    case, shown = look(signed_in, world.county_officer, application)
    assert [part.key for part in case.changed] == ["basic", "summary"]
    assert case.decided is not None and case.decided.submission.number == 1
    assert "与本部门上次审核的第1次上报相比" in text_of(shown)
    asked = [text_of(li) for li in shown.select(".case-asked > ol > li")]
    assert len(asked) == 2, "the return of the unit in between, and its own"
    assert "13812349999" in asked[0] and "原：13812345678" in asked[0] and "县里要求的补充" in asked[1]
    case, _shown = look(signed_in, world.unit_admin, application)
    assert [part.key for part in case.changed] == ["basic"], "the unit decided the second one itself"


def test_desk_that_decided_nothing_before_is_shown_no_difference_and_the_last_return(world, signed_in):
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    change_summary(world.applicant, application, "补充。")
    w.submit(world.applicant, application)
    pass_to_county(world, application)
    case, shown = look(signed_in, world.county_officer, application)
    assert not case.compared and case.changed == []
    assert "毕业证书扫描件不清晰" in text_of(shown) and "有改动的栏目" not in text_of(shown)


def test_old_paper_stands_beside_the_new_one_and_opens(world, signed_in):
    application = w.submitted(world)
    row = draft_of(application).contents["education"][0]["id"]
    acts.give_back(
        world.unit_admin, application, [ReturnReason(f"material:education-{row}:diploma", "illegible", "请重新扫描。")]
    )
    old, new = replace_paper(world.applicant, application, "diploma")
    gone = next(m for m in materials_of(application) if m.slot == "title_certificate")
    more = w.evidence(world.applicant.account_id, "a second page")
    place = {"slot": gone.slot, "paper": gone.paper}
    add_material(actor=world.applicant, application_id=application.pk, file_id=more.pk, **place)
    remove_material(actor=world.applicant, application_id=application.pk, material_id=gone.pk)
    w.submit(world.applicant, application)
    _case, shown = look(signed_in, world.unit_admin, application)
    (point,) = (text_of(li) for li in shown.select(".case-asked > ol > li"))
    assert f"原：{old.name}" in point and f"现：{new.name.replace(' ', '')}" in point
    beside = shown.find(string=lambda text: text and text.strip() == old.name and "line-was" in text.find_parent("span")["class"])
    assert beside is not None
    client = signed_in(world.unit_admin)
    viewer = client.get(reverse("desk_case", args=[application.pk]), {"file": old.pk})
    assert viewer.context["shown"]["name"] == old.name and "以前上报的" in viewer.context["shown"]["words"]
    assert client.get(reverse("desk_preview", args=[application.pk, old.pk, 1])).status_code == 200


def test_paper_that_went_without_another_is_named(world, signed_in):
    application = w.start(world)
    w.fill(world.applicant, application)
    photo = w.evidence(world.applicant.account_id, "portrait")
    photo = add_material(actor=world.applicant, application_id=application.pk, file_id=photo.pk, slot="other", paper="other")
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    remove_material(actor=world.applicant, application_id=application.pk, material_id=photo.pk)
    w.submit(world.applicant, application)
    case, shown = look(signed_in, world.unit_admin, application)
    assert [part.key for part in case.changed] == ["materials"]
    assert f"上次有、这次已移除：其它相关材料{photo.file.name}" in text_of(shown)


def test_warning_and_its_confirmation_are_read_at_the_file(world, signed_in):
    application = w.start(world)
    w.fill(world.applicant, application)
    w.bring_warned(world.applicant, application)
    w.submit(world.applicant, application)
    _case, shown = look(signed_in, world.unit_admin, application)
    (link,) = (node for node in shown.select(".evidence-link") if node.select_one(".file-warned"))
    assert "第1页看起来是空白页" in text_of(link) and "申报人于2023-05-2210:00确认：“我已查看，内容清晰完整”" in text_of(link)


def test_letter_of_appointment_stands_under_the_appointment(world, signed_in):
    case, shown = look(signed_in, world.unit_admin, w.submitted(world))
    files = {part.key: [f["slot"] for f in part.files] for part in case.parts}
    assert files["appointment"] == ["appointment"] and files["work_history"] == []
    history = shown.select_one("#at-work_history")
    assert history is not None and "未附材料（通知不要求这一栏附材料）" in text_of(history)


def test_slot_of_two_rules_stands_at_both_with_one_anchor(world, signed_in):
    rule = "  - {section: work_history, slots: [appointment], source: S-63}"
    text = BORTALA_2023.read_text("utf-8")
    head, rest = text.split("evidence_rules:", 1)
    line, more = rest.split("\n", 1)
    world.version = publish_campaign(text=f"{head}evidence_rules:{line}\n{rule}\n{more}", actor=SYSTEM)
    case, shown = look(signed_in, world.unit_admin, w.submitted(world))
    files = {part.key: [f["slot"] for f in part.files] for part in case.parts}
    assert files["appointment"] == files["work_history"] == ["appointment"]
    assert len(shown.select("#at-material-appointment-appointment_letter")) == 1
    assert case.file_count == len(case.snapshot.materials)


def test_row_without_a_paper_says_so_and_whether_that_is_allowed(world, signed_in):
    """2018 is a year the notice does not ask continuing education of."""
    case, _shown = look(signed_in, world.unit_admin, w.submitted(world))
    rows = {row.label: row.unproved for part in case.parts if part.key == "continuing_education" for row in part.rows}
    assert rows["2018"] is not None and rows["2018"].is_allowed
    assert rows["2018"].text == "未附材料（通知不要求上传这个年度的材料）"
    assert {rows[year] for year in ("2019", "2020", "2021", "2022")} == {None}
