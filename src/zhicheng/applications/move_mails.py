"""The mails and messages of a move: who hears of it, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.queries import reader_of
from zhicheng.applications import lifecycle
from zhicheng.applications.desks import BY_ROLE, DESKS, HOLDER, Desk, road_of
from zhicheng.applications.lifecycle import TAKES_BACK, label_of
from zhicheng.applications.models import Application, CommitteeArrival, StatusChange
from zhicheng.applications.papers import subject_of
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.report_mails import tell_unit
from zhicheng.applications.rules import barred_problem, closed_problem
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.applications.watching import look_again
from zhicheng.applications.where import points_in_words, points_of
from zhicheng.campaigns.queries import notice_of, window_now
from zhicheng.campaigns.rules import WindowState, is_committee_arrival
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import KIND as MAIL
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity.queries import ban_for
from zhicheng.messages.actions import send_message
from zhicheng.organizations.actors import Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.readers import readers_of

# What comes back from a desk is the business of those before it as well (S-45): the moves, and which desk made them.
_SENT_BACK = {move: desk for desk in lifecycle.HIGHER for move in (desk.returns, desk.closes)}
# Back with the applicant, to be sent again: returned, or given back because the record that had ended it was annulled.
_TO_SEND_AGAIN = {State.RETURNED, State.DRAFT}
_BARRED = {State.REJECTED_FRAUD, State.BARRED}


@platform_language()
def tell_of_a_move(*, change_id: int) -> None:
    """Queue the mails of one move. Their keys name the move and the receiver, so a repeated job sends nothing twice.

    Of a pass that was taken back before its mails went nobody is told; taken back later, everybody who was.
    """
    change = StatusChange.objects.select_related(
        "application__applicant",
        *(f"application__{desk.column}" for desk in DESKS),
        "application__campaign_version",
        "by_organization",
        "submission",
    ).get(pk=change_id)
    application = change.application
    look_again(application, clock.now())
    window = window_now(application.campaign_version, application.level, change.at)
    if change.move in lifecycle.PASSES and _was_taken_back(change):
        return
    if change.move in TAKES_BACK:
        _tell_of_taking_back(change, window)
        return
    _tell_applicant(change, window)
    # What it has had before it, a record may end; and who was told of that is told as well when it is taken back.
    by_record = change.submission_id is not None and (change.to_state in _BARRED or change.from_state in _BARRED)
    back = _SENT_BACK.get(change.move)
    by_clock = change.move in {"abandon", "take_up"}
    if back is not None or change.move in {"reopen", "lift"} or change.to_state == State.ACCEPTED or by_record or by_clock:
        opening = gettext_lazy("本单位申报人{name}的申请书 {number} 有新的进展。")
        _tell_desk(change, window, DESKS[0], opening, partial(_for_unit, change, window))
    if change.move == "submit":
        tell_unit(change, path=reverse("desk_case", args=[application.pk]))
    for desk in _between(application, back) if back is not None else ():
        opening = gettext_lazy("{unit}申报人{name}的申请书 {number} 已由{by}退回，特此告知。")
        _tell_desk(change, window, desk, opening, partial(_for_desk, change, window))


def _was_taken_back(change: StatusChange) -> bool:
    later = StatusChange.objects.filter(application_id=change.application_id, pk__gt=change.pk).order_by("id").first()
    return later is not None and later.move in TAKES_BACK


def _tell_of_taking_back(change: StatusChange, window: WindowState) -> None:
    """To whom the pass was told, and who may hold the paper it made: the applicant, and the desk's own people."""
    passed = StatusChange.objects.filter(application_id=change.application_id, pk__lt=change.pk).latest("id")
    told = OutboxMessage.objects.filter(kind=MAIL, key__startswith=f"moved:{passed.pk}:").values_list("key", flat=True)
    roles = {key.split(":")[2] for key in told}
    desk = BY_ROLE[Role(change.by_role)]
    if desk.makes or Role.APPLICANT in roles:
        _tell_applicant(change, window)
    for other in DESKS:
        if other.role in roles or (other is desk and desk.makes):
            opening = gettext_lazy("申报人{name}的申请书 {number}，{by}已撤回审核通过。")
            _tell_desk(change, window, other, opening, partial(_taken_back, change))


def _taken_back(change: StatusChange) -> list[str]:
    """What a pass that was taken back had made and does not hold any more: a paper, an arrival at final review."""
    application, lines = change.application, []
    if makes := BY_ROLE[Role(change.by_role)].makes:
        made = papers_of(subject_of(application.pk)).filter(kind=makes, created_at__lte=change.at).order_by("-id").first()
        if made is not None:
            void = _("审核通过时生成的“{title}”（{serial}）已作废，已经打印的请不要再使用。")
            lines.append(void.format(title=made.title, serial=made.serial))
    arrived = HOLDER.get(State(change.from_state))
    if arrived is not None and is_committee_arrival(notice_of(application.campaign_version), arrived.role.value):
        lines.append(_("这次提交评审委员会不再计次。"))
    return lines


def _tell_applicant(change: StatusChange, window: WindowState) -> None:
    application = change.application

    def words() -> tuple[str, str]:
        state = _state(change, window, to_applicant=True)
        subject = _("申报进展：{state}（{number}）").format(state=state, number=application.number)
        return subject, "\n".join(_to_applicant(change, window))

    send_message(
        to=reader_of(application.applicant),
        words=words,
        key=f"moved:{change.pk}:applicant",
        path=reverse("my_application", args=[application.pk]),
        sequence=f"application:{application.pk}:applicant",
    )


def _between(application: Application, back: Desk) -> list[Desk]:
    """The desks above the unit that the application had passed before it came to ``back``, and that hear of its return."""
    road = road_of(application, notice_of(application.campaign_version))
    return [desk for desk in road[1 : road.index(back)] if desk.hears] if back in road else []


def _tell_desk(change: StatusChange, window: WindowState, desk: Desk, opening: Promise, todo: Callable[[], list[str]]) -> None:
    """The mail of a move to one desk: whose application, what happened, why, what the desk has to do, where to look."""
    application, role = change.application, desk.role.value
    organization: Organization = getattr(application, desk.column)
    by = change.by_organization.name if change.by_organization is not None else ""

    def words() -> tuple[str, str]:
        state = _state(change, window, to_applicant=False)
        named = {"name": application.applicant_name, "number": application.number}
        subject = _("{name}的申报进展：{state}（{number}）").format(state=state, **named)
        what = str(opening).format(unit=application.employer.name, by=by, **named)
        lines = [_("{name}：").format(name=organization.name), "", what, *_happened(change, state), *_why(change, window), ""]
        return subject, "\n".join([*lines, *todo()])

    send_message(
        to=readers_of(organization),
        words=words,
        key=f"moved:{change.pk}:{role}",
        path=reverse("desk_case", args=[application.pk]),
        sequence=f"application:{change.application_id}:{role}",
    )


def _to_applicant(change: StatusChange, window: WindowState) -> list[str]:
    application = change.application
    lines = [
        _("{name}：").format(name=application.applicant_name),
        "",
        _("您的申请书 {number} 有新的进展。").format(number=application.number),
        *_happened(change, _state(change, window, to_applicant=True)),
        *_why(change, window),
    ]
    if change.move in TAKES_BACK:
        lines += ["", *_taken_back(change)]
    elif change.to_state == State.RETURNED or change.move == "restore":
        again = _("请在{end}（北京时间）前修改、核对并上报。")
        lines += ["", _until(change, window, again)]
    elif change.to_state == State.ABANDONED:
        lines += ["", _given_up(window)]
    elif change.to_state == State.CLOSED_FOR_YEAR:
        lines += ["", str(closed_problem(application.year).text)]
    elif change.to_state in _BARRED:
        lines += ["", *_ban(change, to_applicant=True)]
    return lines


def _happened(change: StatusChange, state: str) -> list[str]:
    what = label_of(change.move, notice_of(change.application.campaign_version))
    lines = [
        _("办理事项：{what}").format(what=what),
        _("办理时间：{when}（北京时间）").format(when=clock.written(change.at)),
        _("当前状态：{state}").format(state=state),
    ]
    if change.by_organization is not None and change.by_role != "applicant":
        lines.append(_("办理部门：{office}").format(office=change.by_organization.name))
    return lines


def _why(change: StatusChange, window: WindowState) -> list[str]:
    """The reasons of a return, as something to correct only while it still can be, and what was noted with the move."""
    lines = []
    if change.reasons:
        can = change.to_state == State.RETURNED and _may_send(change, window)
        lines += ["", _("需要修改的全部内容：") if can else _("退回的理由：")]
        sections = snapshot_of(change.submission).sections if change.submission is not None else {}
        lines += points_in_words(notice_of(change.application.campaign_version), points_of(change.reasons), sections)
    if change.note:
        lines += ["", _("说明：{note}").format(note=change.note)]
    return lines


def _state(change: StatusChange, window: WindowState, *, to_applicant: bool) -> str:
    """Where it stands now; a return that came after the last moment for corrections does not ask for one."""
    state = State(change.to_state)
    if state == State.RETURNED and not _may_send(change, window):
        return _("已退回，重新上报的期限已过")
    words = state_words(state, notice_of(change.application.campaign_version))
    return str(words.applicant if to_applicant else words.staff)


def _for_unit(change: StatusChange, window: WindowState) -> list[str]:
    nothing = _("本单位不需要再办理。")
    if change.move == "lift":
        return [_("请重新审核这份申请书；审核通过后生成新的评审表。公示没有期满的，需要重新公示。")]
    if change.to_state in _TO_SEND_AGAIN:
        again = _("请提醒申报人在{end}（北京时间）前修改并重新上报；重新上报后，由本单位再次审核。")
        # Whatever comes back from above had a review form, which is void by now.
        return [_until(change, window, again), _("已经打印的评审表已作废，请不要再使用。")]
    if change.to_state == State.ABANDONED:
        return [_given_up(window), nothing]
    if change.to_state == State.CLOSED_FOR_YEAR:
        return [str(closed_problem(change.application.year, to_applicant=False).text), nothing]
    if change.to_state in _BARRED:
        return [*_ban(change, to_applicant=False), nothing]
    return [nothing]


def _for_desk(change: StatusChange, window: WindowState) -> list[str]:
    if change.to_state == State.RETURNED and _may_send(change, window):
        return [_("本部门现在不需要办理；申报人重新上报、单位审核通过后，会再次报到本部门。")]
    return [_("本部门不需要再办理。")]


def _may_send(change: StatusChange, window: WindowState) -> bool:
    """Whether the applicant could send it at the moment of the move: for the first time, or again (G-01, G-02)."""
    return window.may_correct if change.submission_id else window.may_submit_first


def _until(change: StatusChange, window: WindowState, words: str) -> str:
    """Until when it can be sent, in these words; or that it no longer can."""
    end = window.correct_until if change.submission_id else window.apply_until
    if end is None:
        return _("本批次不受理这个级别的申报，不能再上报。")
    if not _may_send(change, window):
        words = _(
            "上报的期限已于{end}（北京时间）结束，不能再上报；州人力资源和社会保障局发布通知延长期限的，可以在新的期限前上报。"
        )
    return words.format(end=clock.written(end))


def _given_up(window: WindowState) -> str:
    """What it means that the corrections are over, and what would bring it back (G-02)."""
    words = _(
        "修改后重新上报的期限已于{end}（北京时间）结束，本次申报视为放弃，不再受理。填写的内容和材料都保留；州人力资源和社会保障局发布通知延长期限的，自动恢复，可以继续修改上报。"
    )
    return words.format(end=clock.written(window.correct_until) if window.correct_until else "")


def _ban(change: StatusChange, *, to_applicant: bool) -> list[str]:
    """Which years are closed, from when on they are not, and where to object (S-80, S-81); nothing when it was lifted meanwhile."""
    application = change.application
    ban = ban_for(application.person_index, application.year)
    if ban is None:
        return []
    years = _("不得申报的年度：{first}年至{last}年。").format(first=ban.first_year, last=ban.last_year)
    return [years, str(barred_problem(application.year, ban, to_applicant=to_applicant).text)]


@platform_language()
def tell_of_an_annulment(*, arrival_id: int, before: int, after: int) -> None:
    """Queue the mail about an arrival that no longer counts and left the application where it is (S-28). Idempotent."""
    arrival = CommitteeArrival.objects.select_related(
        "application__applicant", "application__prefecture_office", "person_year"
    ).get(pk=arrival_id)
    application, year = arrival.application, arrival.person_year

    def words() -> tuple[str, str]:
        office = application.prefecture_office.name
        counted = _("本年度提交评审委员会的次数由{before}次改为{after}次，最多{allowed}次。申请书的办理状态不变。")
        lines = [
            _("{name}：").format(name=application.applicant_name),
            "",
            _("您的申请书 {number} 第{n}次提交评审委员会的计次，已由{office}撤销。").format(
                number=application.number, n=arrival.number, office=office
            ),
            _("撤销的理由：{reason}").format(reason=arrival.annulment_reason),
            "",
            counted.format(before=before, after=after, allowed=year.arrivals_allowed),
        ]
        return _("申报次数已更正（{number}）").format(number=application.number), "\n".join(lines)

    send_message(
        to=reader_of(application.applicant),
        words=words,
        key=f"annulled:{arrival.pk}:applicant",
        path=reverse("my_application", args=[application.pk]),
    )
