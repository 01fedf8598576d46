"""A small world made with the real actions: offices, a unit, people, the 2023 notice, and an application that is complete.

Everything is synthetic. Times are inside the 2023 window unless a test travels elsewhere.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from zlib import crc32

import pikepdf
from allauth.account.models import EmailAddress
from django.db import transaction

from tests.support import filled
from zhicheng.accounts.models import AT_WORK, AccountKind, User
from zhicheng.applications.actions import add_material, add_unit_material
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.check_page import page_read
from zhicheng.applications.completeness import key_of
from zhicheng.applications.models import Application, Material, Submission
from zhicheng.applications.queries import materials_of
from zhicheng.applications.receipts import issue_receipt
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock
from zhicheng.foundation.fields import blind_index
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actions.registering import join_organization
from zhicheng.organizations.actors import SYSTEM, Actor, Role, actor_for
from zhicheng.organizations.models import MembershipRole, Organization, OrganizationKind
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.rehearsal import acts, steps
from zhicheng.review.rules import ReturnReason

IN_WINDOW = datetime(2023, 5, 22, 10, 0, tzinfo=clock.BEIJING)  # a Monday
UNTIL_REPORT = timedelta(days=11)  # from the day a notice opens to a day when it is surely over
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int, *, birth: str = "19900307", region: str = "652701") -> str:
    """A well-formed synthetic number: the serial's parity is the sex."""
    body = f"{region}{birth}{serial:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


@cache
def pdf(words: str) -> bytes:
    """A one-page PDF whose bytes differ with ``words``."""
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.docinfo["/Title"] = words
        document.save(out, deterministic_id=True)
    return out.getvalue()


BLANK = {"code": "blank", "page": 1}


def evidence(
    user_id: int, words: str, *, warnings: Iterable[dict[str, Any]] = (), original: EvidenceFile | None = None
) -> EvidenceFile:
    """A kept file, as the examination leaves it; ``original``: what it was made from."""
    file = stored(user_id, words, warnings=warnings, original=original)
    file.save()
    return file


def stored(
    user_id: int, words: str, *, warnings: Iterable[dict[str, Any]] = (), original: EvidenceFile | None = None
) -> EvidenceFile:
    """A file whose bytes are there, and which is not written down yet."""
    blob = blobs.store(pdf(words))
    return EvidenceFile(
        sha256=blob.sha256,
        size=blob.size,
        name=f"{words}.pdf",
        media_type="application/pdf",
        pages=1,
        uploaded_by_id=user_id,
        uploaded_at=clock.now(),
        warnings=list(warnings),
        original=original,
        is_sample=True,  # nothing on it is read; tests/applications/test_read_papers.py has papers of its own
    )


def number_at_work(username: str) -> str:
    """The number of somebody who works in an office or runs the system: nobody else's of any test."""
    told = crc32(username.encode())
    day = date(1950, 1, 1) + timedelta(days=told % 9000)
    return identity_number(1 + told // 9000 % 998, birth=f"{day:%Y%m%d}", region="652700")


def person(kind: AccountKind, username: str, *, serial: int = 0, name: str = "古丽娜尔·买买提", held: bool = True) -> User:
    """An account with a confirmed mailbox; ``serial`` above 0 gives it an identity number, which it holds, or only claims.

    Who works in an office or runs the system has one in any case.
    """
    at_work = kind in AT_WORK
    number = identity_number(serial) if serial else number_at_work(username) if at_work else ""
    user = User(
        username=username,
        email=f"{username}@example.cn",
        name=name,
        mobile=f"139{crc32(username.encode()) % 10**8:08d}" if at_work else "13812345678",
        kind=kind,
        id_number=number,
        id_number_index=blind_index(number) if number else "",
        birth_date=date.fromisoformat(number[6:14]) if number else None,
        sex=str(2 - int(number[16]) % 2) if number else "",
        number_held_at=clock.now() if number and held else None,
        identity_confirmed_at=clock.now() if number and held else None,
        created_at=clock.now(),
    )
    user.set_password("rehearsal-2023")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def without_number(user: User) -> User:
    """The account as one of the time before a number was asked for at work."""
    user.id_number, user.id_number_index, user.birth_date, user.sex = "", "", None, ""
    user.number_held_at, user.identity_confirmed_at, user.predates_duties = None, None, True
    user.save()
    return user


def member(user: User, organization: Organization, role: MembershipRole) -> Actor:
    """``user`` belongs to ``organization``; the actor they are."""
    with transaction.atomic():
        join_organization(user=user, organization=organization, role=role, actor="system")
    return actor_for(user)


@dataclass
class World:
    """Who and what there is. ``unit`` reports to ``county``; ``other_county`` and ``other_unit`` are the neighbours."""

    prefecture: Organization
    county: Organization
    other_county: Organization
    supervising: Organization
    unit: Organization
    other_unit: Organization
    version: CampaignVersion
    bureau: Actor
    county_officer: Actor
    other_officer: Actor
    supervisor: Actor
    unit_admin: Actor
    other_admin: Actor
    applicant: Actor
    people: int = field(default=100)
    departments: dict[Role, Actor] = field(default_factory=dict)  # at desks of other chains

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """Another of its own for each test that takes what was told; the notice, which never changes and is long, is the same for all."""
        memo[id(self.version.notice)] = self.version.notice
        return World(**{one.name: copy.deepcopy(getattr(self, one.name), memo) for one in fields(self)})

    def new_applicant(self, *, unit: Organization | None = None) -> Actor:
        """One more person working in ``unit`` (the world's own by default)."""
        self.people += 1
        user = person(AccountKind.APPLICANT, f"person{self.people}", serial=self.people, name=f"申报人{self.people}")
        return member(user, unit or self.unit, MembershipRole.EMPLOYEE)


def make_unit(
    name: str, uscc: str, nature: str, county: Organization, *, supervising: Organization | None = None
) -> Organization:
    """A unit whose particulars are verified for 2023."""
    return Organization.objects.create(
        kind=OrganizationKind.UNIT,
        name=name,
        uscc=uscc,
        nature=nature,
        region_code=county.region_code,
        address="北京路1号",
        contact_person="王芳",
        contact_phone="0909-2312345",
        email=f"{uscc.lower()}@unit.example.cn",
        receiving_office=county,
        supervising_body=supervising,
        verified_year=2023,
        created_at=clock.now(),
    )


def make_world(*, with_supervising: bool = False, campaign_text: str | None = None) -> World:
    """The world, at the present (travelled) time."""
    now = clock.now()

    def office(kind: OrganizationKind, name: str, region: str, superior: Organization | None = None) -> Organization:
        return Organization.objects.create(kind=kind, name=name, region_code=region, superior_office=superior, created_at=now)

    prefecture = office(OrganizationKind.PREFECTURE, "博州人力资源和社会保障局", "652700")
    county = office(OrganizationKind.COUNTY, "博乐市人社局职称办", "652701", prefecture)
    other_county = office(OrganizationKind.COUNTY, "精河县人社局职称办", "652722", prefecture)
    supervising = office(OrganizationKind.SUPERVISING, "博州水利局", "652700")
    unit = make_unit(
        "博乐市水利管理站", "12652700457600129Q", "institution", county, supervising=supervising if with_supervising else None
    )
    other_unit = make_unit("精河县枸杞科技公司", "91652701MA7ABCD121", "enterprise", other_county)
    text = campaign_text if campaign_text is not None else BORTALA_2023.read_text("utf-8")
    version = publish_campaign(text=text, actor=SYSTEM)
    staff, kinds = MembershipRole.STAFF, AccountKind
    return World(
        prefecture=prefecture,
        county=county,
        other_county=other_county,
        supervising=supervising,
        unit=unit,
        other_unit=other_unit,
        version=version,
        bureau=member(person(kinds.OFFICER, "bureau", name="李州"), prefecture, staff),
        county_officer=member(person(kinds.OFFICER, "county", name="陈县"), county, staff),
        other_officer=member(person(kinds.OFFICER, "county2", name="周县"), other_county, staff),
        supervisor=member(person(kinds.OFFICER, "supervisor", name="郑局"), supervising, staff),
        unit_admin=member(person(kinds.UNIT, "unitadmin", serial=11, name="王芳"), unit, staff),
        other_admin=member(person(kinds.UNIT, "unitadmin2", serial=13, name="赵刚"), other_unit, staff),
        applicant=member(person(kinds.APPLICANT, "applicant", serial=12), unit, MembershipRole.EMPLOYEE),
    )


def sections(*, years: range = range(2018, 2023)) -> dict[str, Any]:
    """A form with nothing wrong in it: an engineer with a 2018 title applying for 中级 in 2023."""
    return {
        "basic": {
            "ethnic_group": "05",
            "political_status": "13",
            "work_started_on": "2013-07-01",
            "mobile": "13812345678",
            "email": "applicant@example.cn",
            "current_specialty": "水利工程",
            "current_specialty_years": "10",
            "post": "",
        },
        "education": [
            {
                "school": "新疆农业大学",
                "major": "水利水电工程",
                "education": "21",
                "degree": "408",
                "study_form": "full_time",
                "started_on": "2009-09-01",
                "graduated_on": "2013-06-30",
                "certificate_number": "107581201305001234",
                "verification_code": "",
            }
        ],
        "current_title": {
            "first_title": "",
            "title_name": "助理工程师",
            "series": "工程",
            "step": "junior_assistant",
            "acquired_on": "2018-01-10",
            "authority": "博州人力资源和社会保障局",
            "certificate_number": "XJ2018001234",
            "obtained_by": "review",
        },
        "appointment": {
            "post": "助理工程师",
            "contract_kind": "appointment_letter",
            "appointed_on": "2018-02-01",
            "appointed_until": "",
        },
        "work_history": [
            {"started_on": "2013-07-01", "ended_on": "", "employer": "博乐市水利管理站", "duty": "灌区工程建设与管理", "post": ""}
        ],
        "continuing_education": [{"year": str(y), "hours_total": "90", "hours_professional": "60", "exempt": ""} for y in years],
        "appraisals": [{"year": str(y), "result": "competent", "employer_nature": "institution"} for y in years],
        "achievements": [
            {
                "name": "博尔塔拉河灌区渠系改造",
                "started_on": "2019-03-01",
                "ended_on": "2021-10-30",
                "role": "技术负责人",
                "description": "完成干渠防渗改造23公里，年节水约400万立方米。",
                "contribution": "负责施工图会审和现场质量控制。",
            }
        ],
        "publications": [],
        "awards": [],
        "training": [],
        "social_posts": [],
        "summary": {"text": "任现职以来，主要从事灌区工程建设与管理工作。" * 20},
    }


class Traveller(steps.Traveller):
    """An application of the world on the road of ``zhicheng.rehearsal.steps``: cheap papers, the same words for everybody."""

    def __init__(self, world: World, actor: Actor | None = None, application: Application | None = None) -> None:
        self.world, self.version = world, world.version
        self.applicant = actor or world.applicant
        if application is not None:
            self.application = application

    def has_desk(self, role: Role) -> bool:
        return role is not Role.SUPERVISING or self.world.unit.supervising_body_id is not None

    def desk(self, role: Role) -> Actor:
        world = self.world
        own = {
            Role.UNIT: world.unit_admin,
            Role.SUPERVISING: world.supervisor,
            Role.COUNTY: world.county_officer,
            Role.PREFECTURE: world.bureau,
        }
        return (own | world.departments)[role]

    def choice(self) -> dict[str, str]:
        return {"series": "engineering", "title": "engineer"}

    def contents(self) -> dict[str, Any]:
        return sections()

    def bring(self, box: SlotRequirement, paper: str) -> EvidenceFile:
        return evidence(self.applicant.account_id, f"{self.application.pk}-{box.key}-{paper}")

    def bring_after_publicity(self, which: str) -> EvidenceFile:
        return evidence(self.world.unit_admin.account_id, f"{self.period.pk}-{which}")

    def publicity_ends_on(self) -> date:
        return clock.today() + timedelta(days=9)

    def publicity_text(self) -> publicity.NoticeText:
        return NOTICE_TEXT

    def correct(self) -> None:
        """Nothing changes: it is sent as it is."""

    def reasons(self, count: int) -> list[ReturnReason]:
        return [review_reason("毕业证书扫描件不清晰，请重新扫描上传。")] * count


def bring_warned(actor: Actor, application: Application, words: str = "a pale scan") -> Material:
    """In the place of the applicant's first paper one with a blank page, which is told of."""
    old = materials_of(application)[0]
    file = evidence(actor.account_id, f"{application.pk} {words}", warnings=[BLANK])
    place = {"slot": old.slot, "paper": old.paper, "year": old.year, "row": old.row}
    return add_material(actor=actor, application_id=application.pk, file_id=file.pk, replaces=old.pk, **place)


def accept_prompt(actor: Actor, version: CampaignVersion) -> None:
    """The prompt page was read (S-20)."""
    acts.accept_prompt(actor, version)


def start(
    world: World, actor: Actor | None = None, *, series: str = "engineering", specialty: str = "", title: str = "engineer"
) -> Application:
    """A fresh application of ``actor`` (the world's applicant by default)."""
    who = actor or world.applicant
    acts.accept_prompt(who, world.version)
    return acts.begin(who, world.version, series=series, specialty=specialty, title=title)


def begin(
    world: World, actor: Actor | None = None, *, series: str = "engineering", specialty: str = "", title: str = "engineer"
) -> Application:
    """我要申报 alone: the prompt page was read before."""
    return acts.begin(actor or world.applicant, world.version, series=series, specialty=specialty, title=title)


def short_of_hours() -> dict[str, Any]:
    """:func:`sections` with something to notice: 72 hours of continuing education in the last year, where 90 are wanted."""
    contents = sections()
    contents["continuing_education"][-1]["hours_total"] = "72"
    return contents


def fill(actor: Actor, application: Application, contents: dict[str, Any] | None = None) -> None:
    """Save every section and put a file into every box that must have one."""
    mark = application.pk
    filled.fill(
        actor,
        application,
        contents or sections(),
        lambda box, paper: stored(actor.account_id, f"{mark}-{box.key}-{paper}"),
    )


def check_read(application: Application) -> dict[str, str]:
    """What the page of 再次核对 sends along: that this is what was read."""
    case = CaseFile(Application.objects.get(pk=application.pk))
    return {"read": page_read(case, findings_to_answer(case), case.application.employer_id)}


def submit(actor: Actor, application: Application, *, token: str = "") -> Submission:
    """再次核对 and 上报, and the receipt that the worker gives then."""
    submission = acts.submit(actor, application, token=token)
    one_transaction(issue_receipt)(submission.pk)
    return submission


def submitted(world: World, actor: Actor | None = None, **choice: str) -> Application:
    """An application that waits at the unit's desk."""
    who = actor or world.applicant
    application = start(world, who, **choice)
    fill(who, application)
    submit(who, application)
    application.refresh_from_db()
    return application


NOTICE_TEXT = publicity.NoticeText(
    political_conduct="拥护党的领导，遵纪守法，恪守职业道德，无不良从业行为。",
    results="近五年主持灌区改造，年节水约400万立方米。",
    contribution="负责施工图会审和现场质量控制。",
    office="综合",
    phone="0909-2312345",
)


def unit_pass(world: World, application: Application, admin: Actor | None = None) -> None:
    """The unit passes the current submission."""
    acts.pass_on(admin or world.unit_admin, application)


def open_publicity(world: World, application: Application, admin: Actor | None = None, *, days: int = 9) -> PublicityPeriod:
    """A period from today on."""
    ends_on = clock.today() + timedelta(days=days)
    return acts.open_publicity(admin or world.unit_admin, application, ends_on=ends_on, text=NOTICE_TEXT)


def add_papers(world: World, period: PublicityPeriod, admin: Actor | None = None) -> None:
    """Everything the notice asks of the unit: the uploads of the publicity and its own papers; the clock must be past the period."""
    who = admin or world.unit_admin
    acts.hand_in(
        who, period, {which: evidence(who.account_id, f"{period.pk}-{which}") for which in acts.asked_after_publicity(period)}
    )
    application = Application.objects.get(pk=period.application_id)
    case = CaseFile(application)
    there = {key_of(material) for material in case.unit_materials}
    for box in case.unit_boxes:
        for paper in box.papers:
            if not box.required or box.key_of(paper.key) in there:
                continue
            file = evidence(who.account_id, f"{period.pk}-{box.key}-{paper.key}")
            add_unit_material(actor=who, application_id=application.pk, file_id=file.pk, box=box.key, paper=paper.key)


def take_all(who: Traveller, road: Iterable[steps.Step], *, publicity_takes: timedelta) -> None:
    """Take the steps one after the other now; from the first that comes after the publicity on, ``publicity_takes`` later."""
    with ExitStack() as later:
        waited = False
        for step in road:
            if step.after_publicity and not waited:
                later.enter_context(clock.travel(clock.now() + publicity_takes))
                waited = True
            if step is steps.FILL:
                fill(who.applicant, who.application, who.contents())
            else:
                step.take(who)
    who.application.refresh_from_db()


def record_dossier(actor: Actor, application: Application, **changes: Any) -> None:
    """A paper dossier in order, at the actor's desk."""
    acts.record_dossier(actor, application, **changes)


def report(world: World, application: Application, admin: Actor | None = None) -> None:
    """公示期满上报."""
    acts.report(admin or world.unit_admin, application)


def pass_on(actor: Actor, application: Application) -> None:
    """The desk has the papers and passes."""
    record_dossier(actor, application)
    acts.pass_on(actor, application)


def _take(world: World, application: Application, road: Iterable[steps.Step]) -> None:
    take_all(Traveller(world, application=application), road, publicity_takes=UNTIL_REPORT)


def publicise_and_report(world: World, application: Application) -> None:
    """From a submission to the desk above the unit: passed and publicised now, reported ``UNTIL_REPORT`` later."""
    way = steps.way_to(State.IN_PUBLICITY, Traveller(world).road)
    _take(world, application, (*way[way.index(steps.SUBMIT) + 1 :], steps.HAND_IN, steps.REPORT))


def to_bureau(world: World, application: Application) -> None:
    """From a submission to final review, across every desk before it; passed on ``UNTIL_REPORT`` from now."""
    way = steps.way_to(State.PREFECTURE_REVIEW, Traveller(world).road)
    _take(world, application, way[way.index(steps.SUBMIT) + 1 :])


def again(world: World, application: Application) -> None:
    """From a return to the next arrival at final review; nothing publicised changes, so the earlier publicity still counts (G-08)."""
    road = Traveller(world).road
    for step in steps.again(road, road[-1]):
        step.take(Traveller(world, application=application))
    application.refresh_from_db()


def arrive(world: World, application: Application, times: int) -> None:
    """Be returned from final review and come back, until arrival ``times``."""
    while application.arrivals < times:
        give_back(world.bureau, application)
        again(world, application)


def give_back(actor: Actor, application: Application, text: str = "毕业证书扫描件不清晰，请重新扫描上传。") -> None:
    """The desk returns with one reason."""
    acts.give_back(actor, application, [review_reason(text)])


def review_reason(text: str, where: str = "material:education") -> ReturnReason:
    """One reason of a return."""
    return ReturnReason(where=where, code="illegible", text=text)


def reach(world: World, state: State) -> Application:
    """A new application of the world's applicant that has come to ``state``."""
    who = Traveller(world)
    limit = who.notice.limits.committee_submissions
    take_all(who, steps.way_to(state, who.road, arrivals=limit), publicity_takes=UNTIL_REPORT)
    return who.application
