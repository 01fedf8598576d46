"""A good form for every address that takes one: what a person sends there when everything is right.

``EXAMPLES`` names a function for each; it makes what the form needs in the world it is given and tells who sends what. A new address that
takes a form needs a line here: ``test_every_post.py`` sends each of them twice, and once with the session failing. A test that takes
``ready`` (``conftest.py``) and is parametrized with ``name`` finds it made.
"""

from __future__ import annotations

import copy
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import calendar_text
from tests.evidence import files
from tests.organizations import examples as ex
from tests.organizations.test_account_requests import SAID, ask_correction, ask_mailbox, decide
from tests.support import unit_slots
from tests.support import world as w
from tests.support.cases import library
from tests.support.cases.accounts import session_of
from tests.support.factors import code_of, give_factor, need_factor
from tests.support.sheets import read_scan
from tests.support.signing_in import later
from tests.support.uploads import keep_file, mended
from tests.support.versions import written_over
from tests.web import registering as reg
from zhicheng.accounts.brakes import SignInTry
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import last_characters
from zhicheng.applications import actions as applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.placing import place_of
from zhicheng.applications.queries import materials_of
from zhicheng.campaigns.actions import publish_calendar
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.actions import begin_upload
from zhicheng.foundation import clock, holding
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.messages.actions import send_message
from zhicheng.messages.reading import Reader
from zhicheng.messages.sms import choose_sms
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actors import SYSTEM, Actor, actor_for
from zhicheng.organizations.invitations import code_of as invitation_of
from zhicheng.organizations.models import MembershipRole
from zhicheng.organizations.rules import card_of
from zhicheng.personal.actions import ask_copy, keep_copy
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.links import key_of
from zhicheng.publicity.models import Objection
from zhicheng.review import actions as review
from zhicheng.web.applicant.findings import answer_name

LATER = w.IN_WINDOW + w.UNTIL_REPORT
FRESH = "新-orchard-77-lantern"
PASSWORD = "rehearsal-2023"
THROUGH_THE_OUTBOX = "zhicheng.foundation.mail.OutboxBackend"  # the test runner puts its own place there


@dataclass
class Press:
    """One press of one button. A file is a pair (name, bytes), so that it can be sent again; ``at`` is when it is pressed."""

    client: Client
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    at: Any = w.IN_WINDOW

    def __deepcopy__(self, memo: dict[int, Any]) -> Press:
        """Another browser with the same cookies."""
        client = copy.copy(self.client)
        client.cookies = copy.deepcopy(self.client.cookies)
        return replace(self, client=client, data=dict(self.data), headers=dict(self.headers))

    def send(self, token: str) -> Any:
        """Send it with this token."""
        fresh = {k: SimpleUploadedFile(v[0], v[1]) if isinstance(v, tuple) else v for k, v in self.data.items()}
        with clock.travel(self.at):
            return self.client.post(self.path, {**fresh, "_once": token}, headers=self.headers)


Example = Callable[[w.World], Press]
EXAMPLES: dict[str, Example] = {}


def example(name: str) -> Callable[[Example], Example]:
    """Register the decorated function for the address of this name."""

    def register(make: Example) -> Example:
        EXAMPLES[name] = make
        return make

    return register


LICENCE = ("营业执照.jpg", files.jpeg(800, 1130))
SCAN = ("扫描件.pdf", w.pdf("scan"))


def _by(
    actor: Actor, name: str, /, *args: Any, at: Any = w.IN_WINDOW, headers: dict[str, str] | None = None, **data: Any
) -> Press:
    return Press(reg.client_of(actor), reverse(name, args=args), data, headers or {}, at)


# --- visitors -----------------------------------------------------------------------------------------------------------------


def _visitor(audience: str = "") -> Client:
    client = Client()
    client.get(reverse("account_login"))
    if audience:
        assert reg.read_and_accept(client, audience).status_code < 400
    return client


@example("register_unit_notice")
def register_unit_notice(world: w.World) -> Press:
    client, path = _visitor(), reverse("register_unit_notice")
    shown = reg.page_of(client.get(path)).select_one("input[name=shown]")
    assert shown is not None
    return Press(client, path, {"shown": shown["value"], "accepted": "on"})


@example("self_check_carry")
def self_check_carry(world: w.World) -> Press:
    return Press(
        _visitor(),
        reverse("self_check_carry", args=["bortala-2023"]),
        {"answers": "education=21&degree=4&to=engineering.engineer"},
    )


@example("verify_file")
def verify_file(world: w.World) -> Press:
    return Press(_visitor(), reverse("verify_file"), {"file": ("HZ2023-000001.pdf", w.pdf("a receipt"))})


@example("register_unit")
def register_unit(world: w.World) -> Press:
    return Press(_visitor("unit"), reverse("register_unit"), reg.unit_typed() | {"licence": LICENCE})


@example("register_unit_licence")
def register_unit_licence(world: w.World) -> Press:
    return Press(_visitor("unit"), reverse("register_unit_licence"), {"licence": LICENCE}, {"HX-Request": "true"})


@example("register_person")
def register_person(world: w.World) -> Press:
    return Press(_visitor("person"), reverse("register_person"), reg.person_typed(employer_id=str(world.unit.pk)))


@example("mailbox_confirm")
def mailbox_confirm(world: w.World) -> Press:
    row = decide(_lost_mailbox(world))
    return Press(_visitor(), reg.link_in(reg.mails("fresh@mail.example")[0]), {"last_characters": row.old_number[-6:]})


@example("display")
def display(world: w.World) -> Press:
    return Press(_visitor(), reverse("display"), {"scheme": "dark", "size": "large"})


@example("set_language")
def set_language(world: w.World) -> Press:
    return Press(_visitor(), reverse("set_language"), {"language": "en", "next": "/"})


# --- sign-in ------------------------------------------------------------------------------------------------------------------


def _signed_in(world: w.World) -> Client:
    client = _visitor()
    client.post(reverse("account_login"), {"login": "applicant", "password": PASSWORD})
    assert client.session.get("_auth_user_id")
    return client


def _proved(world: w.World) -> Client:
    """A browser whose owner gave the password once more a moment ago."""
    client = _signed_in(world)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@example("account_login")
def account_login(world: w.World) -> Press:
    return Press(_visitor(), reverse("account_login"), {"login": "applicant", "password": PASSWORD})


EXAMPLES["account_logout"] = lambda world: Press(_signed_in(world), reverse("account_logout"))


@example("account_reauthenticate")
def account_reauthenticate(world: w.World) -> Press:
    """Before the mailbox changes, its owner is asked for the password; then the change is made at once."""
    client = later(_signed_in(world))
    asked = client.post(reverse("account_email"), {"action_add": "1", "email": "neu@example.cn"})
    return Press(client, asked["Location"], {"password": PASSWORD})


@example("account_email")
def account_email(world: w.World) -> Press:
    """The mail to a new mailbox is asked for again."""
    press = account_reauthenticate(world)
    press.client.post(press.path, press.data)
    cache.clear()
    return Press(press.client, reverse("account_email"), {"action_send": "1", "email": "neu@example.cn"})


EXAMPLES["account_change_password"] = lambda world: Press(
    _signed_in(world),
    reverse("account_change_password"),
    {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH},
)
EXAMPLES["account_reset_password"] = lambda _world: Press(
    _visitor(), reverse("account_reset_password"), {"email": "applicant@example.cn"}
)


@example("account_confirm_email")
def account_confirm_email(world: w.World) -> Press:
    ex.registered_applicant(world.unit, confirmed=False)
    return Press(_visitor(), reg.link_in(reg.mails("person1@mail.example")[0]))


@example("account_reset_password_from_key")
def account_reset_password_from_key(world: w.World) -> Press:
    client = _visitor()
    client.post(reverse("account_reset_password"), {"email": "applicant@example.cn"})
    page = client.get(reg.link_in(reg.mails("applicant@example.cn")[-1]), follow=True)
    return Press(client, page.request["PATH_INFO"], {"password1": FRESH, "password2": FRESH})


@example("usersessions_list")
def usersessions_list(world: w.World) -> Press:
    _signed_in(world)
    client = _proved(world)
    client.get(reverse("usersessions_list"))
    return Press(client, reverse("usersessions_list"))


@example("session_end")
def session_end(world: w.World) -> Press:
    _signed_in(world)
    client = _proved(world)
    row = UserSession.objects.exclude(session_key=client.session.session_key).latest("pk")
    return Press(client, reverse("session_end", args=[row.pk]))


EXAMPLES["devices_forget"] = lambda world: Press(_proved(world), reverse("devices_forget"))


def _with_factor(world: w.World) -> tuple[Client, str]:
    """A browser in which the applicant has just set up a second factor, and its secret."""
    press = mfa_activate_totp(world)
    press.client.post(press.path, press.data)
    return press.client, str(press.data["_secret"])


@example("mfa_activate_totp")
def mfa_activate_totp(world: w.World) -> Press:
    client = _signed_in(world)
    secret = reg.page_of(client.get(reverse("mfa_activate_totp"))).select_one(".factor-secret").get_text()  # type: ignore[union-attr]
    return Press(client, reverse("mfa_activate_totp"), {"code": code_of(secret), "_secret": secret})


@example("mfa_authenticate")
def mfa_authenticate(world: w.World) -> Press:
    _client, secret = _with_factor(world)
    client = _visitor()
    client.post(reverse("account_login"), {"login": "applicant", "password": PASSWORD})
    return Press(client, reverse("mfa_authenticate"), {"code": code_of(secret, 1)})


@example("mfa_reauthenticate")
def mfa_reauthenticate(world: w.World) -> Press:
    client, secret = _with_factor(world)
    return Press(client, reverse("mfa_reauthenticate"), {"code": code_of(secret, 1)})


EXAMPLES["mfa_keep_codes"] = lambda world: Press(_with_factor(world)[0], reverse("mfa_keep_codes"))


@example("mfa_replace_totp")
def mfa_replace_totp(world: w.World) -> Press:
    client, _secret = _with_factor(world)
    secret = reg.page_of(client.get(reverse("mfa_replace_totp"))).select_one(".factor-secret").get_text()  # type: ignore[union-attr]
    return Press(client, reverse("mfa_replace_totp"), {"code": code_of(secret)})


EXAMPLES["mfa_deactivate_totp"] = lambda world: Press(_with_factor(world)[0], reverse("mfa_deactivate_totp"))
EXAMPLES["mfa_generate_recovery_codes"] = lambda world: Press(_with_factor(world)[0], reverse("mfa_generate_recovery_codes"))


EXAMPLES["kept_form_discard"] = lambda world: Press(_signed_in(world), reverse("kept_form_discard"))
EXAMPLES["kept_form_switch"] = lambda world: Press(_signed_in(world), reverse("kept_form_switch"))


# --- applicants ---------------------------------------------------------------------------------------------------------------

CHOICE = {"series": "engineering", "specialty": "water", "title": "engineer"}


EXAMPLES["application_prompt"] = lambda world: _by(
    world.applicant, "application_prompt", notice_of(world.version).slug, accepted="on"
)


@example("person_data_ask")
def person_data_ask(world: w.World) -> Press:
    return Press(reg.client_of(world.applicant), reverse("person_data_ask"))


@example("person_data_remove")
def person_data_remove(world: w.World) -> Press:
    copy = ask_copy(actor=world.applicant)
    keep_copy(owner_id=copy.owner_id, round_asked=copy.round, asked_at=copy.asked_at, held=holding.hold([b"a copy"]))
    return Press(reg.client_of(world.applicant), reverse("person_data_remove"))


@example("application_choose")
def application_choose(world: w.World) -> Press:
    w.accept_prompt(world.applicant, world.version)
    return _by(world.applicant, "application_choose", notice_of(world.version).slug, **CHOICE)


def _filled(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


EXAMPLES["application_withdraw"] = lambda world: _by(world.applicant, "application_withdraw", w.submitted(world).pk)
EXAMPLES["application_discard"] = lambda world: _by(world.applicant, "application_discard", w.start(world).pk)
SUMMARY = {"base_version": "0", "summary-text": "任现职以来主要从事灌区工程建设与管理。"}
EXAMPLES["application_section"] = lambda world: _by(
    world.applicant, "application_section", w.start(world).pk, "summary", save="1", **SUMMARY
)
EXAMPLES["application_section_history"] = lambda world: _by(
    world.applicant, "application_section_history", written_over(world).pk, "summary", version="1", base_version="2"
)
EXAMPLES["application_autosave"] = lambda world: _by(
    world.applicant, "application_autosave", w.start(world).pk, "summary", headers={"HX-Request": "true"}, **SUMMARY
)
EXAMPLES["application_upload"] = lambda world: _by(
    world.applicant, "application_upload", w.start(world).pk, *["commitment"] * 3, file=SCAN
)


TUS = {"Tus-Resumable": "1.0.0"}
EXAMPLES["application_resumable_begin"] = lambda world: _by(
    world.applicant,
    "application_resumable_begin",
    w.start(world).pk,
    *["commitment"] * 3,
    headers=TUS | {"Upload-Length": "100", "Upload-Metadata": "sha256 " + b64encode(b"0" * 64).decode()},
)


@example("application_resumable")
def application_resumable(world: w.World) -> Press:
    """The upload is not wanted any more."""
    application = w.start(world)
    place = place_of(case := CaseFile(application), next(b for b in case.requirements if b.key == "commitment"), "commitment")
    upload = begin_upload(actor_id=world.applicant.account_id or 0, name="承诺书.pdf", size=100, **place)
    headers = TUS | {"X-HTTP-Method-Override": "DELETE"}
    return _by(world.applicant, "application_resumable", application.pk, upload.key, headers=headers)


# --- my library -----------------------------------------------------------------------------------------------------------------

EXAMPLES["library_new"] = lambda world: _by(
    world.applicant, "library_new", "awards", **{f"awards-{name}": value for name, value in library.AWARD.items()}
)
EXAMPLES["library_item"] = lambda world: _by(
    world.applicant, "library_item", library.kept(world).pk, base_version="1", **{"awards-name": "科技进步奖（二等）"}
)
EXAMPLES["library_item_remove"] = lambda world: _by(world.applicant, "library_item_remove", library.kept(world).pk)
EXAMPLES["library_file_add"] = lambda world: _by(world.applicant, "library_file_add", library.kept(world).pk, file=SCAN)
EXAMPLES["library_take_over"] = lambda world: _by(world.applicant, "library_take_over", application=_filled(world).pk)


@example("application_use_file")
def application_use_file(world: w.World) -> Press:
    before = next(m for m in materials_of(_filled(world)) if m.slot == "continuing_education")
    second = w.start(world, specialty="construction")
    pressed = f"{before.file_id}.continuing_education-{before.year}.{before.paper}"
    return _by(world.applicant, "application_use_file", second.pk, "continuing_education", use_file=pressed)


@example("application_bring")
def application_bring(world: w.World) -> Press:
    first = _filled(world)
    return _by(world.applicant, "application_bring", w.start(world, specialty="construction").pk, bring=first.pk)


@example("library_file_remove")
def library_file_remove(world: w.World) -> Press:
    item = library.kept(world)
    return _by(world.applicant, "library_file_remove", item.pk, item.files.get().file_id)


@example("library_keep_on")
def library_keep_on(world: w.World) -> Press:
    library.kept(world)
    return _by(world.applicant, "library_keep_on", at=LATER)


@example("library_empty")
def library_empty(world: w.World) -> Press:
    library.kept(world)
    return _by(world.applicant, "library_empty")


def _brought(world: w.World, pages: int) -> tuple[Application, Any]:
    """A paper of an application that is filled, of so many pages."""
    application = _filled(world)
    material = next(m for m in materials_of(application) if m.slot == "appraisals")
    file = keep_file(upload=ContentFile(files.pdf(pages), name="考核.pdf"), actor_id=world.applicant.account_id)
    place = {"slot": "appraisals", "paper": material.paper, "year": material.year}
    add = {"actor": world.applicant, "application_id": application.pk, "file_id": file.pk, "replaces": material.pk}
    with clock.travel(w.IN_WINDOW):
        return application, applications.add_material(**add, **place)


@example("application_pages")
def application_pages(world: w.World) -> Press:
    application, material = _brought(world, 2)
    place = [application.pk, "appraisals", f"appraisals-{material.year}", material.paper]
    data = {"sheet-0": f"{material.pk}.1", "turn-0": "90", "sheet-1": f"{material.pk}.2"}
    return _by(world.applicant, "application_pages", *place, **data)


@example("application_share_out")
def application_share_out(world: w.World) -> Press:
    application, material = _brought(world, 3)
    data = {f"pages-appraisals-{material.year}": "1-2"}
    return _by(world.applicant, "application_share_out", application.pk, material.pk, **data)


@example("application_scans")
def application_scans(world: w.World) -> Press:
    return _by(world.applicant, "application_scans", w.start(world).pk, scans=SCAN)


@example("application_scan_place")
def application_scan_place(world: w.World) -> Press:
    row = read_scan(w.start(world))
    place = {"place": "commitment.commitment"}
    return _by(world.applicant, "application_scan_place", row.payload["application"], row.pk, 0, **place)


@example("application_mend")
def application_mend(world: w.World) -> Press:
    application, material = _brought(world, 1)
    return _by(world.applicant, "application_mend", application.pk, material.pk, how="right.1")


@example("application_restore")
def application_restore(world: w.World) -> Press:
    application, material = _brought(world, 1)
    with clock.travel(w.IN_WINDOW):
        made = mended(world.applicant, material)
    return _by(world.applicant, "application_restore", application.pk, made.pk)


@example("application_material_remove")
def application_material_remove(world: w.World) -> Press:
    application = _filled(world)
    return _by(world.applicant, "application_material_remove", application.pk, materials_of(application)[0].pk)


@example("application_material")
def application_material(world: w.World) -> Press:
    application = _filled(world)
    material = w.bring_warned(world.applicant, application)
    return _by(world.applicant, "application_material", application.pk, material.pk)


@example("application_findings")
def application_findings(world: w.World) -> Press:
    application = w.start(world)
    w.fill(world.applicant, application, w.short_of_hours())
    noticed = CaseFile(application).findings[0].finding.key
    typed = {answer_name(noticed): "一并填写。", "base_version": "0"}
    return _by(world.applicant, "application_findings", application.pk, **typed)


@example("application_check")
def _check(world: w.World) -> Press:
    application = _filled(world)
    return _by(world.applicant, "application_check", application.pk, **w.check_read(application), **_promises(world))


EXAMPLES["application_submit"] = lambda world: sent_in(world, _filled(world))


def sent_in(world: w.World, application: Application) -> Press:
    """上报 of the applicant's own, which is filled in."""
    applications.confirm_check(actor=world.applicant, application_id=application.pk)
    return _by(world.applicant, "application_submit", application.pk, **_promises(world))


def _promises(world: w.World) -> dict[str, str]:
    """Both ticks of 上报, and what tells this page from another."""
    texts = notice_of(world.version).texts
    versions = {"commitment_version": texts.commitment.version, "liability_version": texts.liability.version}
    return {"commitment": "on", "liability": "on", "form_token": "a"} | versions


EXAMPLES["person_contact"] = lambda world: _by(world.applicant, "person_contact", mobile="13809098888", position="教师")


@example("person_employer")
def person_employer(world: w.World) -> Press:
    return _by(world.applicant, "person_employer", employer_id=str(ex.approved_unit(2).pk))


@example("person_invitation")
def person_invitation(world: w.World) -> Press:
    unit = ex.approved_unit(2, invitation=invitation_of(world.applicant.account_id))
    return _by(world.applicant, "person_invitation", employer_id=str(unit.pk))


# --- units --------------------------------------------------------------------------------------------------------------------


@example("unit_information_edit")
def unit_information_edit(world: w.World) -> Press:
    verification = ex.registered_unit()
    organizations.decide_unit_verification(
        verification_id=verification.pk,
        actor=world.county_officer,
        approve=False,
        reasons=[organizations.FieldReason("name", "名称与证照不符")],
    )
    account = {"name", "id_number", "position", "mobile", "email", "username", "password", "password_again"}
    typed = {k: v for k, v in reg.unit_typed(unit_name="博乐市第一中学").items() if k not in account}
    return _by(ex.unit_actor(verification.organization), "unit_information_edit", **typed, licence=LICENCE)


@example("inbox_read")
def read_a_message(world: w.World) -> Press:
    with transaction.atomic():
        send_message(to=Reader(user_id=world.applicant.account_id), words=lambda: ("主题", "正文"), key="told:1")
    return _by(world.applicant, "inbox_read", whose="mine")


@example("person_sms")
def want_no_sms_any_more(world: w.World) -> Press:
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    return _by(world.applicant, "person_sms", wanted="no")


EXAMPLES["unit_report_mails"] = lambda world: _by(world.unit_admin, "unit_report_mails", how="daily")
EXAMPLES["unit_information_licence"] = lambda world: _by(
    world.unit_admin, "unit_information_licence", headers={"HX-Request": "true"}, licence=LICENCE
)
EXAMPLES["unit_colleague"] = lambda world: _by(
    world.unit_admin,
    "unit_colleague",
    name="古丽娜尔",
    id_number=ex.id_number(50),
    position="办公室",
    mobile="13809095555",
    email="colleague@unit.example",
    username="colleague",
)


def _worker(world: w.World) -> User:
    return User.objects.get(pk=world.applicant.user_id)


def _lost_mailbox(world: w.World) -> Any:
    return ask_mailbox(world.unit_admin, _worker(world))


def _wrong_number(world: w.World) -> Any:
    return ask_correction(world.unit_admin, _worker(world), id_number=ex.id_number(301))


VOUCHED = {"statement": SAID, "identity_checked": "on"}
EXAMPLES["unit_account_request_withdraw"] = lambda world: _by(
    world.unit_admin, "unit_account_request_withdraw", _lost_mailbox(world).pk
)
EXAMPLES["unit_person_mailbox"] = lambda world: _by(
    world.unit_admin, "unit_person_mailbox", _worker(world).pk, email="fresh@mail.example", **VOUCHED
)


def _worker_with_factor(world: w.World) -> int:
    give_factor(_worker(world))
    return _worker(world).pk


EXAMPLES["unit_person_factor"] = lambda world: _by(world.unit_admin, "unit_person_factor", _worker_with_factor(world), **VOUCHED)
EXAMPLES["unit_person_correction"] = lambda world: _by(
    world.unit_admin,
    "unit_person_correction",
    _worker(world).pk,
    name=_worker(world).name,
    id_number=ex.id_number(301),
    scan=LICENCE,
    **VOUCHED,
)


CARDS = {"card_seen_on": "2023-05-22", "checked": "on"}


def _claimant(world: w.World) -> dict[str, str]:
    """What a desk types for the one person on its list."""
    user = w.person(AccountKind.APPLICANT, "claimant", serial=33, held=False)
    w.member(user, world.unit, MembershipRole.EMPLOYEE)
    return {card_of(user.pk): last_characters(user.id_number), **CARDS}


EXAMPLES["unit_identities"] = lambda world: _by(world.unit_admin, "unit_identities", **_claimant(world))
EXAMPLES["office_identities"] = lambda world: _by(world.county_officer, "office_identities", **_claimant(world))


def _passed(world: w.World) -> Application:
    application = w.submitted(world)
    w.unit_pass(world, application)
    application.refresh_from_db()
    return application


@example("unit_publicity_open")
def unit_publicity_open(world: w.World) -> Press:
    application = _passed(world)
    return _by(
        world.unit_admin,
        "unit_publicity_open",
        application.pk,
        submission=application.current_submission_id,
        starts_on="2023-05-22",
        ends_on="2023-05-29",
        political_conduct="遵纪守法",
        results="节水",
        contribution="质量控制",
        office="综合",
        phone="0909-2312345",
    )


def _publicised(world: w.World) -> Application:
    application = _passed(world)
    w.open_publicity(world, application)
    return application


EXAMPLES["unit_publicity_paper"] = lambda world: _by(
    world.unit_admin, "unit_publicity_paper", _publicised(world).pk, "notice_file", file=SCAN, at=LATER
)
EXAMPLES["unit_material_add"] = lambda world: _by(
    world.unit_admin, "unit_material_add", unit_slots.publicised(world).pk, "unit_report", "report", file=SCAN
)


@example("unit_material_remove")
def unit_material_remove(world: w.World) -> Press:
    application = unit_slots.publicised(world)
    file = w.evidence(world.unit_admin.account_id, "report")
    place = {"application_id": application.pk, "box": "unit_report", "paper": "report"}
    material = applications.add_unit_material(actor=world.unit_admin, file_id=file.pk, **place)
    return _by(world.unit_admin, "unit_material_remove", application.pk, material.pk)


EXAMPLES["unit_objection"] = lambda world: _by(
    world.unit_admin,
    "unit_objection",
    _publicised(world).pk,
    channel="phone",
    received_on="2023-05-22",
    received_time="09:30",
    content="反映业绩成果为集体完成。",
)


def _objection(world: w.World, application: Application) -> Any:
    return publicity.register_objection(
        actor=world.unit_admin,
        period_id=application.publicity_periods.get().pk,
        channel="phone",
        content="反映业绩成果为集体完成。",
        received_at=clock.now(),
        from_name="",
        from_contact="",
    )


_OBJECTS = {"content": "反映业绩成果为集体完成。", "from_name": "马先生", "from_contact": "0909-2312345", "county_only": "on"}


@example("publicity_notice")
def publicity_notice(world: w.World) -> Press:
    period = _publicised(world).publicity_periods.get()
    return _by(world.new_applicant(), "publicity_notice", period.pk, **_OBJECTS)


@example("publicity_link")
def publicity_link(world: w.World) -> Press:
    period = _publicised(world).publicity_periods.get()
    return Press(Client(), reverse("publicity_link", args=[period.pk, key_of(period.pk)]), _OBJECTS)


@example("unit_objection_decide")
def unit_objection_decide(world: w.World) -> Press:
    application = _publicised(world)
    args = (application.pk, _objection(world, application).pk)
    return _by(world.unit_admin, "unit_objection_decide", *args, upheld="no", finding="经查阅任务书，反映不属实。")


EXAMPLES["unit_publicity_result"] = lambda world: _by(world.unit_admin, "unit_publicity_result", _publicised(world).pk, at=LATER)


@example("unit_report")
def unit_report(world: w.World) -> Press:
    application = _publicised(world)
    with clock.travel(LATER):
        w.add_papers(world, application.publicity_periods.get())
    return _by(world.unit_admin, "unit_report", application.pk, submission=application.current_submission_id, at=LATER)


@example("unit_stop")
def unit_stop(world: w.World) -> Press:
    return _by(world.unit_admin, "unit_stop", _upheld(world).period.application_id, reason="主要业绩不属于本人，不能作为依据。")


def _upheld(world: w.World) -> Objection:
    objection = _objection(world, _publicised(world))
    finding = "经查阅任务书，反映属实。"
    return publicity.decide_objection(actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding=finding)


@example("office_objection")
def office_objection(world: w.World) -> Press:
    objection = _upheld(world)
    publicity.stop_for_objection(
        actor=world.unit_admin, application_id=objection.period.application_id, reason="主要业绩不属于本人，不能作为依据。"
    )
    return _by(world.county_officer, "office_objection", objection.pk, reason="经复核，任务书由本人主持，反映不属实。")


# --- desks and offices --------------------------------------------------------------------------------------------------------


@example("desk_pass")
def desk_pass(world: w.World) -> Press:
    application = w.submitted(world)
    return _by(world.unit_admin, "desk_pass", application.pk, submission=application.current_submission_id, opinion="")


@example("desk_return")
def desk_return(world: w.World) -> Press:
    application = w.submitted(world)
    row = {"code-1": "illegible", "where-1": "summary", "text-1": "毕业证书看不清，请重新扫描。"}
    return _by(world.unit_admin, "desk_return", application.pk, submission=application.current_submission_id, **row)


@example("desk_take_back")
def desk_take_back(world: w.World) -> Press:
    application = w.submitted(world)
    w.unit_pass(world, application)
    change = application.history.latest("id").pk
    return _by(world.unit_admin, "desk_take_back", application.pk, change=change, reason="点错了申请书，应先核实证书。")


def _at_county(world: w.World) -> Application:
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    return application


@example("desk_dossier")
def desk_dossier(world: w.World) -> Press:
    application = _at_county(world)
    paper = papers_of(f"application:{application.pk}").filter(kind="review_form", voided_at__isnull=True).latest("id")
    facts = {"received_on": LATER.date().isoformat(), "copies": "2", "printed_mark": paper.serial, "signed": "on"}
    number = application.current_submission_id
    return _by(world.county_officer, "desk_dossier", application.pk, submission=number, at=LATER, record="1", **facts)


@example("desk_dossier_correct")
def desk_dossier_correct(world: w.World) -> Press:
    application = _at_county(world)
    with clock.travel(LATER):
        w.record_dossier(world.county_officer, application, copies=1)
    wrong = application.dossiers.latest("id")
    facts = {"received_on": LATER.date().isoformat(), "copies": "2", "printed_mark": wrong.printed_mark, "reason": "误记为一份。"}
    number = application.current_submission_id
    args = (application.pk, wrong.pk)
    return _by(world.county_officer, "desk_dossier_correct", *args, submission=number, at=LATER, record="1", **facts)


EXAMPLES["desk_identity"] = lambda world: _by(world.county_officer, "desk_identity", _at_county(world).pk, at=LATER)


def _request(name: str, make: Callable[[w.World], Any], who: str, **data: Any) -> None:
    def press(world: w.World) -> Press:
        return _by(getattr(world, who), name, make(world).pk, **data)

    EXAMPLES[name] = press


@example("office_account_approve")
def office_account_approve(world: w.World) -> Press:
    row = _lost_mailbox(world)
    return _by(world.county_officer, "office_account_approve", row.pk, last_characters=row.old_number[-6:], checked="on")


_request("office_account_refuse", _lost_mailbox, "county_officer", reason="照片与本人不符。")


@example("office_administrator_mailbox")
def office_administrator_mailbox(world: w.World) -> Press:
    user = User.objects.get(pk=world.unit_admin.user_id)
    typed = {"email": "fresh@mail.example", "last_characters": user.id_number[-6:], **VOUCHED}
    return _by(world.county_officer, "office_administrator_mailbox", user.pk, **typed)


@example("office_administrator_factor")
def office_administrator_factor(world: w.World) -> Press:
    user = User.objects.get(pk=world.unit_admin.user_id)
    give_factor(user)
    return _by(world.county_officer, "office_administrator_factor", user.pk, last_characters=user.id_number[-6:], **VOUCHED)


@example("office_account_withdraw")
def office_account_withdraw(world: w.World) -> Press:
    asked = office_administrator_mailbox(world)
    asked.client.post(asked.path, asked.data)
    from zhicheng.organizations.models import AccountRequest

    return _by(world.county_officer, "office_account_withdraw", AccountRequest.objects.get().pk)


_request(
    "office_account_release",
    lambda world: decide(_wrong_number(world)),
    "bureau",
    reason="经公安机关核实属于另一人。",
)
_request(
    "office_registration_approve",
    lambda _world: ex.registered_unit(),
    "county_officer",
    nature_checked="on",
    licence_checked="on",
)
_request("office_registration_return", lambda _world: ex.registered_unit(), "county_officer", reason_name="与证照不符")


@example("office_registration_transfer")
def office_registration_transfer(world: w.World) -> Press:
    data = {"to_office": str(world.other_county.pk), "transfer_reason": "在精河"}
    return _by(world.county_officer, "office_registration_transfer", ex.registered_unit().pk, **data)


def _at_bureau(world: w.World) -> Application:
    application = w.submitted(world)
    w.to_bureau(world, application)
    return application


# --- officers who come and go --------------------------------------------------------------------------------------------------

LEFT = "已调离职称办岗位"
MADE_SURE = "本人持身份证到场，手机丢失。"


def _officer(world: w.World, name: str, **data: Any) -> Press:
    return _by(world.bureau, name, world.county_officer.account_id, **data)


EXAMPLES["office_officer_new"] = lambda world: _by(
    world.bureau,
    "office_officer_new",
    office_id=world.county.pk,
    name="叶尔兰",
    email="ye@b.example",
    username="yeerlan",
    id_number=ex.id_number(51),
)
EXAMPLES["office_officer_move"] = lambda world: _officer(
    world, "office_officer_move", to_office_id=world.other_county.pk, reason=LEFT, nobody_left="on"
)
EXAMPLES["office_officer_close"] = lambda world: _officer(world, "office_officer_close", reason=LEFT, nobody_left="on")
EXAMPLES["office_officer_sessions"] = lambda world: _officer(world, "office_officer_sessions")


@example("office_officer_session")
def office_officer_session(world: w.World) -> Press:
    row = session_of(User.objects.get(pk=world.county_officer.account_id))
    return _by(world.bureau, "office_officer_session", row.user_id, row.pk)


@example("office_officer_factor")
def office_officer_factor(world: w.World) -> Press:
    need_factor(world.county_officer.account_id)
    return _officer(world, "office_officer_factor", statement=MADE_SURE)


@example("office_officer_reopen")
def office_officer_reopen(world: w.World) -> Press:
    organizations.close_officer(actor=world.bureau, user_id=world.county_officer.account_id, reason=LEFT, nobody_left=True)
    return _officer(world, "office_officer_reopen", office_id=world.county.pk, reason="回到原岗位工作")


@example("office_officer_number")
def office_officer_number(world: w.World) -> Press:
    w.without_number(User.objects.get(pk=world.county_officer.account_id))
    return _officer(world, "office_officer_number", id_number=ex.id_number(51))


@example("office_officer_factor_decide")
def office_officer_factor_decide(world: w.World) -> Press:
    need_factor(world.county_officer.account_id)
    row = organizations.request_factor_reset(actor=SYSTEM, user_id=world.county_officer.account_id, statement=MADE_SURE)
    return _by(world.bureau, "office_officer_factor_decide", row.pk, decision="consent")


@example("office_annul")
def office_annul(world: w.World) -> Press:
    application = _at_bureau(world)
    with clock.travel(LATER):
        w.give_back(world.bureau, application)
    arrival = application.committee_arrivals.get()
    return _by(world.bureau, "office_annul", arrival.pk, reason="本部门误收，未经县（市）审核。", at=LATER)


FORGED = "毕业证书经学校核实系伪造，本人承认。"
EXAMPLES["office_fraud"] = lambda world: _by(world.bureau, "office_fraud", _at_bureau(world).pk, reason=FORGED, at=LATER)


@example("office_integrity_annul")
def office_integrity_annul(world: w.World) -> Press:
    application = _at_bureau(world)
    with clock.travel(LATER):
        review.reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FORGED)
    record = IntegrityRecord.objects.get()
    return _by(world.bureau, "office_integrity_annul", record.pk, reason="经复核，学校更正了证明。", at=LATER)


EXAMPLES["office_person"] = lambda world: _by(world.bureau, "office_person", id_number=_worker(world).id_number)


# --- the operator, and a rehearsal ----------------------------------------------------------------------------------------------


def _operator() -> Client:
    client = Client()
    client.force_login(w.person(AccountKind.OPERATOR, "operator"), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


@example("office_calendars")
def office_calendars(world: w.World) -> Press:
    return Press(reg.client_of(world.bureau), reverse("office_calendars"), {"text": calendar_text()})


@example("office_calendar_withdraw")
def office_calendar_withdraw(world: w.World) -> Press:
    version = publish_calendar(text=calendar_text(), actor=world.bureau)
    return Press(reg.client_of(world.bureau), reverse("office_calendar_withdraw"), {"name": version.name})


def stuck_message() -> OutboxMessage:
    """A message that has failed for good."""
    at = clock.machine_now()
    return OutboxMessage.objects.create(
        kind="mail", key="x", payload={}, state=OutboxState.FAILED, created_at=at, next_attempt_at=at - timedelta(days=1)
    )


EXAMPLES["system_retry"] = lambda _world: Press(_operator(), reverse("system_retry", args=[stuck_message().pk]))
EXAMPLES["system_settle"] = lambda _world: Press(_operator(), reverse("system_settle", args=[stuck_message().pk]))


@example("system_brake_lift")
def system_brake_lift(world: w.World) -> Press:
    tried = SignInTry(account=world.applicant.ref, address="203.0.113.9")
    for _turn in range(8):
        tried.may_go_on()
    security = reg.client_of(actor_for(w.person(AccountKind.SECURITY, "security")))
    return Press(security, reverse("system_brake_lift"), {"brake": tried.near})


EXAMPLES["system_verify_whole"] = lambda _world: Press(_operator(), reverse("system_verify_whole"))
EXAMPLES["system_verify_ledger"] = lambda _world: Press(
    reg.client_of(actor_for(w.person(AccountKind.AUDITOR, "auditor"))), reverse("system_verify_ledger")
)
EXAMPLES["rehearsal_sign_in"] = lambda _world: Press(_visitor(), reverse("rehearsal_sign_in"), {"username": "bureau"})
EXAMPLES["rehearsal_clock_move"] = lambda _world: Press(
    _visitor(), reverse("rehearsal_clock_move"), {"day": "2023-05-23", "hour": "09:00"}
)
