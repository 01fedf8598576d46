"""注册须知: which text is shown, and that this visitor has accepted exactly that one (S-10, S-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.http import HttpRequest

from zhicheng.accounts.rules import AcceptedText
from zhicheng.campaigns.notice import VersionedText
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.web.shared.units.round import current_round

Audience = Literal["unit", "person"]
_SESSION = "registration_accepted"


@dataclass(frozen=True, slots=True)
class RegistrationNotice:
    """The text of one audience in the current campaign. ``sha256`` is over the text in both languages and its version."""

    key: str
    text: VersionedText
    year: int
    title: str

    @property
    def sha256(self) -> str:
        return digest({"version": self.text.version, "zh": self.text.zh, "en": self.text.en})

    def accepted_now(self) -> AcceptedText:
        """That somebody accepts it at this moment."""
        return AcceptedText(self.key, self.text.version, self.sha256, clock.now())


def registration_notice(audience: Audience) -> RegistrationNotice | None:
    """The 注册须知 in force; None while no campaign was ever published: then nobody can register."""
    campaign = current_round()
    if campaign is None:
        return None
    texts = campaign.notice.texts
    text = texts.registration_notice_unit if audience == "unit" else texts.registration_notice_person
    return RegistrationNotice(
        key=f"{campaign.version.campaign.slug}:registration_notice_{audience}",
        text=text,
        year=campaign.notice.year,
        title=str(campaign.notice.title),
    )


def remember_acceptance(request: HttpRequest, audience: Audience, notice: RegistrationNotice) -> None:
    """Keep in the visitor's session that this text was accepted just now."""
    accepted = dict(request.session.get(_SESSION, {}))
    accepted[audience] = [notice.key, notice.text.version, notice.sha256, clock.now().isoformat()]
    request.session[_SESSION] = accepted


def acceptance(request: HttpRequest, audience: Audience, notice: RegistrationNotice) -> AcceptedText | None:
    """What this visitor accepted, if it is the text in force; a text that changed meanwhile has to be read again."""
    kept = request.session.get(_SESSION, {}).get(audience)
    if not kept or kept[:3] != [notice.key, notice.text.version, notice.sha256]:
        return None
    return AcceptedText(kept[0], kept[1], kept[2], datetime.fromisoformat(kept[3]))


def forget_acceptance(request: HttpRequest, audience: Audience) -> None:
    """The acceptance has become part of a registration; the next one starts with reading again."""
    accepted = dict(request.session.get(_SESSION, {}))
    accepted.pop(audience, None)
    request.session[_SESSION] = accepted
