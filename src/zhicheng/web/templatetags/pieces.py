"""What several pages say in the same words, too long to be written out each time. Load with ``{% load pieces %}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.accounts.models import User
from zhicheng.applications.models import Application
from zhicheng.applications.sections import SECTIONS
from zhicheng.web.applicant.copies import place_of
from zhicheng.web.shared.drawings import identity_card_shown, licence_shown
from zhicheng.web.shared.marks import mark
from zhicheng.web.shared.status import staff_words, status_for
from zhicheng.web.system.states import PartState
from zhicheng.web.templatetags.zhicheng import PARTS, tag, upload_control

register = template.Library()


@register.filter
def pages(number: int) -> str:
    """``{{ file.pages|pages }}`` → ``3 页``."""
    return ngettext("%(n)s 页", "%(n)s 页", number) % {"n": number}


@register.filter
def labels(lanes: Iterable[Any]) -> str:
    """``{{ worker.silent|labels }}`` → ``邮件、文书``: what each is called, in a row."""
    return _("、").join(str(lane.label) for lane in lanes)


@register.simple_tag
def application_tag(application: Application) -> SafeString:
    """``{% application_tag application %}``: where an application stands, as staff read it; its notice's version is loaded with it."""
    status = status_for(application.state)
    return mark(staff_words(application), status.tone, status.icon)


@register.filter
def marked(parts: Iterable[tuple[str, bool]]) -> SafeString:
    """``{{ line.pieces|marked }}``: a text in parts, ``(part, whether it is new)``, with what is new marked."""
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", part) if new else part,) for part, new in parts))


@register.simple_tag
def drawn_licence() -> SafeString:
    """``{% drawn_licence %}``: a licence as a sketch, folded."""
    return licence_shown()


@register.simple_tag
def drawn_identity_card() -> SafeString:
    """``{% drawn_identity_card %}``: both sides of an identity card as a sketch, folded."""
    return identity_card_shown()


@register.simple_tag
def table_head(*words: str) -> SafeString:
    """``{% table_head _("姓名") _("单位") %}`` in a table: its head, a column for each word."""
    return format_html("<thead><tr>{}</tr></thead>", format_html_join("", '<th scope="col">{}</th>', ((word,) for word in words)))


@register.simple_tag
def part_state(name: str, state: PartState) -> SafeString:
    """``{% part_state _("备份") states.backup %}``: the first two cells of a row of 系统各部分: what it is called, and how it is."""
    shown = tag(state.label, state.tone, state.icon)
    return format_html_join("", '<td data-label="{}">{}</td>', ((_("部分"), name), (_("状态"), shown)))


@register.filter
def told_apart(parts: Iterable[tuple[str, str]]) -> SafeString:
    """``{{ change.pieces|told_apart }}``: a text in parts, ``(part, new | gone | same)``, with what is new and what is gone marked."""
    tags = {"new": "<mark>{}</mark>", "gone": "<del>{}</del>"}
    return format_html_join("", "{}", ((format_html(tags[kind], part) if kind in tags else part,) for part, kind in parts))


@register.simple_tag
def unverified(person: User) -> SafeString | str:
    """``{% unverified person %}``: the tag 身份未核实 for whom nobody has confirmed with the card; else nothing, no blank either."""
    if person.identity_confirmed_at:
        return ""
    return tag(_("身份未核实"), "warn", "exclamation-triangle")


@register.inclusion_tag(f"{PARTS}/upload.html", takes_context=True)
def paper_upload(context: Context, paper: dict[str, Any], label: str, *, quiet: bool, described_by: str) -> dict[str, Any]:
    """``{% paper_upload paper label=words quiet=True described_by=id %}``: the control that takes a file for a paper of a box
    (``web/applicant/boxes.py``)."""
    keys = ("name", "accept", "target", "uid", "error", "inside", "resumable")
    said = {key: paper[key] for key in keys}
    return upload_control(context, action=paper["url"], label=label, quiet=quiet, described_by=described_by, **said)


@register.inclusion_tag("applicant/unsaved_copies.html")
def unsaved_copies(application: Application) -> dict[str, Any]:
    """``{% unsaved_copies application %}``: says which sections this browser keeps unsaved (``static/zhicheng/drafts.js``), and holds
    every form of the page that is marked ``data-held``."""
    return {
        "application": application,
        "place": place_of(application),
        "sections": [(section.key, section.label) for section in SECTIONS],
    }
