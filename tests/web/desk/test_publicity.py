"""What the desks above the unit see of the publicity, and of the identity number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessLook
from zhicheng.organizations.models import MembershipRole
from zhicheng.publicity import actions
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import uploads_of

pytestmark = pytest.mark.django_db


@told_once(at=w.IN_WINDOW + timedelta(days=10))
def at_the_county(world) -> Application:
    """An application whose publicity had an objection that was found untrue, now at the county."""
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(world)
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
        objection = actions.register_objection(
            actor=world.unit_admin,
            period_id=period.pk,
            channel="phone",
            content="反映业绩成果为集体完成。",
            received_at=clock.now(),
            from_name="举报人某某",
            from_contact="13800000000",
        )
    actions.decide_objection(
        actor=world.unit_admin, objection_id=objection.pk, upheld=False, finding="经查阅任务书，反映不属实。"
    )
    w.add_papers(world, period)
    w.report(world, application)
    application.refresh_from_db()
    return application


def test_whom_an_objection_concerns_reads_nothing_of_it_at_whichever_account(signed_in) -> None:
    """Two accounts of one human (decision 1): the page of the publicity promises that the applicant does not learn who objected."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        herself = w.member(w.person(AccountKind.UNIT, "herself", serial=12), world.unit, MembershipRole.STAFF)
        at_the_office = w.member(w.person(AccountKind.OFFICER, "her-office", serial=12), world.county, MembershipRole.STAFF)
        application = w.submitted(world)
        assert herself.person_index == at_the_office.person_index == application.person_index
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
        said = {"content": "反映业绩成果为集体完成。", "from_name": "举报人某某", "from_contact": "13800000000"}
        objection = actions.register_objection(
            actor=world.unit_admin, period_id=period.pk, channel="phone", received_at=clock.now(), **said
        )
        own, decide = (
            reverse("unit_publicity", args=[application.pk]),
            reverse("unit_objection_decide", args=[application.pk, objection.pk]),
        )
        assert all(words in signed_in(world.unit_admin).get(own).content.decode() for words in said.values())
        assert signed_in(world.unit_admin).get(decide).status_code == 200
        page = signed_in(herself).get(own)
        assert page.status_code == 200 and "有1件异议还没有核实处理" in page.content.decode()
        refused = signed_in(herself).post(reverse("unit_objection", args=[application.pk]), {})
        for answer in (page, refused, signed_in(herself).get(reverse("desk_case", args=[application.pk]))):
            assert not [words for words in said.values() if words in answer.content.decode()]
        assert signed_in(herself).get(decide).status_code == 404
        actions.decide_objection(
            actor=world.unit_admin, objection_id=objection.pk, upheld=False, finding="经查阅任务书，反映不属实。"
        )
    with clock.travel(w.IN_WINDOW + timedelta(days=10)):
        w.add_papers(world, period)
        w.report(world, application)
        case = reverse("desk_case", args=[application.pk])
        assert said["content"] in signed_in(world.county_officer).get(case).content.decode()
        assert said["content"] not in signed_in(at_the_office).get(case).content.decode()


def uploads(application):
    return uploads_of(PublicityPeriod.objects.get(application=application))


def test_county_sees_the_uploads_and_what_became_of_an_objection_but_not_who_objected(world, signed_in, at_the_county):
    client = signed_in(world.county_officer)
    page = client.get(reverse("desk_case", args=[at_the_county.pk])).content.decode()
    assert all(
        said in page for said in ("单位公示", "反映业绩成果为集体完成。", "经查阅任务书，反映不属实。", "经核实不成立", "电话")
    )
    assert "举报人某某" not in page and "13800000000" not in page
    for _which, file in uploads(at_the_county):
        assert f"?file={file.pk}#viewer" in page
        answer = client.get(reverse("desk_file", args=[at_the_county.pk, file.pk]))
        assert answer.status_code == 200 and b"".join(answer.streaming_content)
    shown = client.get(reverse("desk_case", args=[at_the_county.pk]) + f"?file={uploads(at_the_county)[1][1].pk}")
    assert "公示照片 第 1 页" in shown.content.decode()


def test_publicity_of_another_county_is_out_of_reach(world, signed_in, at_the_county):
    file = uploads(at_the_county)[0][1]
    assert signed_in(world.other_officer).get(reverse("desk_file", args=[at_the_county.pk, file.pk])).status_code == 404
    other = signed_in(world.county_officer).get(reverse("desk_case", args=[at_the_county.pk]) + "?file=999999").content.decode()
    assert 'class="viewer"' not in other


def test_whole_numbers_are_shown_so_often_an_hour_and_no_oftener(world, signed_in, at_the_county, monkeypatch):
    """Who reads a case now and then never notices; who copies all of them does (ASVS 2.4.1)."""
    from zhicheng.web.shared.desk import views

    monkeypatch.setattr(views, "NUMBERS_PER_HOUR", 3)
    client, address = signed_in(world.county_officer), reverse("desk_identity", args=[at_the_county.pk])
    number = at_the_county.applicant.id_number
    assert all(number in client.post(address).content.decode() for _turn in range(3))
    last = client.post(address)
    assert last.status_code == 429 and number not in last.content.decode()
    assert AccessLook.objects.filter(what="number").count() == 3


def test_identity_number_is_masked_until_asked_for_and_that_is_recorded(world, signed_in, at_the_county):
    client, number = signed_in(world.county_officer), at_the_county.applicant.id_number
    case = reverse("desk_case", args=[at_the_county.pk])
    before = client.get(case).content.decode()
    assert number not in before and f"{number[:12]}******" in before and number[-4:] not in before
    asked = client.post(reverse("desk_identity", args=[at_the_county.pk]))
    assert number in asked.content.decode()
    assert AccessLook.objects.latest("id").what == "number"
    assert number not in client.get(case).content.decode(), "the next page is masked again"
    opened = client.get(reverse("desk_identity", args=[at_the_county.pk]))
    assert opened.status_code == 405 and opened["Allow"] == "POST"
    assert "这个地址不能直接打开" in opened.content.decode() and "回到首页" in opened.content.decode()
    assert signed_in(world.other_officer).post(reverse("desk_identity", args=[at_the_county.pk])).status_code == 404


def test_papers_of_a_publicity_with_one_name_are_told_apart(world):
    application = w.submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    used = application.materials.first().file.name
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        client = client_of(world.unit_admin)
        for which, name in (("notice_file", "公示.pdf"), ("photo_file", "公示.pdf"), ("result_file", used)):
            address = reverse("unit_publicity_paper", args=[application.pk, which])
            client.post(address, {"file": SimpleUploadedFile(name, w.pdf(which))})
    period.refresh_from_db()
    names = [file.name for _which, file in uploads_of(period)]
    assert names == ["公示.pdf", "公示（2）.pdf", f"{used.removesuffix('.pdf')}（2）.pdf"]  # the applicant's has the name itself
