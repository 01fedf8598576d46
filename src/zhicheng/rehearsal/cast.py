"""Who works where in a rehearsal: the bureau, four county offices, a supervising body, six employers, and everybody's account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import Particulars, last_characters
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.evidence.actions import keep_sample
from zhicheng.foundation import clock
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.actors import Actor, Role, actor_for
from zhicheng.organizations.models import Organization, OrganizationKind, UnitVerification
from zhicheng.organizations.rules import Licence, UnitParticulars
from zhicheng.rehearsal import samples
from zhicheng.rehearsal.acts import accepted
from zhicheng.rehearsal.people import MAILBOXES, PASSWORD, credit, identity

COUNTIES = (
    ("bole", "博乐市人力资源和社会保障局职称办", "652701", "陈晓东"),
    ("alashankou", "阿拉山口市人力资源和社会保障局职称办", "652702", "巴雅尔"),
    ("jinghe", "精河县人力资源和社会保障局职称办", "652722", "阿依夏木·依明"),
    ("wenquan", "温泉县人力资源和社会保障局职称办", "652723", "叶斯木汗"),
)

# What an officer of each kind of office is.
POSITIONS = {
    OrganizationKind.PREFECTURE: "专业技术人员管理科工作人员",
    OrganizationKind.COUNTY: "职称办工作人员",
    OrganizationKind.SUPERVISING: "人事科工作人员",
}

# Who sits where, in the road of the first unit.
OFFICE_ACCOUNTS = {Role.SUPERVISING: "zhuguan", Role.COUNTY: "xian-bole", Role.PREFECTURE: "zhou"}

SLUG = "bortala-2023"  # of the round that is rehearsed

# Who runs the instance: three people.
SYSTEM_ACCOUNTS = (
    (AccountKind.OPERATOR, "运维值班"),
    (AccountKind.SECURITY, "安全管理"),
    (AccountKind.AUDITOR, "审计管理"),
)


@dataclass(frozen=True, slots=True)
class Employer:
    """A unit to be registered. ``year``: for which it was approved; ``fate``: what its county does (approve, wait, return)."""

    key: str
    name: str
    kind: str  # first two characters of the credit code
    nature: str
    county: str
    region: str
    administrator: str
    sex: str
    licence_kind: str
    fate: str = "approve"
    year: int = 2023
    supervised: bool = False


EMPLOYERS = (
    Employer("shuili", "博乐市水利管理站", "12", "institution", "bole", "652701", "王芳", "2", "institution", supervised=True),
    Employer("gouqi", "精河县金杞枸杞科技有限公司", "91", "enterprise", "jinghe", "652722", "赵刚", "1", "business"),
    Employer("xumu", "温泉县畜牧业协会", "51", "social_group", "wenquan", "652723", "孟根", "1", "social"),
    Employer("hengxin", "博乐市恒信测绘服务部", "92", "individual", "bole", "652701", "买买提·艾山", "1", "business", year=2022),
    Employer(
        "kouan",
        "阿拉山口市口岸职业培训中心",
        "52",
        "private_non_enterprise",
        "alashankou",
        "652702",
        "林娜",
        "2",
        "social",
        "wait",
    ),
    Employer(
        "rencai",
        "精河县众才人力资源服务所",
        "91",
        "freelance_agency",
        "jinghe",
        "652722",
        "加依娜·托合塔",
        "2",
        "business",
        "return",
    ),
)


@dataclass
class Cast:
    """What there is once the offices are open: organizations and actors by key; filled as the rehearsal's days go by."""

    version: CampaignVersion
    prefecture: Organization
    bureau: Actor
    offices: dict[str, Organization] = field(default_factory=dict)
    officers: dict[str, Actor] = field(default_factory=dict)
    units: dict[str, Organization] = field(default_factory=dict)
    admins: dict[str, Actor] = field(default_factory=dict)

    @property
    def notice(self) -> Notice:
        return notice_of(self.version)

    def desk_of(self, unit: str) -> Actor:
        """The county officer a unit's papers go to."""
        return self.officers[next(e.county for e in EMPLOYERS if e.key == unit)]


def mailbox_taken(email: str) -> Refused:
    """Why somebody invented cannot register: a guest of the rehearsal was faster."""
    return Refused.one(_("邮箱 %(email)s 已经有人注册。") % {"email": email}, code="mailbox_taken")


def moment(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2023) -> datetime:
    """A time in Beijing."""
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


def open_offices(version: CampaignVersion) -> Cast:
    """The bureau, the county offices, the supervising body, an officer for each, and the three who run the system."""
    prefecture = actions.open_office(
        kind=OrganizationKind.PREFECTURE, name="博尔塔拉蒙古自治州人力资源和社会保障局", region_code="652700"
    )
    cast = Cast(version, prefecture, _officer(prefecture, "zhou", "李明哲", serial=401))
    for number, (key, name, region, officer) in enumerate(COUNTIES):
        office = actions.open_office(
            kind=OrganizationKind.COUNTY, name=name, region_code=region, superior_office_id=prefecture.pk
        )
        cast.offices[key] = office
        cast.officers[key] = _officer(office, f"xian-{key}", officer, serial=410 + number)
    body = actions.open_office(kind=OrganizationKind.SUPERVISING, name="博尔塔拉蒙古自治州水利局", region_code="652700")
    cast.offices["supervising"] = body
    cast.officers["supervising"] = _officer(body, "zhuguan", "郑海涛", serial=420)
    for number, (kind, name) in enumerate(SYSTEM_ACCOUNTS):
        accounts.create_system_account(
            kind=kind,
            name=name,
            email=f"{kind.value}{MAILBOXES}",
            username=kind.value,
            password=PASSWORD,
            id_number=identity(430 + number, "1", birth="19800101"),
        )
    return cast


def _officer(office: Organization, username: str, name: str, *, serial: int) -> Actor:
    user = actions.create_officer(
        organization_id=office.pk,
        name=name,
        email=f"{username}{MAILBOXES}",
        username=username,
        password=PASSWORD,
        id_number=identity(serial, "1", birth="19820615"),
        position=POSITIONS[OrganizationKind(office.kind)],
        actor="system",
    )
    return actor_for(user)


def find_cast() -> Cast:
    """What :func:`open_offices` and the registrations have made, read again from a rehearsal's database."""
    version = CampaignVersion.objects.filter(campaign__slug=SLUG).earliest("id")
    actors = {user.username: actor_for(user) for user in User.objects.filter(kind__in=[AccountKind.OFFICER, AccountKind.UNIT])}
    organizations = Organization.objects.in_bulk([actor.organization_id for actor in actors.values() if actor.organization_id])
    cast = Cast(version, organizations[actors["zhou"].desk_id], actors["zhou"])
    for username, key in [*((f"xian-{county[0]}", county[0]) for county in COUNTIES), ("zhuguan", "supervising")]:
        cast.officers[key] = actors[username]
        cast.offices[key] = organizations[actors[username].desk_id]
    for employer in EMPLOYERS:
        cast.admins[employer.key] = actors[f"danwei-{employer.key}"]
        cast.units[employer.key] = organizations[actors[f"danwei-{employer.key}"].desk_id]
    return cast


@dataclass
class Registration:
    """The registration of the unit that stands at ``number`` in :data:`EMPLOYERS`."""

    cast: Cast
    number: int
    verification_id: int = 0

    @property
    def employer(self) -> Employer:
        return EMPLOYERS[self.number]

    def register(self) -> None:
        """The administrator registers it."""
        self.verification_id = _register(self.cast, self.number, self.employer).pk

    def decide(self) -> None:
        """The county decides, and has seen the administrator's card where it approves."""
        verification = UnitVerification.objects.get(pk=self.verification_id)
        approve, officer = self.employer.fate == "approve", self.cast.officers[self.employer.county]
        unclear = "营业执照扫描件缺少登记机关印章，请重新上传清晰的完整扫描件。"
        actions.decide_unit_verification(
            verification_id=verification.pk,
            actor=officer,
            approve=approve,
            reasons=[] if approve else [FieldReason("licence", unclear)],
        )
        if approve:
            actions.confirm_people(
                actor=officer,
                cards={verification.submitted_by_id: last_characters(verification.submitted_by.id_number)},
                card_seen_on=clock.today(),
                checked=True,
                year=self.cast.notice.year,
            )


def administrators_number(number: int, employer: Employer) -> str:
    """The identity number of the administrator of the unit that stands at ``number`` in :data:`EMPLOYERS`."""
    return identity(440 + number, employer.sex, birth="19850312", region=employer.region)


def _register(cast: Cast, number: int, employer: Employer) -> UnitVerification:
    code = credit(number, kind=employer.kind, region=employer.region)
    licence = samples.pdf("单位证照（样本）", (f"名称：{employer.name}", f"代码：{code}"), seal="登记机关")
    file = keep_sample(content=licence, name="单位证照.pdf", actor_id=None)
    body = cast.offices["supervising"].pk if employer.supervised else None
    verification = actions.register_unit(
        administrator=Particulars(
            name=employer.administrator,
            id_number=administrators_number(number, employer),
            mobile=f"1390909{number:04d}",
            email=f"{employer.key}{MAILBOXES}",
            username=f"danwei-{employer.key}",
            position="人事干部",
        ),
        password=PASSWORD,
        unit=UnitParticulars(
            name=employer.name,
            uscc=code,
            nature=employer.nature,
            region_code=employer.region,
            address="青得里大街 1 号",
            contact_person=employer.administrator,
            contact_phone=f"0909-23188{number:02d}",
            email=f"{employer.key}{MAILBOXES}",
            receiving_office_id=cast.offices[employer.county].pk,
            supervising_body_id=body,
        ),
        licence=Licence(employer.licence_kind, file.pk, date(2021, 5, 6), date(2031, 5, 6)),
        year=employer.year,
        acceptance=accepted("registration_notice_unit", cast.notice.texts.registration_notice_unit),
    )
    if verification is None:
        raise mailbox_taken(f"{employer.key}{MAILBOXES}")
    user = User.objects.get(pk=verification.submitted_by_id)
    accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
    cast.units[employer.key] = Organization.objects.get(pk=verification.organization_id)
    cast.admins[employer.key] = actor_for(user)
    return verification
