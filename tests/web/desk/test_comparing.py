"""A new submission beside the one before it: what was asked for, and what has changed since."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.support import world as w
from zhicheng.applications import actions as applications
from zhicheng.applications.models import Material
from zhicheng.applications.queries import draft_of, materials_of
from zhicheng.rehearsal import acts
from zhicheng.web.shared.desk.comparing import excerpt_of, pieces_of
from zhicheng.web.shared.desk.sheets import all_files

pytestmark = pytest.mark.django_db


def resubmitted(world, **changes):
    """Returned once, these sections saved anew, submitted again."""
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    draft = draft_of(application)
    for key, typed in changes.items():
        applications.save_section(
            actor=world.applicant, application_id=application.pk, key=key, typed=typed, base_version=draft.versions[key]
        )
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return application


def case_of(signed_in, world, application):
    response = signed_in(world.unit_admin).get(reverse("desk_case", args=[application.pk]))
    return response.context["case"], response.content.decode()


def test_first_submission_is_compared_with_nothing(world, signed_in):
    case, page = case_of(signed_in, world, w.submitted(world))
    assert not case.compared
    assert case.changed == []
    assert "有改动" not in page


def test_changed_value_is_marked_with_what_it_was(world, signed_in):
    application = resubmitted(world, basic=w.sections()["basic"] | {"mobile": "13812349999"})
    case, page = case_of(signed_in, world, application)
    assert [part.key for part in case.changed] == ["basic"]
    assert "上次：13812345678" in page
    assert "有改动的栏目" in page


def test_what_was_sent_and_taken_back_before_the_desk_decided_counts_as_changed_too(world, signed_in):
    """R29. The desk compares with the submission it decided last, not with the one before."""
    application = resubmitted(world, basic=w.sections()["basic"] | {"mobile": "13812349999"})
    applications.withdraw_application(actor=world.applicant, application_id=application.pk)
    text = w.sections()["summary"]["text"] + "补充说明灌区维护情况。"
    applications.save_section(
        actor=world.applicant, application_id=application.pk, key="summary", typed={"text": text},
        base_version=draft_of(application).versions["summary"],
    )  # fmt: skip
    w.submit(world.applicant, application)
    application.refresh_from_db()
    case, page = case_of(signed_in, world, application)
    assert application.current_submission.number == 3
    assert [part.key for part in case.changed] == ["basic", "summary"]
    assert "上次：13812345678" in page


def test_last_return_is_repeated_with_a_link_to_its_place(world, signed_in):
    application = resubmitted(world)
    case, page = case_of(signed_in, world, application)
    assert "毕业证书扫描件不清晰" in page
    assert "退回时要求修改" in page
    assert case.changed == []
    assert "内容和材料都没有改动" in page


def test_new_row_a_row_that_went_and_a_new_file_are_named(world, signed_in):
    form = w.sections()
    second = form["achievements"][0] | {"name": "灌区量水设施更新"}
    application = w.start(world)
    w.fill(world.applicant, application, form | {"achievements": [*form["achievements"], second]})
    w.submit(world.applicant, application)
    application.refresh_from_db()
    w.give_back(world.unit_admin, application)
    draft = draft_of(application)
    new = {"name": "灌区信息化", "issuer": "博州", "grade": "", "rank": "", "awarded_on": "2022-01-05"}
    actor, pk = world.applicant, application.pk
    applications.save_section(actor=actor, application_id=pk, key="awards", typed=[new], base_version=draft.versions["awards"])
    applications.save_section(
        actor=actor,
        application_id=pk,
        key="achievements",
        typed=draft.contents["achievements"][:1],
        base_version=draft.versions["achievements"],
    )
    award = draft_of(application).contents["awards"][0]["id"]
    file = w.evidence(actor.user_id or 0, "award")
    applications.add_material(
        actor=actor, application_id=pk, file_id=file.pk, slot="awards", paper="award_certificate", year=None, row=award
    )
    w.submit(actor, application)
    application.refresh_from_db()
    case, page = case_of(signed_in, world, application)
    changed = {part.key: part for part in case.changed}
    assert changed["awards"].rows[0].is_new
    (gone,) = changed["achievements"].gone
    assert gone.label == "灌区量水设施更新" and "技术负责人" in [line.value for line in gone.lines]
    assert [file["slot"] for file in gone.removed] == ["achievements"]
    assert "上次有、这次删去：灌区量水设施更新" in page
    assert "新上传" in page
    assert materials_of(application).filter(file=file).exists()


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("甲。乙。", "甲。乙。", [("甲。乙。", False)]),
        ("甲。乙。", "甲。丙。乙。", [("甲。", False), ("丙。", True), ("乙。", False)]),
        ("甲。乙。", "甲。", [("甲。", False)]),
        ("", "甲。", [("甲。", True)]),
    ],
)
def test_long_text_is_cut_where_it_changed(old, new, pieces):
    assert pieces_of(old, new) == pieces
    assert "".join(text for text, _is_new in pieces) == new


LONG = "甲" * 40 + "。"


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("甲。乙。", "甲。丙。", [("甲。", "same"), ("乙。", "gone"), ("丙。", "new")]),
        (LONG * 3, LONG * 3 + "丙。", [("…" + ("甲" * 23 + "。"), "same"), ("丙。", "new")]),
        ("丙。" + LONG * 3, LONG * 3, [("丙。", "gone"), ("甲" * 24 + "…", "same")]),
        (LONG * 3, "乙。" + LONG * 3 + "丙。", [("乙。", "new"), ("甲" * 24 + "…" + "甲" * 23 + "。", "same"), ("丙。", "new")]),
    ],
)
def test_of_a_long_text_only_what_differs_is_told(old, new, pieces):
    assert excerpt_of(old, new) == pieces


def test_case_takes_a_fixed_number_of_queries_however_long_its_history(world, signed_in, django_assert_max_num_queries):
    application = resubmitted(world)
    client = signed_in(world.unit_admin)
    address = reverse("desk_case", args=[application.pk])
    client.get(address)
    with django_assert_max_num_queries(20) as second:
        client.get(address)
    w.give_back(world.unit_admin, application)
    w.submit(world.applicant, application)
    with django_assert_max_num_queries(len(second)):
        client.get(address)


SAID = "第 1 页上有“劳动合同”字样"


def noticed(material, *found):
    Material.objects.filter(pk=material.pk).update(noticed=list(found))


def sent_twice(world, before, after):
    """The same material, of which ``before`` was noticed when it was sent first, and ``after`` when it was sent once more."""
    application = w.start(world)
    w.fill(world.applicant, application)
    material = materials_of(application)[0]
    noticed(material, *before)
    acts.settle(world.applicant, application)
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    noticed(material, *after)
    acts.settle(world.applicant, application)
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return application, material


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_is_said_of_a_file_is_that_of_the_current_submission(world, signed_in, is_gone):
    """Though the same material was sent before, and though something else is known of it now."""
    found = ({"code": "wrong_paper", "page": 1, "seen": "劳动合同"},)
    before, after = (found, ()) if is_gone else ((), found)
    application, material = sent_twice(world, before, after)
    noticed(material, *before)
    case, page = case_of(signed_in, world, application)
    (file,) = [one for one in all_files(case.parts) if one["id"] == material.pk]
    assert (SAID in page, bool(file["said"])) == (not is_gone, not is_gone)
    shown = (
        signed_in(world.unit_admin).get(reverse("desk_case", args=[application.pk]), {"file": material.file_id}).context["shown"]
    )
    assert [SAID in text for text in shown["said"].warnings] == ([] if is_gone else [True])
