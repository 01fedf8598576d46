"""With the database in hand one row is changed, its triggers off: ``zhicheng verify`` names it. Each case by a statement of its own."""

# ruff: noqa: S608 - every statement is written here
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.campaigns.files import calendar_text
from tests.organizations import examples as ex
from tests.organizations import test_account_requests as asked
from tests.support import world as w
from tests.support.factors import give_factor, need_factor
from tests.support.verified import everything_holds, violated
from zhicheng.accounts.actions import reset_second_factor
from zhicheng.accounts.models import AccountKind, User
from zhicheng.campaigns.actions import publish_calendar
from zhicheng.foundation import checkpoints, clock, outbox, triggers, verification
from zhicheng.foundation.models import LedgerEntry
from zhicheng.integrity import actions as integrity
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations import actions as people
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.models import Organization
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review import actions as review


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """An application at the end of the road, returned once on the way, with an objection that was dismissed and one that was lifted; and one at the unit's desk.

    And a unit and a person that registered, were approved and confirmed.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.travel(w.IN_WINDOW):
            world = w.make_world()
            application = w.submitted(world)
            w.unit_pass(world, application)
            w.open_publicity(world, application)
            w.give_back(world.unit_admin, application)
            w.submit(world.applicant, application)
            w.unit_pass(world, application)
            period = w.open_publicity(world, application)
            objection = publicity.register_objection(
                actor=world.unit_admin,
                period_id=period.pk,
                channel="phone",
                content="反映业绩不实，请核实。",
                received_at=clock.now(),
                from_name="马先生",
            )
            publicity.decide_objection(
                actor=world.unit_admin, objection_id=objection.pk, upheld=False, finding="经查阅验收资料，业绩属实。"
            )
            _lifted(world, period)
            publish_calendar(text=calendar_text(day="2023-11-01"), actor=world.bureau)
            w.submitted(world, world.new_applicant())
            fraud = w.submitted(world, world.new_applicant())
            review.reject_for_fraud(actor=world.bureau, application_id=fraud.pk, reason="提交的业绩证明经核查系伪造。")
            (record,) = IntegrityRecord.objects.all()
            integrity.annul_record(actor=world.bureau, record_id=record.pk, reason="经复核，证明属实，原登记有误。")
            ex.registered_unit(2)
            unit = ex.approved_unit()
            ex.card_seen(ex.registered_applicant(unit), ex.unit_actor(unit))
            mover = ex.registered_applicant(unit, 2)
            people.change_employer(user_id=mover.pk, employer_id=world.unit.pk)
            _ask_for_others(unit)
            _reset_a_factor(world)
            _with_factors(mover)
        with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
            w.add_papers(world, period)
            w.report(world, application)
            w.pass_on(world.county_officer, application)
            w.pass_on(world.bureau, application)
            checkpoints.make_checkpoint()
            verification.verify_and_keep(actor="system")
            outbox.drain(1000)
            everything_holds()
        yield
        transaction.set_rollback(True)


def _lifted(world: w.World, period: PublicityPeriod) -> None:
    """A second objection, which was upheld and lifted by the county."""
    said = {"channel": "phone", "content": "反映其业绩材料不实。", "received_at": clock.now()}
    objection = publicity.register_objection(actor=world.unit_admin, period_id=period.pk, **said)
    publicity.decide_objection(actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding="经查阅任务书，属实。")
    publicity.lift_objection(
        actor=world.county_officer, objection_id=objection.pk, reason="经复核，任务书由申报人主持，反映不属实。"
    )


def _ask_for_others(unit: Organization) -> None:
    """A new mailbox, one that was refused, a corrected number, and a number that was another's."""
    admin = ex.unit_actor(unit)
    asked.open_link(asked.decide(asked.ask_mailbox(admin, ex.registered_applicant(unit, 3), email="new3@mail.example")))
    refused = asked.ask_mailbox(admin, ex.registered_applicant(unit, 4), email="new4@mail.example")
    asked.decide(refused, approve=False, reason="没有见到本人。")
    corrected = asked.ask_correction(admin, ex.registered_applicant(unit, 5), id_number=ex.id_number(205))
    asked.decide(corrected)
    bureau = ex.officer(unit.receiving_office.superior_office)
    people.release_left_number(actor=bureau, request_id=corrected.pk, reason="经公安机关核实，该号码属于另一人。")
    owner = ex.registered_applicant(unit, 6)
    ex.registered_applicant(unit, 7, id_number=owner.id_number)
    ex.card_seen(owner, admin)


def _reset_a_factor(world: w.World) -> None:
    """Of an officer, by two: one on the server, one in the office."""
    for officer in (world.county_officer, world.other_officer):
        need_factor(officer.user_id)
        request = people.request_factor_reset(actor=SYSTEM, user_id=officer.account_id, statement="本人持身份证到场，手机丢失。")
        if officer is world.county_officer:
            people.decide_factor_reset(actor=world.bureau, request_id=request.pk, consent=True)
    made = people.open_officer(
        actor=world.bureau,
        office_id=world.county.pk,
        name="巴特尔",
        email="b@mail.example",
        username="batu",
        id_number=ex.id_number(249),
    )
    people.close_officer(
        actor=world.bureau, user_id=made.pk, reason="已调离职称办岗位", colleague_id=world.county_officer.user_id
    )


def _with_factors(user: User) -> None:
    """An app and recovery codes; those of another one were reset."""
    give_factor(user)
    lost = w.person(AccountKind.APPLICANT, "lost", serial=77)
    give_factor(lost)
    reset_second_factor(user=lost, actor="system")


FIRST = "(SELECT min(id) FROM applications_application)"
LAST = "(SELECT max(id) FROM applications_application WHERE state = 'unit_review')"
ANOTHER = "(SELECT min(id) FROM accounts_user WHERE username = 'unitadmin2')"
_HELD = "UPDATE applications_application SET "

_LEFT = "id = (SELECT min(id) FROM organizations_membership WHERE until IS NOT NULL)"


_OWN = "accounts.own"
_PERSON = "username = 'person1'"
_HERS = "(SELECT {} FROM accounts_user WHERE username = 'unit-admin1')"
_FACTORS = "accounts.factors_in_ledger"
_AN_APP = "id = (SELECT min(id) FROM mfa_authenticator WHERE type = 'totp')"
_LOST = "(SELECT id FROM accounts_user WHERE username = 'lost')"
_ASKED = "organizations.account_requests_in_ledger"
_ANSWERED = "organizations.account_requests_decided"


def _place(what: str, username: str) -> str:
    """Where an account belongs now, changed."""
    return (
        f"UPDATE organizations_membership SET {what} WHERE until IS NULL "
        f"AND user_id = (SELECT id FROM accounts_user WHERE username = '{username}')"
    )


# What is changed → the invariant that names it, and how.
TAMPERED: dict[str, tuple[str, str]] = {
    "application of another person": ("applications.owner", f"{_HELD} applicant_id = {ANOTHER} WHERE id = {FIRST}"),
    "who sent it": (
        "applications.owner",
        f"UPDATE applications_submission SET submitted_by_id = {ANOTHER} WHERE application_id = {FIRST}",
    ),
    "title": ("applications.submissions", f"{_HELD} title = 'senior_engineer' WHERE id = {FIRST}"),
    "specialty": ("applications.submissions", f"{_HELD} specialty = 'other' WHERE id = {FIRST}"),
    "level": ("applications.submissions", f"{_HELD} level = 'senior' WHERE id = {LAST}"),
    "number": ("applications.submissions", f"{_HELD} number = '2023652700-00009' WHERE id = {LAST}"),
    "year": ("applications.submissions", f"{_HELD} year = 2024 WHERE id = {LAST}"),
    "name": ("applications.submissions", f"{_HELD} applicant_name = '李四' WHERE id = {FIRST}"),
    "first title": ("applications.submissions", f"{_HELD} first_title = NOT first_title WHERE id = {LAST}"),
    "employer": (
        "applications.submissions",
        f"{_HELD} employer_id = (SELECT max(id) FROM organizations_organization WHERE kind = 'unit') WHERE id = {FIRST}",
    ),
    "county office": (
        "applications.submissions",
        f"{_HELD} county_office_id = (SELECT max(id) FROM organizations_organization WHERE kind = 'county') WHERE id = {FIRST}",
    ),
    "desks that had it": (
        "applications.state_is_last_move",
        f"{_HELD} reached_prefecture = NOT reached_prefecture WHERE id = {LAST}",
    ),
    "desks that passed it on": (
        "applications.state_is_last_move",
        f"{_HELD} passed_county = NOT passed_county WHERE id = {LAST}",
    ),
    "content of another application": (
        "applications.submissions",
        f"UPDATE applications_submission SET application_id = {LAST}, number = 2 WHERE application_id = {FIRST} AND number = 2",
    ),
    "time of a submission": (
        "applications.submissions",
        "UPDATE applications_submission SET submitted_at = '2023-05-20 00:00:00+00:00'",
    ),
    "file of a material": (
        "applications.submissions",
        f"UPDATE applications_material SET file_id = (SELECT max(id) FROM evidence_evidencefile) WHERE application_id = {FIRST} "
        f"AND id = (SELECT min(id) FROM applications_material WHERE application_id = {FIRST})",
    ),
    "material removed": (
        "applications.submissions",
        f"DELETE FROM applications_material WHERE id = (SELECT max(id) FROM applications_material WHERE application_id = {FIRST})",
    ),
    "material taken out": (
        "applications.submissions",
        "UPDATE applications_material SET removed_at = added_at WHERE id = (SELECT min(id) FROM applications_material)",
    ),
    "bytes of a file": (
        "applications.submissions",
        "UPDATE evidence_evidencefile SET sha256 = (SELECT max(sha256) FROM evidence_evidencefile) "
        "WHERE id = (SELECT min(file_id) FROM applications_material)",
    ),
    "copy that desks see": (
        "applications.submissions",
        "UPDATE evidence_evidencefile SET safe_sha256 = sha256 WHERE id = (SELECT min(file_id) FROM applications_material)",
    ),
    "licence of a unit": (
        "organizations.requests_in_ledger",
        "UPDATE evidence_evidencefile SET sha256 = (SELECT max(sha256) FROM evidence_evidencefile) "
        "WHERE id = (SELECT min(licence_id) FROM organizations_unitverification)",
    ),
    "who brought a licence": (
        "organizations.units_as_approved",
        f"UPDATE evidence_evidencefile SET uploaded_by_id = {ANOTHER} "
        "WHERE id = (SELECT min(licence_id) FROM organizations_unitverification)",
    ),
    "who asked for a unit": (
        "organizations.requests_in_ledger",
        f"UPDATE organizations_unitverification SET submitted_by_id = {ANOTHER}",
    ),
    "who invited a unit": (
        "organizations.requests_in_ledger",
        f"UPDATE organizations_unitverification SET invited_by_id = {ANOTHER}",
    ),
    "who brought a file": (
        "applications.submissions",
        f"UPDATE evidence_evidencefile SET uploaded_by_id = {ANOTHER} WHERE id = (SELECT min(file_id) FROM applications_material)",
    ),
    "time of a move": (
        "applications.moves_in_ledger",
        "UPDATE applications_statuschange SET at = '2023-05-19 00:00:00+00:00' WHERE id = 3 + (SELECT min(id) FROM applications_statuschange)",
    ),
    "who made a move": (
        "applications.moves_in_ledger",
        f"UPDATE applications_statuschange SET by_id = {ANOTHER} WHERE id = (SELECT min(id) FROM applications_statuschange)",
    ),
    "desk of a move": (
        "applications.moves_in_ledger",
        "UPDATE applications_statuschange SET by_organization_id = NULL WHERE move = 'unit_return'",
    ),
    "opinion of a decision": (
        "review.decisions",
        "UPDATE review_decision SET opinion = '没有意见' WHERE id = (SELECT min(id) FROM review_decision)",
    ),
    "reasons of a decision": ("review.decisions", "UPDATE review_decision SET reasons = '[{{}}]' WHERE verdict = 'returned'"),
    "sanction nobody stated": (
        "review.sanctions_in_ledger",
        """UPDATE review_decision SET sanction = '{{"kind": "demerit"}}' WHERE role = 'unit' AND verdict = 'passed'""",
    ),
    "time of a decision": ("review.decisions", "UPDATE review_decision SET decided_at = '2023-05-19 00:00:00+00:00'"),
    "day of a dossier": ("review.dossiers_in_ledger", "UPDATE review_paperdossier SET received_on = '2023-04-01'"),
    "remark on a dossier": ("review.dossiers_in_ledger", "UPDATE review_paperdossier SET remark = '缺页'"),
    "mark on a dossier": ("review.dossiers_in_ledger", "UPDATE review_paperdossier SET printed_mark = 'PS2023-000009'"),
    "dossier removed": ("review.dossiers_in_ledger", "DELETE FROM review_paperdossier"),
    "notice": ("campaigns.notices", "UPDATE campaigns_campaignversion SET notice = {notice}"),
    "hash of the notice": ("campaigns.versions_in_ledger", f"UPDATE campaigns_campaignversion SET sha256 = '{'0' * 64}'"),
    "calendar": ("campaigns.calendars", "UPDATE campaigns_calendarversion SET content = '{{}}'"),
    "hash of a calendar": ("campaigns.calendars_in_ledger", f"UPDATE campaigns_calendarversion SET sha256 = '{'0' * 64}'"),
    "campaign withdrawn": ("campaigns.notices", "UPDATE campaigns_campaign SET published = NOT published"),
    "year of the campaign": ("campaigns.notices", "UPDATE campaigns_campaign SET year = 2024"),
    "facts of a notice": ("publicity.shows_what_was_sent", "UPDATE publicity_publicityperiod SET facts = '{{}}'"),
    "facts of a notice told": ("publicity.periods_in_ledger", "UPDATE publicity_publicityperiod SET facts = '{{}}'"),
    "hash of the facts": ("publicity.shows_what_was_sent", f"UPDATE publicity_publicityperiod SET facts_sha256 = '{'0' * 64}'"),
    "whom to call": ("publicity.periods_in_ledger", "UPDATE publicity_publicityperiod SET office = '别的办公室', phone = '1'"),
    "first day shown": (
        "publicity.periods_in_ledger",
        "UPDATE publicity_publicityperiod SET starts_on = '2023-05-02' WHERE cancelled_at IS NULL",
    ),
    "why it was cancelled": (
        "publicity.cancellations_in_ledger",
        "UPDATE publicity_publicityperiod SET cancel_reason = '改过' WHERE cancelled_at IS NOT NULL",
    ),
    "paper of the unit": (
        "publicity.uploads_in_ledger",
        "UPDATE publicity_publicityperiod SET photo_file_id = notice_file_id WHERE cancelled_at IS NULL",
    ),
    "paper of the unit gone": (
        "publicity.uploads_in_ledger",
        "UPDATE publicity_publicityperiod SET notice_file_id = NULL WHERE cancelled_at IS NULL",
    ),
    "objection": ("publicity.objections_in_ledger", "UPDATE publicity_objection SET content = '没有什么反映的。'"),
    "who objected": ("publicity.objections_in_ledger", "UPDATE publicity_objection SET from_name = '王先生'"),
    "for whom the name is": ("publicity.objections_in_ledger", "UPDATE publicity_objection SET county_only = NOT county_only"),
    "finding": ("publicity.findings_in_ledger", "UPDATE publicity_objection SET finding = '没有核实。'"),
    "finding taken back": (
        "publicity.findings_in_ledger",
        "UPDATE publicity_objection SET state = 'open', finding = '', decided_at = NULL, decided_by_id = NULL WHERE lifted_at IS NULL",
    ),
    "why an objection was lifted": (
        "publicity.liftings_in_ledger",
        "UPDATE publicity_objection SET lift_reason = '没有理由。' WHERE lifted_at IS NOT NULL",
    ),
    "lifting of an objection": (
        "publicity.liftings_in_ledger",
        "UPDATE publicity_objection SET lift_reason = '', lifted_at = NULL, lifted_by_id = NULL",
    ),
    "number no longer held": (
        "applications.owner",
        "UPDATE accounts_user SET number_held_at = NULL, identity_confirmed_at = NULL WHERE username = 'applicant'",
    ),
    "accepted text": ("accounts.acceptances_in_ledger", "UPDATE accounts_noticeacceptance SET version = '9'"),
    "hash of an accepted text": ("accounts.acceptances_in_ledger", "UPDATE accounts_noticeacceptance SET text_sha256 = '00'"),
    "acceptance removed": (
        "accounts.acceptances_in_ledger",
        "DELETE FROM accounts_noticeacceptance WHERE id = (SELECT min(id) FROM accounts_noticeacceptance)",
    ),
    "day of a seen card": (
        "accounts.confirmations_in_ledger",
        "UPDATE accounts_identityconfirmation SET card_seen_on = '2023-01-01'",
    ),
    "who saw a card": (
        "accounts.confirmations_in_ledger",
        f"UPDATE accounts_identityconfirmation SET confirmed_by_id = {ANOTHER}",
    ),
    "confirmation removed": ("accounts.confirmations_in_ledger", "DELETE FROM accounts_identityconfirmation"),
    "account no longer confirmed": (
        "accounts.as_told",
        "UPDATE accounts_user SET identity_confirmed_at = NULL WHERE username = 'person1'",
    ),
    "account confirmed by nobody": (
        "accounts.as_told",
        "UPDATE accounts_user SET identity_confirmed_at = created_at, number_held_at = created_at WHERE username = 'unit-admin1'",
    ),
    "password made elsewhere": (_OWN, f"UPDATE accounts_user SET password = 'md5$x$7b8c' WHERE {_PERSON}"),
    "password of another account": (_OWN, f"UPDATE accounts_user SET password = {_HERS.format('password')} WHERE {_PERSON}"),
    "password and seal of another account": (
        _OWN,
        f"UPDATE accounts_user SET password = {_HERS.format('password')}, password_seal = {_HERS.format('password_seal')} WHERE {_PERSON}",
    ),
    "seal of a password removed": (_OWN, f"UPDATE accounts_user SET password_seal = '' WHERE {_PERSON}"),
    "mailbox of an account": (_OWN, f"UPDATE accounts_user SET email = 'intruder@mail.example' WHERE {_PERSON}"),
    "seal of a mailbox removed": (_OWN, f"UPDATE accounts_user SET email_seal = '' WHERE {_PERSON}"),
    "mailbox to sign in with": (
        _OWN,
        f"UPDATE account_emailaddress SET email = 'intruder@mail.example' WHERE user_id = {_HERS.format('id')}",
    ),
    "second mailbox to sign in with": (
        _OWN,
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
        f"VALUES ('intruder@mail.example', true, false, {_HERS.format('id')})",
    ),
    "mailbox that waits for its link": (
        _OWN,
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
        f"VALUES ('intruder@mail.example', false, false, {_HERS.format('id')})",
    ),
    "name of an account": ("accounts.as_told", "UPDATE accounts_user SET name = '李四' WHERE username = 'person1'"),
    "account shut": ("accounts.as_told", "UPDATE accounts_user SET is_active = NOT is_active WHERE username = 'person1'"),
    "name of a unit": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET name = '改过单位' WHERE name = '博乐市第1中学'",
    ),
    "name of a unit that waits": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET name = '改过单位' WHERE name = '博乐市第2中学'",
    ),
    "year of a unit that waits": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET verified_year = 2023 WHERE name = '博乐市第2中学'",
    ),
    "credit code of a unit": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET uscc = '91652701MA7AAAAA01' WHERE name = '博乐市第1中学'",
    ),
    "office of a unit": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET receiving_office_id = (SELECT max(id) FROM organizations_organization "
        "WHERE kind = 'county') WHERE name = '博乐市第1中学'",
    ),
    "year of a unit": (
        "organizations.units_as_approved",
        "UPDATE organizations_organization SET verified_year = 2025 WHERE name = '博乐市第1中学'",
    ),
    "unit of an administrator": ("organizations.places_in_ledger", _place("organization_id = {other_unit}", "unit-admin1")),
    "who belonged to a unit": (
        "organizations.places_in_ledger",
        f"UPDATE organizations_membership SET user_id = (SELECT id FROM accounts_user WHERE username = 'bureau') WHERE {_LEFT}",
    ),
    "employer of a person": ("organizations.places_in_ledger", _place("organization_id = {other_unit}", "person1")),
    "person who acts for the employer": ("organizations.places_in_ledger", _place("role = 'staff'", "person1")),
    "since when somebody belongs": ("organizations.places_in_ledger", _place("since = '2023-05-02 00:00:00+00:00'", "person1")),
    "administrator out": ("organizations.places_left_in_ledger", _place("until = since", "unit-admin1")),
    "employee out": ("organizations.places_left_in_ledger", _place("until = since", "person1")),
    "when somebody left": (
        "organizations.places_left_in_ledger",
        f"UPDATE organizations_membership SET until = '2029-05-02 00:00:00+00:00' WHERE {_LEFT}",
    ),
    "administrator removed": (
        "organizations.places_in_ledger",
        "DELETE FROM organizations_membership WHERE user_id = (SELECT id FROM accounts_user WHERE username = 'unit-admin1')",
    ),
    "administrator added": (
        "organizations.places_in_ledger",
        "INSERT INTO organizations_membership (user_id, organization_id, role, since, until) SELECT user_id, {other_unit}, role, "
        "since, since FROM organizations_membership WHERE user_id = (SELECT id FROM accounts_user WHERE username = 'unit-admin1')",
    ),
    "what was approved": ("organizations.decisions_in_ledger", "UPDATE organizations_unitverification SET proposed = '{{}}'"),
    "approval taken back": ("organizations.decisions_in_ledger", "UPDATE organizations_unitverification SET state = 'replaced'"),
    "who approved": ("organizations.decisions_in_ledger", f"UPDATE organizations_unitverification SET decided_by_id = {ANOTHER}"),
    "what a paper says": (
        "documents.papers_in_ledger",
        "UPDATE documents_paper SET data = (SELECT max(data) FROM documents_paper)",
    ),
    "code of a paper": (
        "documents.papers_in_ledger",
        "UPDATE documents_paper SET verification_code = 'AAAAAAAA' WHERE id = (SELECT max(id) FROM documents_paper)",
    ),
    "day of a paper": ("documents.papers_in_ledger", "UPDATE documents_paper SET created_at = '2023-05-01 00:00:00+00:00'"),
    "who asked for a mailbox": (_ASKED, f"UPDATE organizations_accountrequest SET requested_by_id = {ANOTHER}"),
    "for whose desk it was asked": (_ASKED, "UPDATE organizations_accountrequest SET requested_for_id = office_id"),
    "whose mailbox": (_ASKED, f"UPDATE organizations_accountrequest SET user_id = {ANOTHER} WHERE kind = 'correction'"),
    "what was vouched": (_ASKED, "UPDATE organizations_accountrequest SET statement = '没有见到本人。'"),
    "mailbox asked for": (_ASKED, "UPDATE organizations_accountrequest SET new_email = 'x@mail.example' WHERE state = 'done'"),
    "name asked for": (_ASKED, "UPDATE organizations_accountrequest SET new_name = '李四' WHERE kind = 'correction'"),
    "number asked for": (_ASKED, "UPDATE organizations_accountrequest SET new_number = '' WHERE kind = 'correction'"),
    "card of a request": (_ASKED, "UPDATE organizations_accountrequest SET scan_id = NULL WHERE kind = 'correction'"),
    "when it was asked": (_ASKED, "UPDATE organizations_accountrequest SET requested_at = '2023-05-02 00:00:00+00:00'"),
    "request about an account removed": (_ASKED, "DELETE FROM organizations_accountrequest WHERE kind = 'correction'"),
    "who decided on a request": (_ANSWERED, f"UPDATE organizations_accountrequest SET decided_by_id = {ANOTHER}"),
    "when it was decided": (_ANSWERED, "UPDATE organizations_accountrequest SET decided_at = '2023-05-02 00:00:00+00:00'"),
    "when it was closed": (_ANSWERED, "UPDATE organizations_accountrequest SET closed_at = '2023-05-02 00:00:00+00:00'"),
    "why it was refused": (_ANSWERED, "UPDATE organizations_accountrequest SET reason = '别的理由' WHERE state = 'refused'"),
    "refusal turned": (_ANSWERED, "UPDATE organizations_accountrequest SET state = 'done' WHERE state = 'refused'"),
    "who closed an account": (
        "organizations.officer_changes_in_ledger",
        f"UPDATE organizations_officerchange SET by_id = {ANOTHER}",
    ),
    "why an account was closed": (
        "organizations.officer_changes_in_ledger",
        "UPDATE organizations_officerchange SET reason = '别的理由'",
    ),
    "change of an officer removed": ("organizations.officer_changes_in_ledger", "DELETE FROM organizations_officerchange"),
    "change of an officer added": (
        "organizations.officer_changes_in_ledger",
        "INSERT INTO organizations_officerchange (user_id, kind, reason, at) SELECT user_id, 'closed', '', at FROM organizations_officerchange",
    ),
    "who asked for a reset": (
        "organizations.factor_resets_in_ledger",
        f"UPDATE organizations_factorreset SET asked_by_id = {ANOTHER}",
    ),
    "how it was made sure of": (
        "organizations.factor_resets_in_ledger",
        "UPDATE organizations_factorreset SET statement = '见到本人。'",
    ),
    "reset nobody asked for": ("organizations.factor_resets_in_ledger", "DELETE FROM organizations_factorreset"),
    "who consented to a reset": (
        "organizations.factor_resets_consented",
        f"UPDATE organizations_factorreset SET decided_by_id = {ANOTHER} WHERE state = 'done'",
    ),
    "reset consented to by nobody": (
        "organizations.factor_resets_consented",
        f"UPDATE organizations_factorreset SET state = 'done', decided_by_id = {ANOTHER}, decided_at = asked_at WHERE state = 'pending'",
    ),
    "reset that took place": ("organizations.factor_resets_consented", "UPDATE organizations_factorreset SET state = 'refused'"),
    "correction removed": (
        "accounts.corrections_in_ledger",
        "DELETE FROM accounts_identitycorrection WHERE source LIKE 'account_request:%'",
    ),
    "who corrected": ("accounts.corrections_in_ledger", f"UPDATE accounts_identitycorrection SET corrected_by_id = {ANOTHER}"),
    "when it was corrected": (
        "accounts.corrections_in_ledger",
        "UPDATE accounts_identitycorrection SET corrected_at = '2023-05-02 00:00:00+00:00'",
    ),
    "what a correction rests on": (
        "accounts.corrections_in_ledger",
        "UPDATE accounts_identitycorrection SET source = 'account_request:99' WHERE source LIKE 'account_request:%'",
    ),
    "name before a correction": ("accounts.corrections_in_ledger", "UPDATE accounts_identitycorrection SET old_name = '李四'"),
    "number before a correction": (
        "accounts.corrections",
        "UPDATE accounts_identitycorrection SET old_number = '' WHERE source LIKE 'account_request:%'",
    ),
    "number that was taken": (
        "accounts.taken_numbers_in_ledger",
        "DELETE FROM accounts_identitycorrection WHERE source LIKE 'confirmation_of:%'",
    ),
    "whose number it was": (
        "accounts.taken_numbers_in_ledger",
        "UPDATE accounts_identitycorrection SET source = 'confirmation_of:1' WHERE source LIKE 'confirmation_of:%'",
    ),
    "login name": ("accounts.as_told", "UPDATE accounts_user SET username = 'somebody' WHERE username = 'person1'"),
    "time of a registration": (
        "accounts.as_told",
        "UPDATE accounts_user SET created_at = '2023-05-02 00:00:00+00:00' WHERE username = 'person1'",
    ),
    "birth date": ("accounts.numbers", "UPDATE accounts_user SET birth_date = '1980-01-01' WHERE username = 'person1'"),
    "sex": ("accounts.numbers", "UPDATE accounts_user SET sex = '' WHERE username = 'person1'"),
    "number of a seen card": (
        "accounts.confirmations_in_ledger",
        'UPDATE accounts_identityconfirmation SET "index" = (SELECT max(id_number_index) FROM accounts_user)',
    ),
    "time of an arrival": ("applications.arrivals_are_moves", "UPDATE applications_committeearrival SET arrived_at = {later}"),
    "time of the form": (
        "applications.state_is_last_move",
        f"{_HELD} created_at = '2023-05-02 00:00:00+00:00' WHERE id = {FIRST}",
    ),
    "last day shown": ("publicity.ends_as_told", "UPDATE publicity_publicityperiod SET ends_on = '2029-05-02'"),
    "pages of a paper": ("documents.pdf_in_ledger", "UPDATE documents_paper SET pages = pages + 1 WHERE pages > 0"),
    "when a paper was made": (
        "documents.pdf_in_ledger",
        "UPDATE documents_paper SET ready_at = '2029-05-02 00:00:00+00:00' WHERE ready_at IS NOT NULL",
    ),
    "when a paper was voided": (
        "documents.pdf_in_ledger",
        "UPDATE documents_paper SET voided_at = '2029-05-02 00:00:00+00:00' WHERE voided_at IS NOT NULL",
    ),
    "why a paper was voided": (
        "documents.pdf_in_ledger",
        "UPDATE documents_paper SET void_reason = '别的原因' WHERE voided_at IS NOT NULL",
    ),
    "kind of a licence": (
        "organizations.requests_in_ledger",
        "UPDATE organizations_unitverification SET licence_kind = 'social'",
    ),
    "end of a licence": (
        "organizations.requests_in_ledger",
        "UPDATE organizations_unitverification SET licence_valid_until = '2024-01-01'",
    ),
    "what a unit was before": (
        "organizations.requests_in_ledger",
        'UPDATE organizations_unitverification SET previous = \'{{"name": "别的名称"}}\'',
    ),
    "what a unit confirmed": (
        "organizations.requests_in_ledger",
        "UPDATE organizations_unitverification SET confirmed_fields = '[\"name\"]'",
    ),
    "note of a request": ("organizations.requests_in_ledger", "UPDATE organizations_unitverification SET note = '改过'"),
    "time of a unit's request": (
        "organizations.requests_in_ledger",
        "UPDATE organizations_unitverification SET submitted_at = '2023-05-02 00:00:00+00:00'",
    ),
    "whom a ban is for": ("integrity.records_of_whom", f"UPDATE integrity_integrityrecord SET person_index = '{'0' * 64}'"),
    "name on a ban": ("integrity.records_as_told", "UPDATE integrity_integrityrecord SET name = '李四'"),
    "time of a ban": ("integrity.records_as_told", "UPDATE integrity_integrityrecord SET recorded_at = {later}"),
    "who lifted a ban": (
        "integrity.annulments_as_told",
        f"UPDATE integrity_integrityrecord SET annulled_by_id = {ANOTHER} WHERE annulled_at IS NOT NULL",
    ),
    "day of a head": ("foundation.checkpoints", "UPDATE foundation_ledgercheckpoint SET day = '2023-01-01'"),
    "salt replaced": ("foundation.salts", f"UPDATE foundation_ledgersalt SET salt = '{'0' * 32}'"),
    "salt removed": (
        "foundation.salts",
        "DELETE FROM foundation_ledgersalt WHERE id = (SELECT max(id) FROM foundation_ledgersalt)",
    ),
    "second factor removed": (_FACTORS, "DELETE FROM mfa_authenticator WHERE type = 'totp'"),
    "recovery codes removed": (_FACTORS, "DELETE FROM mfa_authenticator WHERE type = 'recovery_codes'"),
    "kind of a second factor": (_FACTORS, "UPDATE mfa_authenticator SET type = 'webauthn' WHERE type = 'totp'"),
    "time of a second factor": (_FACTORS, "UPDATE mfa_authenticator SET created_at = '2023-05-02 00:00:00+00:00'"),
    "whose second factor": (_FACTORS, f"UPDATE mfa_authenticator SET user_id = {_LOST} WHERE {_AN_APP}"),
    "second factor put in": (
        _FACTORS,
        f"INSERT INTO mfa_authenticator (user_id, type, data, created_at) SELECT {_LOST}, type, data, created_at "
        f"FROM mfa_authenticator WHERE {_AN_APP}",
    ),
    "second factor put back": (
        _FACTORS,
        f"INSERT INTO mfa_authenticator (id, user_id, type, data, created_at) SELECT {{lost_factor}}, {_LOST}, type, data, created_at "
        f"FROM mfa_authenticator WHERE {_AN_APP}",
    ),
    "number released by nobody": (
        "accounts.releases_in_ledger",
        'INSERT INTO accounts_numberrelease ("index", reason, released_by_id, released_at, index_algorithm) '
        "SELECT old_index, 'invented by nobody', corrected_by_id, corrected_at, index_algorithm FROM accounts_identitycorrection",
    ),
    "why a number was released": ("accounts.releases_in_ledger", "UPDATE accounts_numberrelease SET reason = '改过的理由'"),
    "which number was released": ("accounts.releases_in_ledger", f"UPDATE accounts_numberrelease SET \"index\" = '{'0' * 64}'"),
    "release removed": ("accounts.releases_in_ledger", "DELETE FROM accounts_numberrelease"),
    "what a verification found": (
        "foundation.verifications_in_ledger",
        "UPDATE foundation_systemverification SET found = found + 1",
    ),
    "what a verification named": (
        "foundation.verifications_in_ledger",
        'UPDATE foundation_systemverification SET listed = \'[{{"invariant": "x"}}]\'',
    ),
    "verification removed": ("foundation.verifications_in_ledger", "DELETE FROM foundation_systemverification"),
    "reason of a seen card": (
        "accounts.confirmations_in_ledger",
        "UPDATE accounts_identityconfirmation SET reason = '改过的理由'",
    ),
    "material of the applicant made the unit's": (
        "applications.unit_materials_in_ledger",
        "UPDATE applications_material SET added_by_id = (SELECT min(id) FROM accounts_user WHERE kind = 'unit')",
    ),
    "objection removed": ("publicity.objections_in_ledger", "DELETE FROM publicity_objection"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_in_the_database_is_named(story: None, what: str) -> None:
    name, statement = TAMPERED[what]
    with transaction.atomic():
        triggers.take_off(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.format(**_values()))
            assert cursor.rowcount > 0, "nothing was changed"
        assert {one for one, _subject in violated(name)} == {name}
        transaction.set_rollback(True)


# What the database takes, because an action may do just that to some row: found by the verification alone.
TAKEN = {
    "change of an officer added",
    "mailbox of an account",
    "mailbox that waits for its link",
    "mailbox to sign in with",
    "password and seal of another account",
    "password made elsewhere",
    "password of another account",
    "seal of a mailbox removed",
    "seal of a password removed",
    "second mailbox to sign in with",
    "reset consented to by nobody",
    "second factor put back",
    "second factor put in",
    "whose second factor",
    "time of a second factor",
    "kind of a second factor",
    "recovery codes removed",
    "second factor removed",
    "birth date",
    "last day shown",
    "login name",
    "sex",
    "time of a registration",
    "administrator added",
    "administrator out",
    "employee out",
    "account confirmed by nobody",
    "account no longer confirmed",
    "account shut",
    "campaign withdrawn",
    "credit code of a unit",
    "desks that had it",
    "name of a unit",
    "name of a unit that waits",
    "name of an account",
    "number no longer held",
    "number released by nobody",
    "office of a unit",
    "paper of the unit",
    "paper of the unit gone",
    "salt removed",
    "who asked for a unit",
    "year of a unit",
    "year of a unit that waits",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", sorted(set(TAMPERED) - TAKEN))
def test_what_never_changes_is_refused(story: None, what: str) -> None:
    statement = TAMPERED[what][1].format(**_values())
    refused = ("stays", "never", "append-only", "only", "once", "anew", "when it is sent", "desk", "issued paper")
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert any(word in str(raised.value) for word in refused) and "constraint" not in str(raised.value).lower()
    assert not triggers.missing(connection)


@pytest.mark.django_db
def test_nothing_is_named_where_nothing_was_changed(story: None) -> None:
    assert violated(*{name for name, _statement in TAMPERED.values()}) == set()


def _values() -> dict[str, str]:
    """What statements name, in the SQL of the database at hand."""
    unit = "(SELECT min(id) FROM organizations_organization WHERE kind = 'unit')"
    return {"notice": _another_year(), "other_unit": unit, "later": "'2029-05-02 00:00:00+00:00'", "lost_factor": _gone()}


def _gone() -> str:
    """The number of a second factor that the ledger says is gone."""
    return str(LedgerEntry.objects.filter(event="account.factor_gone").order_by("number")[0].data["authenticator"])


def _another_year() -> str:
    """The stored notice with 2024 wherever 2023 stood, in the SQL of the database at hand."""
    text = "replace(notice{}, '2023', '2024'){}"
    return text.format("::text", "::jsonb") if connection.vendor == "postgresql" else text.format("", "")
