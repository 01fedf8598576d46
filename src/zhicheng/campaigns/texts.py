"""The texts of a notice: its own, what people read and accept, which document it rests on, how the offices are reached."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhicheng.campaigns.vocabulary import Bilingual, Desk, Key, NoticePart, RegionCode, VersionedText


class Paragraph(Bilingual):
    """One paragraph of the official text; the Chinese is the official wording, the English a reading aid."""

    kind: Literal["title", "heading", "subheading", "text", "item", "signature"] = "text"


class Annex(NoticePart):
    """A numbered annex or template of the notice (S-01)."""

    key: Key
    title: Bilingual
    text: Annotated[tuple[Paragraph, ...], Field(min_length=1)]


class NoticeSource(NoticePart):
    """Which document this round rests on."""

    document: Bilingual
    number: str = ""
    remark: Bilingual | None = None


class Texts(NoticePart):
    """What people read and accept."""

    registration_notice_unit: VersionedText  # S-10
    registration_notice_person: VersionedText  # S-18
    prompt: VersionedText  # S-20
    commitment: VersionedText  # T4, S-78…S-82
    liability: VersionedText  # S-64
    opinion_sentence: VersionedText  # S-42


class Contact(NoticePart):
    """How an office is reached."""

    desk: Desk
    region_code: RegionCode
    office: Bilingual
    phone: str = ""
    address: Bilingual | None = None
