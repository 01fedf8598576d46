"""What the copy says, as data: the shape of ``data.json``. Its JSON Schema is published as ``docs/data-copy.schema.json``.

Names are those of the tables (``docs/security/classification.md``); times are ISO 8601 with their zone, days ``2023-10-09``. A change of the shape is
a new :data:`VERSION`.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from zhicheng.foundation.language import platform_language

VERSION = 2
DATA, SCHEMA, README = "data.json", "data.schema.json", "README.txt"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Part):
    """The account itself."""

    username: str
    name: str
    id_number: str = Field(description="whole")
    birth_date: date | None
    sex: str
    email: str
    mobile: str
    position: str
    created_at: datetime
    last_login: datetime | None
    identity_confirmed_at: datetime | None = Field(description="when somebody saw the identity card")


class Employer(_Part):
    """Where the account is, or was, at work."""

    name: str
    uscc: str
    since: datetime
    until: datetime | None


class Accepted(_Part):
    """A text that was read and accepted: a notice of registration, a prompt, a promise."""

    text: str
    version: str
    sha256: str
    accepted_at: datetime


class SignIn(_Part):
    """Where the account is signed in."""

    created_at: datetime
    last_seen_at: datetime
    network: str
    browser: str


class Device(_Part):
    """A browser the account is known in."""

    browser: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class SecondFactor(_Part):
    """A second factor; its secret is in no copy."""

    kind: str
    created_at: datetime
    last_used_at: datetime | None


class Correction(_Part):
    """A name or number that was corrected."""

    old_name: str
    new_name: str
    old_number: str
    new_number: str
    corrected_at: datetime


class Request(_Part):
    """What a unit asked for the account (another mailbox, a corrected name or number), and what was decided."""

    kind: str
    state: str
    unit: str
    statement: str
    requested_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None
    reason: str
    old_email: str
    new_email: str
    old_name: str
    new_name: str
    old_number: str
    new_number: str


class Confirmation(_Part):
    """Somebody saw the identity card."""

    card_seen_on: date
    reason: str
    confirmed_at: datetime


class File(_Part):
    """A file the person brought. ``path``: where it lies in the ZIP; empty where the bytes are lost. ``warnings``: what its examination said."""

    id: int
    path: str
    name: str
    media_type: str
    size: int
    pages: int
    sha256: str
    uploaded_at: datetime
    warnings: list[Any]


class Fact(_Part):
    """One entry of 我的资料库; ``files``: ids of :class:`File`."""

    kind: str
    content: dict[str, Any]
    valid_until: date | None
    saved_at: datetime
    files: list[int]


class Told(_Part):
    """A message: subject and text by language."""

    at: datetime
    read_at: datetime | None
    is_reminder: bool
    said: dict[str, list[str]]


class SmsTold(_Part):
    """A day on which an SMS was sent."""

    day: date


class Earlier(_Part):
    """An earlier content of a section of the form, with its number."""

    section: str
    version: int
    saved_at: datetime
    content: Any


class Material(_Part):
    """A file in its slot; ``file``: id of a :class:`File`; ``noticed``: what was read on it and did not fit its place."""

    slot: str
    paper: str
    year: int | None
    row: str
    label: str
    file: int
    added_at: datetime
    removed_at: datetime | None
    noticed: list[Any]


class Submitted(_Part):
    """One 上报. ``path``: its frozen content in the ZIP, whose SHA-256 is ``sha256``."""

    number: int
    submitted_at: datetime
    sha256: str
    path: str


class Move(_Part):
    """One step of the history."""

    move: str
    to_state: str
    at: datetime
    by: str = Field(description="the office; empty for the person and for the system")
    note: str
    reasons: list[Any]


class Publicity(_Part):
    """A publicity period, and what it says of the person."""

    unit: str
    starts_on: date
    ends_on: date
    facts: dict[str, Any]
    political_conduct: str
    results: str
    contribution: str
    office: str
    phone: str


class Issued(_Part):
    """A paper made here. ``path``: its PDF in the ZIP; empty for those that are handed to offices alone."""

    kind: str
    serial: str
    title: str
    created_at: datetime
    voided_at: datetime | None
    path: str


class Decided(_Part):
    """What a desk decided on one 上报, and what the unit stated of a sanction at its pass (人社部令40号 第十三条)."""

    submission: int
    office: str
    verdict: str
    opinion: str
    reasons: list[Any]
    sanction: dict[str, Any]
    decided_at: datetime


class Dossier(_Part):
    """Paper documents as an office received and checked them; a corrected line stays, and the one that corrects it says why."""

    office: str
    received_on: date
    recorded_at: datetime
    copies: int
    printed_mark: str
    mark_state: str
    sealed: bool
    signed: bool
    handwritten_opinion: bool
    duplex_with_watermark: bool
    remark: str
    correction_reason: str


class Arrival(_Part):
    """An arrival at final review, which counts."""

    number: int
    arrived_at: datetime
    annulled_at: datetime | None


class Case(_Part):
    """One application. ``draft``: the form as it stands, by section."""

    number: str
    year: int
    campaign: str
    series: str
    specialty: str
    title: str
    level: str
    state: str
    employer: str
    created_at: datetime
    draft: dict[str, Any]
    earlier: list[Earlier]
    materials: list[Material]
    submissions: list[Submitted]
    history: list[Move]
    decisions: list[Decided]
    publicity: list[Publicity]
    papers: list[Issued]
    dossiers: list[Dossier]
    arrivals: list[Arrival]


class Ban(_Part):
    """An integrity record."""

    application_year: int
    first_barred_year: int
    last_barred_year: int
    recorded_at: datetime
    annulled_at: datetime | None


class Seen(_Part):
    """Somebody looked at what is the person's: which office (empty for staff of the system), at what (``file``, ``paper``, ``number``, …)."""

    at: datetime
    office: str
    what: str
    about: str = Field(description="the number of the application, or the kind of record")
    thing: str = Field(description="the file or paper, as far as it is the person's own")


class LeftOut(_Part):
    """What is kept and not in the copy, and why."""

    what: str
    why: str


class Data(_Part):
    """Everything that is kept about the person."""

    format: str = "zhicheng-data-copy"
    version: int = VERSION
    site: str
    made_at: datetime
    account: Account
    employers: list[Employer]
    accepted: list[Accepted]
    sign_ins: list[SignIn]
    devices: list[Device]
    second_factors: list[SecondFactor]
    corrections: list[Correction]
    requests: list[Request]
    confirmations: list[Confirmation]
    sms_since: datetime | None
    sms: list[SmsTold]
    messages: list[Told]
    library: list[Fact]
    applications: list[Case]
    bans: list[Ban]
    seen: list[Seen]
    files: list[File]
    left_out: list[LeftOut]


def data_schema() -> str:
    """The JSON Schema of ``data.json``, as it is published."""
    return json.dumps(Data.model_json_schema(mode="serialization"), ensure_ascii=False, indent=2) + "\n"


def left_out() -> list[LeftOut]:
    """What no copy holds."""
    return [
        LeftOut(what=_("密码、两步验证的密钥、恢复代码"), why=_("只保存不可还原的摘要或者加密保存，交出来会危及账号安全。")),
        LeftOut(what=_("他人反映的情况及其姓名、联系方式"), why=_("属于他人的个人信息，依法为反映人保密。")),
        LeftOut(
            what=_("单位和部门之间的公文、印有公章的扫描件"),
            why=_("属于单位和部门的文件；其中关于您的决定和理由已在办理记录中。"),
        ),
        LeftOut(
            what=_("安全日志、防篡改台账"),
            why=_("台账只有不可还原的摘要；安全日志依法保存六个月以上，查阅请联系州人力资源和社会保障局。"),
        ),
        LeftOut(what=_("正在检查、还没有保存的文件"), why=_("检查后归入申请书或者资料库，没有归入的两天内删除。")),
    ]


@platform_language()
def readme() -> str:
    """The page beside the data, for whoever opens the ZIP."""
    return _(
        "这是本平台保存的关于您的个人数据的副本。\n\n"
        "data.json　全部数据，格式见 data.schema.json（JSON Schema）。\n"
        "files/　您上传的文件，原样。\n"
        "papers/　本平台为您出具的文书（PDF）；papers/void/ 中的已经作废，不要使用。\n"
        "submissions/　每次上报冻结的内容，文件的 SHA-256 与回执上的数据校验码相同。\n\n"
        "其中有完整的身份证号和证件扫描件，请妥善保管，不要转发。\n"
    )
