"""The mails of a move: who gets which, what it says, and where its link leads (S-45, S-80, S-81, S-28)."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.jobs import tell_of_move
from zhicheng.applications.models import Application, CommitteeArrival
from zhicheng.applications.states import State
from zhicheng.foundation import clock, outbox, triggers
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity.actions import annul_record, record_fraud
from zhicheng.organizations.models import MembershipRole, Organization
from zhicheng.review.actions import annul_arrival, reject_for_fraud

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
TOO_LATE = datetime(2023, 7, 24, 10, tzinfo=clock.BEIJING)  # corrections ended on 21 July at 18:00
REASON = "经办人误退，材料实际齐全，撤销本次计次。"
Mails = dict[str, dict]


@told_once(at=LATER)
def road():
    """An application that waits for its final review, through a supervising body."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(with_supervising=True)
        application = w.submitted(world)
        w.to_bureau(world, application)
    outbox.drain(1000)
    return world, application


def mails(application: Application, move: str) -> Mails:
    """What was queued for the last ``move``, by receiver's address."""
    outbox.drain(1000)
    change = application.history.filter(move=move).latest("id")
    found = OutboxMessage.objects.filter(kind="mail", key__startswith=f"moved:{change.pk}:")
    assert all(len(m.payload["to"]) == 1 for m in found)
    return {m.payload["to"][0]: read_mail(m) for m in found}


def opens(username: str, body: str) -> int:
    """What the reader gets who follows the mail's link."""
    (path,) = re.findall(r"https?://[^/\s]+(/\S*)", body)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.get(path).status_code


def test_return_from_final_review_is_told_to_applicant_unit_and_county(road) -> None:
    world, application = road
    w.give_back(world.bureau, application)
    sent = mails(application, "prefecture_return")
    assert set(sent) == {"applicant@example.cn", world.unit.email, "county@example.cn"}
    name, number, reason = (
        application.applicant_name,
        application.number,
        "1. 《毕业证书》、《教育部学历证书电子注册备案表》：毕业证书扫描件不清晰",
    )

    body = sent["applicant@example.cn"]["body"]
    assert body.startswith(f"{name}：") and reason in body
    assert "请在2023-07-21 18:00（北京时间）前修改、核对并上报。" in body
    assert opens("applicant", body) == 200

    body = sent[world.unit.email]["body"]
    assert body.startswith("博乐市水利管理站：") and f"本单位申报人{name}的申请书 {number}" in body and reason in body
    assert "请提醒申报人在2023-07-21 18:00（北京时间）前修改并重新上报" in body and "评审表已作废" in body
    assert "您的申请书" not in body and f"/desk/applications/{application.pk}/" in body
    assert opens("unitadmin", body) == 200

    body = sent["county@example.cn"]["body"]
    assert (
        body.startswith("博乐市人社局职称办：")
        and f"博乐市水利管理站申报人{name}的申请书 {number} 已由博州人力资源和社会保障局退回" in body
    )
    assert reason in body and "本部门现在不需要办理" in body
    assert opens("county", body) == 200


def test_return_below_final_review_is_told_to_applicant_and_unit(road) -> None:
    world, application = road
    w.give_back(world.bureau, application)
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    w.report(world, application)
    w.give_back(world.supervisor, application)
    assert set(mails(application, "supervising_return")) == {"applicant@example.cn", world.unit.email}
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    assert set(mails(application, "unit_return")) == {"applicant@example.cn"}


def test_office_with_a_mailbox_of_its_own_gets_the_mail_there(road) -> None:
    world, application = road
    Organization.objects.filter(pk=world.county.pk).update(email="office@county.example.cn")
    w.give_back(world.bureau, application)
    assert "office@county.example.cn" in mails(application, "prefecture_return")


def test_unit_without_a_mailbox_is_told_through_its_administrators_of_now(road) -> None:
    world, application = road
    Organization.objects.filter(pk=world.unit.pk).update(email="")
    second = w.person(AccountKind.UNIT, "unitadmin3", serial=15, name="刘洋")
    w.member(second, world.unit, MembershipRole.STAFF)
    gone = w.person(AccountKind.UNIT, "unitadmin4", serial=17)
    w.member(gone, world.unit, MembershipRole.STAFF)
    gone.memberships.update(until=clock.now())
    unconfirmed = w.person(AccountKind.UNIT, "unitadmin5", serial=19)
    w.member(unconfirmed, world.unit, MembershipRole.STAFF)
    unconfirmed.emailaddress_set.update(verified=False)
    w.give_back(world.bureau, application)
    sent = mails(application, "prefecture_return")
    units = {address for address, mail in sent.items() if mail["body"].startswith("博乐市水利管理站：")}
    assert units == {"unitadmin@example.cn", "unitadmin3@example.cn"}


def test_repeated_job_sends_nothing_twice(road) -> None:
    world, application = road
    Organization.objects.filter(pk=world.unit.pk).update(email="")
    w.give_back(world.bureau, application)
    before = len(mails(application, "prefecture_return"))
    change = application.history.latest("id")
    tell_of_move(OutboxMessage.objects.get(key=f"application.moved:{change.pk}"))
    assert len(mails(application, "prefecture_return")) == before == 3


def test_return_after_the_last_moment_for_corrections_does_not_ask_for_one(road) -> None:
    world, application = road
    with clock.travel(TOO_LATE):
        w.give_back(world.bureau, application)
        sent = mails(application, "prefecture_return")
    assert application.state == State.RETURNED
    for mail in sent.values():
        assert "已退回，重新上报的期限已过" in mail["subject"] and "请修改后重新上报" not in mail["subject"] + mail["body"]
        assert "退回的理由：" in mail["body"] and "需要修改" not in mail["body"]
        assert (
            "前修改" not in mail["body"]
            and "1. 《毕业证书》、《教育部学历证书电子注册备案表》：毕业证书扫描件不清晰" in mail["body"]
        )
    for address in ("applicant@example.cn", world.unit.email):
        assert "上报的期限已于2023-07-21 18:00（北京时间）结束，不能再上报" in sent[address]["body"]
    assert "本部门不需要再办理。" in sent["county@example.cn"]["body"]


def test_closed_year_is_said_to_everybody_who_is_told(road) -> None:
    world, application = road
    w.arrive(world, application, 3)
    w.give_back(world.bureau, application)
    sent = mails(application, "prefecture_close")
    assert set(sent) == {"applicant@example.cn", world.unit.email, "county@example.cn"}
    assert "您2023年度提交评审委员会已达到规定次数" in sent["applicant@example.cn"]["body"]
    assert "申报人2023年度提交评审委员会已达到规定次数" in sent[world.unit.email]["body"]
    assert not [m for m in sent.values() if "需要修改" in m["body"]]


def test_fraud_mail_names_the_barred_years_the_first_free_one_and_where_to_object(road) -> None:
    world, application = road
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="查实提供虚假业绩证明材料。")
    sent = mails(application, "reject_fraud")
    body = sent["applicant@example.cn"]["body"]
    assert "说明：查实提供虚假业绩证明材料。" in body
    assert "不得申报的年度：2024年至2028年。" in body and "2029年度起可以申报" in body
    assert "如有异议，请联系州人力资源和社会保障局。" in body
    body = sent[world.unit.email]["body"]
    assert "不得申报的年度：2024年至2028年。" in body and "您" not in body and "本单位不需要再办理。" in body


def test_fraud_mail_of_a_record_lifted_meanwhile_bars_nobody(road) -> None:
    world, application = road
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="查实提供虚假业绩证明材料。")
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    assert "不得申报" not in mails(application, "reject_fraud")["applicant@example.cn"]["body"]


def test_what_is_given_back_is_told_to_those_who_were_told_of_the_fraud(road) -> None:
    world, application = road
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="查实提供虚假业绩证明材料。")
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    sent = mails(application, "restore")
    assert set(sent) == {"applicant@example.cn", world.unit.email}
    assert "请在2023-07-21 18:00（北京时间）前修改、核对并上报。" in sent["applicant@example.cn"]["body"]
    body = sent[world.unit.email]["body"]
    assert "诚信档案记录已撤销，恢复申报" in body and "由本单位再次审核" in body
    assert opens("unitadmin", body) == 200


def test_form_never_sent_that_is_given_back_has_the_end_of_a_first_submission(road) -> None:
    world, _application = road
    person = world.new_applicant()
    form = w.start(world, person)
    record = record_fraud(
        actor=world.bureau,
        person_index=person.person_index,
        name=person.name,
        application_year=2022,
        ban_years=5,
        source="paper:1",
        reason="查实提供虚假业绩证明材料。",
    )
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    sent = mails(form, "restore")
    (mail,) = sent.values()
    assert "请在2023-06-16 18:00（北京时间）前修改、核对并上报。" in mail["body"]


@pytest.mark.usefixtures("unprotected")
def test_ban_that_ends_another_application_names_its_years_too(road) -> None:
    world, application = road
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="查实提供虚假业绩证明材料。")
    other = Application.objects.create(
        **{
            f.attname: getattr(application, f.attname)
            for f in Application._meta.concrete_fields
            if f.name not in {"id", "number", "state", "current_submission"}
        },
        number="2023-0999",
        state=State.DRAFT,
    )
    outbox.drain(1000)
    assert "不得申报的年度：2024年至2028年。" in mails(other, "bar")["applicant@example.cn"]["body"]


def test_annulled_arrival_that_reopens_nothing_is_told_with_the_count(road) -> None:
    world, application = road
    w.give_back(world.bureau, application)
    arrival = CommitteeArrival.objects.get()
    annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason=REASON)
    outbox.drain(1000)
    (mail,) = OutboxMessage.objects.filter(kind="mail", key=f"annulled:{arrival.pk}:applicant")
    assert mail.payload["to"] == ["applicant@example.cn"]
    body = read_mail(mail)["body"]
    assert f"您的申请书 {application.number} 第1次提交评审委员会" in body and REASON in body
    assert "次数由1次改为0次，最多3次" in body
    assert opens("applicant", body) == 200


def test_annulled_arrival_that_reopens_has_the_mail_of_the_move(road) -> None:
    world, application = road
    with triggers.lifted(connection, "applications_application"):
        Application.objects.filter(pk=application.pk).update(supervising_body=None)
    Organization.objects.filter(pk=world.unit.pk).update(supervising_body=None)
    world.unit.refresh_from_db()
    w.arrive(world, application, 3)
    w.give_back(world.bureau, application)
    annul_arrival(actor=world.bureau, arrival_id=CommitteeArrival.objects.get(number=3).pk, reason=REASON)
    sent = mails(application, "reopen")
    assert set(sent) == {"applicant@example.cn", world.unit.email} and REASON in sent["applicant@example.cn"]["body"]
    assert not OutboxMessage.objects.filter(key__startswith="annulled:").exists()
