"""Every page of the site with something on it, for each role it opens for: ``PAGES`` tells who opens what in a told town.

A page that takes a form is opened where its example of ``posts.py`` sends it (:func:`page_of_form`). A new page needs a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.sheets import read_scan
from tests.web import posts
from zhicheng.accounts.models import SYSTEM_KINDS, User
from zhicheng.applications.actions import keep_in_library
from zhicheng.applications.models import Application
from zhicheng.applications.queries import materials_of, snapshot_of
from zhicheng.applications.receipts import receipt_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.actions import render_paper
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, holding
from zhicheng.library.models import LibraryFile
from zhicheng.organizations.actors import Actor, Role, actor_for
from zhicheng.personal.actions import ask_copy, keep_copy
from zhicheng.publicity.links import key_of


@dataclass
class Look:
    """One page that ``who`` opens, at a moment."""

    who: str
    client: Client
    path: str
    at: datetime = w.IN_WINDOW

    def open(self) -> Any:
        """Open it."""
        with clock.travel(self.at):
            return self.client.get(self.path)


@dataclass
class Town:
    """The world with an application at every station."""

    world: w.World
    writing: Application
    returned: Application
    publicised: Application
    at: dict[Role, Application]
    registered: Any
    system: dict[Role, User]

    def desks(self) -> dict[Role, Actor]:
        """Who sits at which desk of this notice's chain; the pages of the industry department are those of any other desk."""
        world = self.world
        return {
            Role.UNIT: world.unit_admin,
            Role.SUPERVISING: world.supervisor,
            Role.COUNTY: world.county_officer,
            Role.PREFECTURE: world.bureau,
        }

    def applicants(self) -> dict[str, Application]:
        """Whose form is open."""
        return {"writing": self.writing, "returned": self.returned}


def make_town() -> Town:
    """Tell it."""
    world = w.make_world(with_supervising=True)
    writing = w.start(world)
    w.fill(world.applicant, writing)
    keep_in_library(actor=world.applicant, application_id=writing.pk)
    people = [world.new_applicant() for _ in range(6)]
    returned = w.submitted(world, people[0])
    w.give_back(world.unit_admin, returned)
    waiting = w.submitted(world, people[1])
    publicised = w.submitted(world, people[2])
    w.unit_pass(world, publicised)
    w.open_publicity(world, publicised)
    above = [w.submitted(world, one) for one in people[3:]]
    for application in above:
        w.publicise_and_report(world, application)
    with clock.travel(clock.now() + w.UNTIL_REPORT):
        for application in above[1:]:
            w.pass_on(world.supervisor, application)
        w.pass_on(world.county_officer, above[2])
    at = {Role.UNIT: waiting, Role.SUPERVISING: above[0], Role.COUNTY: above[1], Role.PREFECTURE: above[2]}
    system = {Role(kind.value): w.person(kind, kind.value, name=f"{kind.label}本人") for kind in SYSTEM_KINDS}
    return Town(world, writing, returned, publicised, at, ex.registered_unit(), system)


Looks = Callable[[Town], Iterator[Look]]
PAGES: dict[str, Looks] = {}
# Opened by other means: what they answer is no page of ours, or stands behind something that was just sent.
ELSEWHERE = {
    "metrics": "lets in nobody but the monitor",
    "account_inactive": "the library's page of an account that was closed",
    "account_reset_password_from_key_done": "after a mailed key; says one sentence",
    "files_checking": "behind a signed address, while a file is being examined",
    "kept_form": "after a sign-in that had ended",
    "mfa_view_recovery_codes": "shown once, after codes were made",
    "office_account_scan": "needs a request with a scan",
    "office_account_scan_preview": "needs a request with a scan",
    "rehearsal_mail": "a mail of the rehearsal",
    "verify_scanned": "leads on to verify, with what a QR code says",
}


def page(name: str) -> Callable[[Looks], Looks]:
    """Register who opens the page of this name."""

    def register(looks: Looks) -> Looks:
        PAGES[name] = looks
        return looks

    return register


def _look(actor: Actor, name: str, *args: Any, at: datetime = w.IN_WINDOW, query: str = "", who: str = "") -> Look:
    return Look(who or actor.role.value, posts.reg.client_of(actor), reverse(name, args=args) + query, at)


def _plain(name: str, *who: str, args: Callable[[Town], tuple[Any, ...]] = lambda _town: (), query: str = "") -> None:
    """A page each of these actors of the world opens; nobody named: a visitor."""

    def looks(town: Town) -> Iterator[Look]:
        for one in who:
            yield _look(getattr(town.world, one), name, *args(town), query=query, at=posts.LATER)
        if not who:
            yield Look("visitor", Client(), reverse(name, args=args(town)) + query, posts.LATER)

    PAGES[name] = looks


def _of_desks(name: str, query: str = "") -> None:
    def looks(town: Town) -> Iterator[Look]:
        for role, actor in town.desks().items():
            yield _look(actor, name, town.at[role].pk, at=posts.LATER, query=query)

    PAGES[name] = looks


def _of_applicants(name: str, *more: Any) -> None:
    def looks(town: Town) -> Iterator[Look]:
        for who, application in town.applicants().items():
            yield _look(actor_for(application.applicant), name, application.pk, *more, who=who)

    PAGES[name] = looks


def _of_system(name: str, role: Role) -> None:
    def looks(town: Town) -> Iterator[Look]:
        yield _look(actor_for(town.system[role]), name)

    PAGES[name] = looks


for _name in (
    "home",
    "help",
    "privacy",
    "display",
    "publicity_list",
    "verify",
    "register_done",
    "register_employers",
    "register_credit_code",
):
    _plain(_name)
for _name in ("account_email_verification_sent", "account_reset_password_done", "healthz", "readyz"):
    _plain(_name)
for _name in ("rehearsal", "rehearsal_clock", "rehearsal_components", "rehearsal_mailbox", "rehearsal_sms"):
    _plain(_name)
_plain("calendar")
for _name in ("notice", "notice_times", "notice_data", "self_check"):
    _plain(_name, args=lambda town: (notice_of(town.world.version).slug,))
for _name in ("home_signed_in", "still_here", "mfa_index"):
    _plain(_name, "applicant", "unit_admin", "bureau")
for _name in ("my_titles", "my_applications", "application_new", "person_information", "person_looks", "person_data", "library"):
    _plain(_name, "applicant")
for _name in ("unit_people", "unit_information", "unit_account_requests"):
    _plain(_name, "unit_admin")
for _name in ("office_registrations", "office_account_requests"):
    _plain(_name, "county_officer", "bureau")


@page("person_data_copy")
def person_data_copy(town: Town) -> Iterator[Look]:
    actor = town.world.applicant
    copy = ask_copy(actor=actor)
    keep_copy(owner_id=copy.owner_id, round_asked=copy.round, asked_at=copy.asked_at, held=holding.hold([b"a copy"]))
    yield _look(actor, "person_data_copy")


_plain("inbox", "applicant", "unit_admin", "county_officer")
_plain("office_administrators", "county_officer")
_plain("office_objections", "county_officer")
_plain("office_integrity", "bureau")
_plain("office_officers", "bureau")
_plain("office_officer", "bureau", args=lambda town: (town.world.county_officer.account_id,))
for _name in ("office_registration", "office_licence_file"):
    _plain(_name, "county_officer", args=lambda town: (town.registered.pk,))
_plain("office_licence_preview", "county_officer", args=lambda town: (town.registered.pk, 1))
_plain("unit_publicity", "unit_admin", args=lambda town: (town.publicised.pk,))

_of_desks("desk_case")
for _name in (
    "application_tasks",
    "my_application",
    "application_draft_pdf",
    "application_commitment_pdf",
    "application_summary_pdf",
    "application_scans",
    "application_reading",
):
    _of_applicants(_name)
_of_applicants("application_row", "education")
_of_applicants("application_section_history", "education")
_of_applicants("application_slot", "education")
_of_system("system_health", Role.OPERATOR)
_of_system("system_brakes", Role.SECURITY)
for _name in ("system_audit", "system_ledger", "system_looks", "system_refusals"):
    _of_system(_name, Role.AUDITOR)


def _review_form(application: Application) -> str:
    return papers_of(f"application:{application.pk}").filter(kind="review_form", voided_at__isnull=True).latest("id").serial


@page("application_scan_page")
def application_scan_page(town: Town) -> Iterator[Look]:
    scan = read_scan(town.writing)
    yield _look(actor_for(town.writing.applicant), "application_scan_page", town.writing.pk, scan.pk, 1)


@page("application_paper")
def application_paper(town: Town) -> Iterator[Look]:
    application = town.publicised
    yield _look(actor_for(application.applicant), "application_paper", application.pk, _review_form(application))


@page("desk_paper")
def desk_paper(town: Town) -> Iterator[Look]:
    application = town.at[Role.COUNTY]
    yield _look(town.world.county_officer, "desk_paper", _review_form(application), at=posts.LATER)


@page("unit_publicity_file")
def unit_publicity_file(town: Town) -> Iterator[Look]:
    application = town.at[Role.SUPERVISING]
    yield _look(town.world.unit_admin, "unit_publicity_file", application.pk, "notice_file", at=posts.LATER)


@page("office_account_request")
def office_account_request(town: Town) -> Iterator[Look]:
    row = posts.EXAMPLES["office_account_approve"](town.world)
    yield Look("county", row.client, row.path.removesuffix("approve/"))


@page("system_stuck")
def system_stuck(town: Town) -> Iterator[Look]:
    posts.stuck_message()
    yield _look(actor_for(town.system[Role.OPERATOR]), "system_stuck")


@page("publicity_notice")
def publicity_notice(town: Town) -> Iterator[Look]:
    yield _look(town.world.unit_admin, "publicity_notice", town.publicised.publicity_periods.get().pk)


def _by_link(name: str) -> None:
    @page(name)
    def look(town: Town) -> Iterator[Look]:
        period = town.publicised.publicity_periods.get()
        yield Look("visitor", Client(), reverse(name, args=[period.pk, key_of(period.pk)]))


_by_link("publicity_link")
_by_link("publicity_link_list")


@page("desk_queue")
def desk_queue(town: Town) -> Iterator[Look]:
    for actor in town.desks().values():
        yield _look(actor, "desk_queue", at=posts.LATER)


@page("unit_licence_file")
def unit_licence_file(town: Town) -> Iterator[Look]:
    yield _look(ex.unit_actor(town.registered.organization), "unit_licence_file", town.registered.pk)


@page("application_receipt")
def application_receipt(town: Town) -> Iterator[Look]:
    yield _look(actor_for(town.returned.applicant), "application_receipt", town.returned.pk, 1)


@page("application_receipt_pdf")
def application_receipt_pdf(town: Town) -> Iterator[Look]:
    paper = receipt_of(town.returned.submissions.get(number=1))
    assert paper is not None
    render_paper(paper_id=paper.pk)
    yield _look(actor_for(town.returned.applicant), "application_receipt_pdf", town.returned.pk, 1)


def _of_materials(name: str, *more: Any) -> None:
    def looks(town: Town) -> Iterator[Look]:
        material = materials_of(town.writing)[0]
        yield _look(town.world.applicant, name, town.writing.pk, material.pk, *more)

    PAGES[name] = looks


_of_materials("application_material")
_of_materials("application_file")
_of_materials("application_preview", 1)


@page("library_file")
def library_file(town: Town) -> Iterator[Look]:
    kept = LibraryFile.objects.filter(item__library_id=town.world.applicant.account_id).order_by("pk")[0]
    yield _look(town.world.applicant, "library_file", kept.item_id, kept.file_id)


def _of_sent_files(name: str, *more: Any) -> None:
    def looks(town: Town) -> Iterator[Look]:
        for role, actor in town.desks().items():
            submission = town.at[role].current_submission
            assert submission is not None
            file = snapshot_of(submission).materials[0]
            yield _look(actor, name, town.at[role].pk, file.file_id, *more, at=posts.LATER)

    PAGES[name] = looks


_of_sent_files("desk_file")
_of_sent_files("desk_preview", 1)


@page("desk_case?file")
def desk_case_with_a_file(town: Town) -> Iterator[Look]:
    for role, actor in town.desks().items():
        submission = town.at[role].current_submission
        assert submission is not None
        file = snapshot_of(submission).materials[0].file_id
        yield _look(actor, "desk_case", town.at[role].pk, at=posts.LATER, query=f"?file={file}")


def page_of_form(press: posts.Press) -> Look:
    """The page whose form the example sends, by who sends it."""
    return Look("sender", press.client, press.path, press.at)
