"""The attacker. Two worlds differ in one secret alone (whose number, which mailbox, which serial); every probe must answer the same.

A probe is a request and what came back: status, headers, page, and the mail it caused to the attacker's own mailbox. Left aside are
tokens drawn at random, ids of recorded refusals, and times.
"""

from __future__ import annotations

import copy
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pypdf
import pytest
from django.apps import apps
from django.core import mail as sent
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.web.registering import client_of, licence_upload, link_in, mails, person_typed, read_and_accept, unit_typed
from tests.web.shared.addresses import address, patterns
from zhicheng.accounts import claims
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import PersonYear
from zhicheng.documents.models import Kind, Paper
from zhicheng.foundation import clock
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import MembershipRole, Organization
from zhicheng.web.access import ACCESS
from zhicheng.web.shared import limits

# What is known of the secret number is put there by hand.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unprotected")]

SECRET, DECOY = w.identity_number(700), w.identity_number(702)
BOX, OTHER_BOX = "secret.person@mail.example", "decoy.person@mail.example"
RANDOM = (
    r'name="csrfmiddlewaretoken" value="[^"]*"',
    r'name="_(owner|once)" value="[^"]*"',
    r'name="_?(form_)?token" value="[^"]*"',
    r'nonce="[^"]*"',
    r'"X-CSRFToken": ?"[^"]*"|X-CSRFToken[^}]*}',
    r"\b[A-HJ-NP-Z2-9]{8}\b",  # the id of a recorded refusal
    r"\b[0-9a-f]{8,}\b",  # the id of a row of a form, the hash of what holds it
    r"([0-9a-f]{4} ){3}[0-9a-f]{4}",
    r"[?&]?next=[^\"' ]*",
    r"/accounts/confirm-email/[^/\s]+/",
    r"\d\d:\d\d(:\d\d)?",
)


def same(text: str) -> str:
    """``text`` without what is drawn at random in every answer."""
    for pattern in RANDOM:
        text = re.sub(pattern, "…", text)
    return text


def seen(response: Any, *typed: str) -> str:
    """All of an answer that an attacker can compare. ``typed``: what they typed themselves and read back."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response["Content-Type"] == "application/pdf":  # without its codes, drawn at random, and the glyphs they need
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        words = re.sub(r"[\s\u200b\u00a0]", "", "".join(page.extract_text() for page in pages))
        body = re.sub(r"核验码[\sA-Z0-9]+|[0-9a-f]{7,}", "", words).encode()
    left = {"set-cookie", "content-length", "x-request-id", "etag", "content-security-policy"}
    headers = {k: v for k, v in response.headers.items() if k.lower() not in left}
    text = f"{response.status_code} {sorted(headers.items())} {sorted(response.cookies)}\n{body.decode('utf-8', 'replace')}"
    for own in (one for one in typed if len(one) > 3):
        text = text.replace(own, "(typed)")
    text = same(text)
    for own in (one for one in typed if 0 < len(one) <= 3):  # later, and as a value: a "2" stands in codes and pictures too
        text = re.sub(rf"(?<=[\">/=;-]){re.escape(own)}(?=[\"</&])", "(typed)", text)
    return text


# What these events are kept for is whose account somebody tries, where it is one (docs/security/logs.md).
NAMES_WHOM_IT_IS_FOR = frozenset({"signin.failed", "signin.limited"})


class _Lines(logging.Handler):
    """Every line of the log with its facts, without what is drawn at random."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        fault = repr(record.exc_info[1]) if record.exc_info else ""
        facts, said = dict(getattr(record, "facts", {})), record.getMessage()
        if facts.get("event") in NAMES_WHOM_IT_IS_FOR:
            said = said.replace(f" subject={facts.pop('subject', '')}", "")
        self.lines.append(same(f"{record.levelname} {record.name} {said} {sorted(facts.items())} {fault}"))


@contextmanager
def logged() -> Iterator[list[str]]:
    """What the log says meanwhile."""
    handler = _Lines()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.lines
    finally:
        logging.getLogger().removeHandler(handler)


def count_from_the_last_row() -> None:
    """Both worlds count their rows from the same number."""
    statements = connection.ops.sequence_reset_sql(no_style(), apps.get_models())
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" ".join(statements))  # one journey


def in_two_worlds(make: Callable[[bool], Any], probe: Callable[[Any], list[str]]) -> None:
    """``make(True)`` holds the secret, ``make(False)`` something else in its place; ``probe`` sees no difference, and neither does who
    reads the log.
    """
    answers, logs = [], []
    for secret in (True, False):
        cache.clear()
        with transaction.atomic():
            count_from_the_last_row()
            made = make(secret)
            with logged() as lines:
                answers.append(probe(made))
            logs.append(lines)
            transaction.set_rollback(True)
    assert logs[0] == logs[1], "the log tells the secret"
    assert len(answers[0]) == len(answers[1]) > 0
    for number, (one, other) in enumerate(zip(*answers, strict=True)):
        assert one == other, f"probe {number} tells the secret"


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        yield


def world_with(told: w.World, secret: bool, *, held: bool = True) -> w.World:
    """The world that was told, in which somebody at the other unit has the number and the mailbox that are guessed, or others."""
    world = copy.deepcopy(told)
    user = w.person(AccountKind.APPLICANT, "secretperson", serial=700 if secret else 702, name="秘密人", held=held)
    user.set_email(BOX if secret else OTHER_BOX)
    user.save(update_fields=["email"])
    user.emailaddress_set.update(email=BOX if secret else OTHER_BOX)
    w.member(user, world.other_unit, MembershipRole.EMPLOYEE)
    admin = w.person(AccountKind.UNIT, "secretadmin", serial=700 if secret else 702, name="秘密人", held=held)
    w.member(admin, world.other_unit, MembershipRole.STAFF)
    # What is known of that number: a ban, a closed year.
    index = user.id_number_index
    IntegrityRecord.objects.create(
        person_index=index,
        name="秘密人",
        application_year=2022,
        first_barred_year=2023,
        last_barred_year=2027,
        source="application:0",
        reason="经查实，业绩证明系伪造。",
        recorded_by_id=world.bureau.account_id,
        recorded_for_id=world.bureau.desk_id,
        recorded_at=clock.now(),
    )
    PersonYear.objects.create(
        campaign_id=world.version.campaign_id, person_index=index, arrivals_allowed=3, closed_at=clock.now()
    )
    return world


def tell_claims() -> None:
    """What the worker does with the claims that were announced."""
    for message in OutboxMessage.objects.filter(kind="account.number_claimed"):
        claims.tell_of_claim(message)


def registered(world: w.World, audience: str, typed: dict[str, Any], **files: Any) -> list[str]:
    """One registration, and everything that follows it for whoever sits there."""
    client = Client()
    read_and_accept(client, audience)
    answers = [client.post(reverse(f"register_{audience}"), typed | files), client.get(reverse("register_done"))]
    found = [seen(a) for a in answers]
    tell_claims()
    for password in (typed["password"], "wrong-葡萄-77-word"):
        signed = Client().post(reverse("account_login"), {"login": typed["username"], "password": password}, follow=True)
        found.append(seen(signed))
    again = Client()
    read_and_accept(again, audience)
    later = typed | {"email": "later@mail.example", "password": "another-葡萄-9-word", "password_again": "another-葡萄-9-word"}
    found.append(seen(again.post(reverse(f"register_{audience}"), later)))
    return found


def mailed(to: str) -> list[str]:
    """What came to this mailbox; a link asked for twice within a second is one mail."""
    return sorted({same(f"{m['subject']}\n{m['body']}") for m in mails(to)})


def test_registration_tells_nothing_of_a_number(world: w.World) -> None:
    def probe(world: w.World) -> list[str]:
        client = Client()
        read_and_accept(client, "person")
        empty = client.post(reverse("register_person"), {"id_number": SECRET})  # an otherwise empty form
        found = [seen(empty)]
        typed = person_typed(1, id_number=SECRET, employer_id=str(world.unit.pk))
        found += registered(world, "person", typed)
        found += mailed(typed["email"])
        unit = unit_typed(5, id_number=SECRET, receiving_office=str(world.county.pk))
        found += registered(world, "unit", unit, licence=licence_upload())
        found += mailed(unit["email"])
        for own in (typed, unit):  # and what follows the confirmation
            client = Client()
            found.append(seen(client.post(link_in(mails(own["email"])[0]), follow=True)))
            tell_claims()
            found.append(seen(client.post(reverse("account_login"), {"login": own["username"], "password": own["password"]})))
            found += [seen(client.get(reverse(name), follow=True)) for name in ("person_information", "unit_information")]
            found += mailed(own["email"])
        return found

    for held in (True, False):
        in_two_worlds(partial(world_with, world, held=held), probe)


def test_registration_and_sign_in_tell_nothing_of_a_mailbox(world: w.World) -> None:
    def probe(world: w.World) -> list[str]:
        found = registered(world, "person", person_typed(1, email=BOX, employer_id=str(world.unit.pk)))
        found += registered(
            world, "unit", unit_typed(5, email=BOX, receiving_office=str(world.county.pk)), licence=licence_upload()
        )
        found.append(seen(Client().post(reverse("account_reset_password"), {"email": BOX}, follow=True)))
        found.append(seen(Client().post(reverse("account_login"), {"login": BOX, "password": "wrong-葡萄-77"}, follow=True)))
        mine = client_of(world.applicant)
        found.append(seen(mine.post(reverse("account_email"), {"action_add": "", "email": BOX}, follow=True)))
        return found

    in_two_worlds(partial(world_with, world), probe)
    assert not [m for m in sent.outbox if "secretperson" in m.body and m.to not in ([BOX], [OTHER_BOX])]


def rival(world: w.World, kind: AccountKind) -> User:
    """The attacker's own account, which has claimed a number with a mailbox the attacker reads."""
    user = w.person(kind, f"rival{kind.value}", serial=710, name="张立", held=False)
    member = MembershipRole.STAFF if kind is AccountKind.UNIT else MembershipRole.EMPLOYEE
    w.member(user, world.unit, member)
    return user


def test_claim_to_a_number_of_ones_own_tells_nothing_of_the_mailbox_it_was_made_with(world: w.World) -> None:
    """Registered with the attacker's number and somebody's mailbox: the attacker's other account hears the same, taken or free."""
    number = w.identity_number(710)

    def probe(world: w.World) -> list[str]:
        rivals = [rival(world, kind) for kind in (AccountKind.APPLICANT, AccountKind.UNIT)]
        registered(world, "person", person_typed(1, email=BOX, id_number=number, employer_id=str(world.unit.pk)))
        unit = unit_typed(5, email=BOX, id_number=number, receiving_office=str(world.county.pk))
        registered(world, "unit", unit, licence=licence_upload())
        clerk, colleague = client_of(world.unit_admin), {"name": "阿不都", "username": "colleague", "position": "科员"}
        added = colleague | {"id_number": number, "mobile": "13800001111", "email": BOX}
        found = [seen(clerk.post(reverse("unit_colleague"), added, follow=True))]
        tell_claims()
        lists = ("unit_people", "unit_identities", "unit_information", "unit_account_requests")
        found += [seen(clerk.get(reverse(name))) for name in lists]
        office = client_of(world.county_officer)
        found += [seen(office.get(reverse(name))) for name in ("office_registrations", "office_identities")]
        return found + [line for one in rivals for line in [f"to {one.username}", *mailed(one.email)]]

    in_two_worlds(partial(world_with, world), probe)


def test_personal_registration_tells_no_stranger_which_mailbox_is_a_units(world: w.World) -> None:
    shared = "office.of.unit@mail.example"

    def make(secret: bool) -> w.World:
        Organization.objects.filter(pk=world.unit.pk).update(email=shared if secret else OTHER_BOX)
        return world

    def probe(world: w.World) -> list[str]:
        typed = person_typed(1, email=shared, employer_id=str(world.unit.pk))
        client = Client()
        read_and_accept(client, "person")
        alone = {"email": shared, "employer_id": str(world.unit.pk)}  # an otherwise empty form
        found = [seen(client.post(reverse("register_person"), alone))]
        found += registered(world, "person", typed)
        return found

    in_two_worlds(make, probe)


@pytest.mark.usefixtures("world")
def test_number_with_something_invisible_in_it_has_the_brake_of_the_same_number() -> None:
    hidden = ("\u200b", "\u2060", "\u00ad", "\u3000", "\t", "\u202e", "\ufeff")
    numbers = [f"65270119900307{n:03d}1" for n in range(limits.PER_HOUR_AND_PREFIX + 1)]
    spelt = [f"{one[: n % 13]}{hidden[n % 7]}{one[n % 13 :]}" for n, one in enumerate(numbers)]
    found = [asked("2001:db8:7:9::1", number).status_code for number in spelt]
    assert found == [422] * limits.PER_HOUR_AND_PREFIX + [429]
    again = asked("2001:db8:7:9::1", f"\u2060{numbers[0]}")
    assert again.status_code == 422, "one number sent again, however it is written, is one try"


def test_another_unit_learns_nothing_of_a_number_or_mailbox(world: w.World) -> None:
    def probe(world: w.World) -> list[str]:
        unit, person = client_of(world.unit_admin), world.applicant.account_id
        colleague = {
            "name": "阿不都", "id_number": SECRET, "mobile": "13800001111", "email": BOX, "username": "colleague", "position": "科员",
        }  # fmt: skip
        found = [seen(unit.post(reverse("unit_colleague"), colleague, follow=True))]
        vouch = {"statement": "本人持身份证到单位，当面核对无误。", "identity_checked": "on"}
        mailbox = unit.post(reverse("unit_person_mailbox", args=[person]), vouch | {"email": BOX}, follow=True)
        found.append(seen(mailbox))
        correction = vouch | {"name": "古丽娜尔·买买提", "id_number": SECRET, "scan": licence_upload("身份证.jpg")}
        found.append(seen(unit.post(reverse("unit_person_correction", args=[person]), correction, follow=True)))
        return found + [seen(unit.get(reverse(name))) for name in ("unit_people", "unit_identities", "unit_information")]

    in_two_worlds(partial(world_with, world), probe)


def claim(world: w.World) -> Actor:
    """The attacker, registered with the secret number and a mailbox of their own."""
    user = w.person(AccountKind.APPLICANT, "attacker", serial=700, name="阿不都", held=False)
    return w.member(user, world.unit, MembershipRole.EMPLOYEE)


def test_a_claim_to_a_number_tells_nothing_of_what_hangs_on_it(world: w.World) -> None:
    """Every page an applicant has, with a form begun, filled, sent and taken back: no ban, no closed year, no count, no application."""

    def probe(world: w.World) -> list[str]:
        attacker = claim(world)
        client = client_of(attacker)
        found = [seen(client.get(reverse(name))) for name in ("my_titles", "my_applications", "person_information")]
        application = w.submitted(world, attacker)
        for name, chain in sorted(patterns(), key=lambda route: route[0]):
            if Role.APPLICANT not in ACCESS.get(name, frozenset()) or name.startswith("account_logout"):
                continue
            path = address(chain).replace("/1/", f"/{application.pk}/", 1)
            found.append(f"{name} {seen(client.get(path))}")
        return found

    in_two_worlds(partial(world_with, world), probe)


def test_numbers_of_applications_and_serials_of_papers_cannot_be_told_from_invented_ones(world: w.World) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    form = Paper.objects.get(kind=Kind.REVIEW_FORM)
    visitors = {
        "anonymous": Client(),
        "another applicant": client_of(world.new_applicant()),
        "another unit": client_of(world.other_admin),
        "another county": client_of(world.other_officer),
    }
    invented = form.serial[:-6] + "999999"
    for who, client in visitors.items():
        for name, chain in sorted(patterns(), key=lambda route: route[0]):
            path = address(chain)
            if "/1/" not in path and not path.endswith("/1") and "/x" not in path:
                continue
            real = path.replace("/1/", f"/{application.pk}/").replace("/x", f"/{form.serial}")
            false = path.replace("/1/", "/987654/").replace("/x", f"/{invented}")
            public = {"campaign_notice"}
            if name in public or "session" in name or real == false:  # public; one's own sign-ins; nothing is guessed
                continue
            if name == "publicity_notice" and who == "another applicant":  # a colleague, who may read it
                continue
            for method in ("get", "post"):
                answers = [
                    seen(getattr(client, method)(p), p, str(application.pk), "987654", form.serial, invented)
                    for p in (real, false)
                ]
                assert answers[0] == answers[1], f"{who}: {method} {name}"


def test_the_verification_page_knows_a_paper_by_serial_and_code_together(world: w.World) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    form = Paper.objects.get(kind=Kind.REVIEW_FORM)
    wrong = "2" * len(form.verification_code)
    invented = form.serial[:-6] + "999999"

    def asked(serial: str, code: str) -> str:
        return seen(Client().get(reverse("verify"), {"serial": serial, "code": code}), serial, code)

    assert asked(form.serial, wrong) == asked(invented, wrong) == asked(invented, form.verification_code)
    assert asked(form.serial, form.verification_code) != asked(invented, wrong)


def asked(address: str, number: str = "") -> Any:
    """An otherwise empty registration from there: the answer to it, or to the notice where that is as far as it gets."""
    client = Client(REMOTE_ADDR=address)
    accepted = read_and_accept(client, "person")
    if accepted.status_code == 429:
        return accepted
    return client.post(reverse("register_person"), {"id_number": number})


@pytest.mark.usefixtures("world")
def test_brakes_count_the_beginning_of_a_number_and_everybody_together(monkeypatch: pytest.MonkeyPatch) -> None:
    same_birthday = [f"65270119900307{n:03d}1" for n in range(limits.PER_HOUR_AND_PREFIX + 1)]
    found = [asked("2001:db8:7:9::1", number).status_code for number in same_birthday]
    assert found == [422] * limits.PER_HOUR_AND_PREFIX + [429], "from one network"
    assert asked("2001:db8:7:9::2", "652701199003080011").status_code == 422, "another birthday"
    few = limits.PER_HOUR_AND_PREFIX_IN_A_CROWD
    for network in ("10.1.1.7", "10.1.2.7"):
        found = [asked(network, number).status_code for number in same_birthday[: few + 1]]
        assert found == [422] * few + [429], "used up from everywhere: each network has a few"
    assert not [key for key in getattr(cache, "_cache", {}) if "19900307" in key or "652701" in key]
    monkeypatch.setattr(limits, "PER_HOUR_IN_ALL", 5)
    monkeypatch.setattr(limits, "PER_HOUR_IN_A_CROWD", 2)
    assert [asked("10.1.3.7").status_code for _turn in range(3)] == [422, 422, 429]
    limited = asked("10.1.3.7")
    assert limited["Retry-After"] == "3600" and "请一小时后再试" in limited.content.decode()


@pytest.mark.parametrize("attackers", [["2001:db8:7:9::{:x}"], [f"10.1.{n}.7" for n in range(10)]])
def test_strangers_shut_out_nobody_else_from_registering(
    world: w.World, attackers: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """From one /64, or from ten networks: whatever they used up, somebody of the same birthday registers from elsewhere."""
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    monkeypatch.setattr(limits, "PER_HOUR", 8)
    monkeypatch.setattr(limits, "PER_HOUR_IN_ALL", 40)
    monkeypatch.setattr(limits, "PER_HOUR_AND_PREFIX", 4)
    monkeypatch.setattr(limits, "PER_HOUR_AND_PREFIX_IN_A_CROWD", 2)
    typed = person_typed(1, employer_id=str(world.unit.pk))
    for turn in range(12 * len(attackers)):
        last = asked(attackers[turn % len(attackers)].format(turn + 1), f"{typed['id_number'][:14]}{turn:03d}1")
    assert last.status_code == 429, "the attack is braked"
    honest = Client(REMOTE_ADDR="2001:db8:aa:1::1")
    read_and_accept(honest, "person")
    slip = honest.post(reverse("register_person"), typed | {"name": ""})
    assert slip.status_code == 422
    assert honest.post(reverse("register_person"), typed).status_code == 303
    assert User.objects.filter(username=typed["username"]).exists()


def test_the_attack_on_a_masked_number_finds_nothing(world: w.World) -> None:
    """What the last four left: some 1,300 numbers, and a form that knew which one is taken found it in 865 tries."""
    world = world_with(world, True)
    client = Client()
    read_and_accept(client, "person")
    near = [w.identity_number(700, birth=f"1990{month:02d}{day:02d}") for month in (2, 3) for day in (6, 7, 8)]
    assert SECRET in near
    answers = {seen(client.post(reverse("register_person"), {"id_number": number}), number) for number in near}
    assert len(answers) == 1
    assert ex.id_number(1) and world.unit.pk
