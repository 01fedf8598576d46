"""The components every page is built from. The living page of all of them is ``/rehearsal/components/``.

Load with ``{% load zhicheng %}``. Inclusion tags take plain values; block tags wrap what is between them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import browser_in_words
from zhicheng.foundation import clock
from zhicheng.foundation.clock import BEIJING, written
from zhicheng.foundation.language import site_name
from zhicheng.organizations.actors import unread_by
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.marks import drawn_icon, mark
from zhicheng.web.shared.navigation import navigation_for
from zhicheng.web.shared.once import FIELD, new_token
from zhicheng.web.shared.owner import owner_token_on
from zhicheng.web.shared.problems import anchor_id, summary_in_other_language, summary_lines
from zhicheng.web.shared.proving import what_for as what_for_words
from zhicheng.web.shared.status import status_for

register = template.Library()
PARTS = "shared/components"


# --- small things -------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 20, style: str = "mini") -> SafeString:
    """``{% icon "check-circle" %}``: a decorative heroicon, hidden from screen readers (the word beside it speaks)."""
    return drawn_icon(str(name) + "", size, style)


@register.filter
def when(value: datetime | str | None) -> SafeString | str:
    """``{{ moment|when }}`` → ``<time>2023-05-08 14:03</time>``, Beijing time; an ISO string is accepted; empty stays empty."""
    if not value:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.astimezone(BEIJING)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), written(moment))


@register.filter
def second(value: datetime | None) -> SafeString | str:
    """``{{ moment|second }}`` → ``<time>2023-05-08 14:03:27</time>``, Beijing time: where the second matters (a receipt)."""
    if not value:
        return ""
    local = value.astimezone(BEIJING)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), local.strftime("%Y-%m-%d %H:%M:%S"))


@register.filter
def clock_time(value: datetime | None) -> str:
    """``{{ moment|clock_time }}`` → ``14:03``, Beijing time: when something was saved a moment ago."""
    return value.astimezone(BEIJING).strftime("%H:%M") if value else ""


@register.filter
def day(value: date | datetime | str | None) -> SafeString | str:
    """``{{ value|day }}`` → ``<time>2023-05-08</time>``; accepts dates, moments and ISO strings."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = value.astimezone(BEIJING).date()
    return format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.filter
def short_hash(value: str) -> SafeString:
    """``{{ sha256|short_hash }}``: groups of four, first sixteen digits, the whole in the title."""
    groups = " ".join(value[i : i + 4] for i in range(0, 16, 4))
    return format_html('<span class="mono" title="{}">{}…</span>', value, groups)


@register.filter
def anchor(where: str) -> str:
    """``<section id="{{ "material:diploma"|anchor }}">``: the id an error summary links to for a ``Problem.where``."""
    return anchor_id(where)


@register.filter
def browser(user_agent: str) -> str:
    """``{{ session.user_agent|browser }}`` → ``Chrome · Windows`` (``accounts.rules.browser_in_words``)."""
    return browser_in_words(user_agent)


# --- status -------------------------------------------------------------------------------------------------------


@register.simple_tag
def status_tag(state: str, audience: str = "applicant", kind: str = "application", label: str = "") -> SafeString:
    """``{% status_tag application.state "staff" %}``, ``{% status_tag row.state kind="verification" %}``: word, colour, icon."""
    status = status_for(str(state), kind=kind)
    return mark(label or status.for_audience(audience), status.tone, status.icon)


@register.simple_tag
def tag(label: str | Promise, tone: str = "neutral", icon: str = "") -> SafeString:
    """``{% tag "第 2 / 3 次" "warn" "exclamation-triangle" %}``: a status of your own words."""
    return mark(label, tone, icon)


# --- forms --------------------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/error_summary.html")
def error_summary(*sources: Any) -> dict[str, Any]:
    """``{% error_summary form problems %}``: everything wrong at once, linked; nothing when nothing is wrong.

    The same in the other language goes along, unseen: what was refused is not asked of the server again when the language is changed.
    """
    return {"lines": summary_lines(*sources), "in_other": summary_in_other_language(f"{PARTS}/error_lines.html", *sources)}


@register.simple_tag(takes_context=True)
def form_tokens(context: Context) -> SafeString:
    """``{% form_tokens %}`` inside every POST form: the CSRF token, whose form this is (kept when a session ends), and the token by
    which it is carried out once (``web/shared/once.py``)."""
    csrf = context.get("csrf_token", "")
    parts = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', csrf) if csrf else mark_safe("")
    return parts + owner_token(context) + once_token(context)


@register.simple_tag
def our_name() -> str:
    """``{% our_name %}``: what the site is called, for pages that are made without anything of the request."""
    return site_name()


@register.simple_tag
def own_button() -> SafeString:
    """``{% own_button as name %}``: the name of the button that sends what was typed; the script puts in the one the page has."""
    return format_html("<span data-own-button>{}</span>", _("提交"))


@register.inclusion_tag(f"{PARTS}/machine_time.html")
def machine_time() -> dict[str, Any]:
    """``{% machine_time %}`` on a page whose times are the machine's: says so where a rehearsal has moved its clock, else nothing."""
    moved = abs(clock.now() - clock.machine_now()) > timedelta(minutes=1)
    return {"machine_now": clock.machine_now() if moved else None}


@register.simple_tag(takes_context=True)
def what_for(context: Context) -> str:
    """``{% what_for %}`` where somebody proves again to be himself: for what (``web/shared/proving.py``)."""
    return what_for_words(context["request"])


@register.simple_tag(takes_context=True)
def once_token(context: Context) -> SafeString:
    """``{% once_token %}``: the hidden field by which a form that is pressed twice is carried out once."""
    request = context.get("request")
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_token(request)) if request else mark_safe("")


@register.simple_tag(takes_context=True)
def owner_token(context: Context) -> SafeString:
    """``{% owner_token %}``: a hidden signed field naming who opened this form; empty for visitors."""
    token = owner_token_on(context.get("request"))
    return format_html('<input type="hidden" name="_owner" value="{}">', token) if token else mark_safe("")


@register.inclusion_tag(f"{PARTS}/form_body.html")
def form_body(form: BaseForm) -> dict[str, Any]:
    """``{% form_body form %}``: hidden fields, then every visible field with label, hint and error."""
    return {"form": form}


@register.inclusion_tag(f"{PARTS}/button.html")
def button(text: str, tone: str = "primary", name: str = "", value: str = "", icon: str = "", form: str = "") -> dict[str, Any]:
    """``{% button "保存并返回" %}``, ``{% button "退回" "danger" name="decision" value="return" %}``; tone primary|secondary|danger|quiet."""
    return {"text": text, "tone": tone, "name": name, "value": value, "icon": icon, "form": form}


@register.inclusion_tag(f"{PARTS}/link_button.html")
def link_button(text: str, href: str, tone: str = "secondary", icon: str = "") -> dict[str, Any]:
    """``{% link_button "新增申请书" url tone="primary" icon="plus" %}``: a link that looks like a button."""
    return {"text": text, "href": href, "tone": tone, "icon": icon}


@register.inclusion_tag(f"{PARTS}/upload.html", takes_context=True)
def upload_control(
    context: Context,
    action: str,
    label: str,
    hint: str = "",
    wants: str = "",
    name: str = "file",
    accept: str = ".pdf,.jpg,.jpeg,.png,.heic,.heif",
    target: str = "",
    button: str = "",
    uid: str = "",
    error: str = "",
    multiple: bool = False,
    inside: str = "",
    quiet: bool = False,
    described_by: str = "",
    resumable: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """``{% upload_control action=url label="毕业证书" hint="PDF 或 JPG，不超过 20 MB" %}``: its own form, with progress.

    Plain POST without JavaScript. With ``target`` (a CSS selector) the answer replaces that element by htmx, which your
    view must then answer with a fragment. ``inside``: it stands inside another form; without JavaScript that form is sent,
    its button as ``upload=<inside>``. ``wants``: what must be seen on it, said before the formats. ``quiet``: the words
    beside it name it already. ``described_by``: the id of a hint elsewhere. ``resumable``: where a script sends piece by piece
    (``Boxes._resumable``); the page then includes ``applicant/upload_rows.html``.
    """
    return {
        "action": action,
        "label": label,
        "hint": hint,
        "wants": wants,
        "name": name,
        "accept": accept,
        "target": target,
        "button": button,
        "uid": uid or f"upload-{abs(hash(action)) % 10**8}",
        "error": error,
        "multiple": multiple,
        "inside": inside,
        "quiet": quiet,
        "described_by": described_by,
        "resumable": resumable,
        "tokens": form_tokens(context),
        "limit": f"{settings.UPLOAD_LIMIT_BYTES / 1024**2:g} MB",
        "limit_bytes": settings.UPLOAD_LIMIT_BYTES,
    }


# --- lists --------------------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/task_list.html")
def task_list(tasks: Any, title: str = "") -> dict[str, Any]:
    """``{% task_list tasks "填写内容" %}``: items with ``label``, ``url``, ``status`` (kind task), optional ``hint``."""
    return {"tasks": tasks, "title": title}


@register.inclusion_tag(f"{PARTS}/summary_list.html")
def summary_list(rows: Any, title: str = "", change_url: str = "", dense: bool = False) -> dict[str, Any]:
    """``{% summary_list rows "基本信息" change_url=url %}``: rows with ``label``, ``value``, optional ``change_url``, ``note``."""
    return {"rows": rows, "title": title, "change_url": change_url, "dense": dense}


@register.inclusion_tag(f"{PARTS}/timeline.html")
def timeline(entries: Any, title: str = "") -> dict[str, Any]:
    """``{% timeline entries %}``: entries with ``title``, ``phase`` (done|now|next), optional ``when``, ``text``, ``who``, ``links``."""
    return {"entries": entries, "title": title}


@register.inclusion_tag(f"{PARTS}/steps.html")
def steps(labels: Any, current: int) -> dict[str, Any]:
    """``{% steps labels 2 %}``: where the person is in a short sequence; ``current`` counts from 1."""
    items = [{"label": label, "number": n, "past": n < current, "now": n == current} for n, label in enumerate(labels, 1)]
    return {"items": items}


@register.inclusion_tag(f"{PARTS}/file_row.html")
def file_row(
    name: str,
    url: str = "",
    size: int = 0,
    pages: int = 0,
    state: str = "",
    note: str = "",
) -> dict[str, Any]:
    """``{% file_row file.name url size=file.size pages=file.pages state="ok" %}``; ``size`` in bytes; ``state`` kind file."""
    return locals()


@register.inclusion_tag(f"{PARTS}/pager.html", takes_context=True)
def pager(context: Context, page: Any) -> dict[str, Any]:
    """``{% pager page %}`` for a :class:`~zhicheng.web.shared.paging.KeysetPage`; keeps the other query parameters."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else None

    def link(**cursor: str) -> str:
        if params is None:
            return "?" + "&".join(f"{k}={v}" for k, v in cursor.items())
        query = params.copy()
        for key in ("after", "before"):
            query.pop(key, None)
        for key, value in cursor.items():
            query[key] = value
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "newer": link(before=page.before) if page.before else "",
        "older": link(after=page.after) if page.after else "",
        "first": link() if page.before else "",
    }


@register.inclusion_tag(f"{PARTS}/empty_state.html")
def empty_state(title: str, text: str = "", icon: str = "inbox", href: str = "", link_text: str = "") -> dict[str, Any]:
    """``{% empty_state "没有待审核的申报" "新的上报会出现在这里。" %}``."""
    return {"title": title, "text": text, "icon": icon, "href": href, "link_text": link_text}


# --- panels -------------------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/confirmation.html")
def confirmation_panel(title: str, number: str = "", number_label: str = "", text: str = "") -> dict[str, Any]:
    """``{% confirmation_panel "已上报" number=receipt.number number_label="受理编号" %}``."""
    return {"title": title, "number": number, "number_label": number_label, "text": text}


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", icon: str = "") -> SafeString:
    """``{% callout tone="info" title="下一步" %}…{% endcallout %}``; tone info|good|warn|bad|neutral."""
    names = {"info": "information-circle", "good": "check-circle", "warn": "exclamation-triangle", "bad": "x-circle"}
    data = {"content": content, "tone": tone, "title": title, "icon": icon or names.get(tone, "information-circle")}
    return mark_safe(render_to_string(f"{PARTS}/callout.html", data))  # noqa: S308 - rendered by an escaping template


@register.simple_block_tag
def inset(content: str) -> SafeString:
    """``{% inset %}…{% endinset %}``: a quiet aside, e.g. the official wording."""
    return format_html('<div class="inset">{}</div>', content)


@register.simple_block_tag
def panel(content: str, title: str = "", level: int = 2, uid: str = "") -> SafeString:
    """``{% panel title="单位信息" %}…{% endpanel %}``: a titled block on white paper."""
    data = {"content": content, "title": title, "level": level, "uid": uid}
    return mark_safe(render_to_string(f"{PARTS}/panel.html", data))  # noqa: S308 - rendered by an escaping template


@register.simple_block_tag
def disclosure(content: str, summary: str = "") -> SafeString:
    """``{% disclosure summary="为什么需要这项材料" %}…{% enddisclosure %}``: text most people need not read."""
    return format_html('<details class="disclosure"><summary>{}</summary><div>{}</div></details>', summary, content)


@register.simple_block_tag
def data_table(
    content: str, caption: str = "", dense: bool = False, stack: bool = False, show_caption: bool = False, narrow: bool = False
) -> SafeString:
    """``{% data_table caption="待审核的申报" dense=True %}<thead>…</thead><tbody>…</tbody>{% enddata_table %}``.

    Scrolls sideways on a narrow screen; with ``stack`` each row becomes a block there (cells with ``data-label``); ``narrow`` fits.
    """
    data = dict(locals())
    return mark_safe(render_to_string(f"{PARTS}/table.html", data))  # noqa: S308 - rendered by an escaping template


@register.simple_block_tag
def filter_bar(content: str, action: str = "", label: str = "") -> SafeString:
    """``{% filter_bar label="筛选" %}fields…{% endfilter_bar %}``: a GET form in one line above a list."""
    data = {"content": content, "action": action, "label": label}
    return mark_safe(render_to_string(f"{PARTS}/filter_bar.html", data))  # noqa: S308 - rendered by an escaping template


# --- the frame ----------------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/breadcrumbs.html")
def breadcrumbs(*trail: Any) -> dict[str, Any]:
    """``{% breadcrumbs "首页" "home" "我的申请书" "my_applications" "基本信息" %}``: label, URL name (or path), …, last label."""
    items = []
    for i in range(0, len(trail) - 1, 2):
        target = str(trail[i + 1])
        try:
            target = target if target.startswith(("/", "?", "#")) else reverse(target)
        except NoReverseMatch:
            target = ""
        items.append({"label": trail[i], "href": target})
    if len(trail) % 2:
        items.append({"label": trail[-1], "href": ""})
    return {"items": items}


@register.inclusion_tag(f"{PARTS}/navigation.html", takes_context=True)
def role_navigation(context: Context) -> dict[str, Any]:
    """The links of the role that is signed in (``web/shared/navigation.py``)."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    unread = unread_by(getattr(request, "user", None))
    return {"items": navigation_for(actor, getattr(request, "path", ""), unread) if actor else []}
