"""What a ledger entry is about, in words, beside the name it has in the ledger: its event, its object, who did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.lifecycle import MOVES
from zhicheng.applications.queries import numbers_of
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.models import AccountRequestKind, OfficerChangeKind, VerificationKind, VerificationState
from zhicheng.organizations.officers import names_of_organizations
from zhicheng.web.shared.http import whole_number
from zhicheng.web.system.refusals import accounts_of

Words = str | Promise
EVENTS: dict[str, Words] = {
    "access.sealed": gettext_lazy("查看记录封存入台账"),
    "account.closed": gettext_lazy("停用账号"),
    "account.contact_changed": gettext_lazy("修改联系方式"),
    "account.correction_approved": gettext_lazy("更正姓名或身份证号，审核通过"),
    "account.employer_changed": gettext_lazy("变更工作单位"),
    "account.factor_gone": gettext_lazy("去掉一项两步验证"),
    "account.factor_removed": gettext_lazy("去掉遗失的两步验证"),
    "account.factor_set": gettext_lazy("设置一项两步验证"),
    "account.identity_confirmed": gettext_lazy("核实本人身份"),
    "account.identity_contested": gettext_lazy("身份证号已归另一账号"),
    "account.identity_corrected": gettext_lazy("更正姓名或身份证号"),
    "account.mailbox_approved": gettext_lazy("更换邮箱，审核通过"),
    "account.mailbox_confirmed": gettext_lazy("确认邮箱"),
    "account.mailbox_replaced": gettext_lazy("新邮箱生效"),
    "account.number_released": gettext_lazy("不再占用身份证号"),
    "account.number_taken": gettext_lazy("身份证号归另一账号"),
    "account.opened": gettext_lazy("注册账号"),
    "account.opened_again": gettext_lazy("重新启用账号"),
    "account.place_began": gettext_lazy("登记所属单位或部门"),
    "account.place_ended": gettext_lazy("离开所属单位或部门"),
    "account.removed": gettext_lazy("清除没有确认的注册"),
    "account.reopened": gettext_lazy("重新注册没有确认的账号"),
    "account.request_refused": gettext_lazy("不同意账号申请"),
    "account.request_voided": gettext_lazy("账号申请自动作废（末六位输错次数用完）"),
    "account.request_withdrawn": gettext_lazy("撤回账号申请"),
    "account.sealed": gettext_lazy("更新后为账号补上密封"),
    "account.text_accepted": gettext_lazy("同意注册须知等文本"),
    "application.start": gettext_lazy("新建申请书"),
    "arrival.annulled": gettext_lazy("撤销计次"),
    "arrival.counted": gettext_lazy("到达终审，计次"),
    "campaign.published": gettext_lazy("发布年度申报批次"),
    "campaign.withdrawn": gettext_lazy("撤回年度申报批次"),
    "calendar.published": gettext_lazy("载入工作日历"),
    "calendar.withdrawn": gettext_lazy("撤下工作日历"),
    "clock.moved": gettext_lazy("调整演练时间"),
    "clock.put_back": gettext_lazy("恢复演练时间"),
    "dossier.recorded": gettext_lazy("登记纸质材料"),
    "sanction.stated": gettext_lazy("单位说明处分情况"),
    "library.emptied": gettext_lazy("清空资料库"),
    "evidence.leftovers_removed": gettext_lazy("清除没有用上的上传文件"),
    "instance.original": gettext_lazy("确认为正式系统"),
    "integrity.annulled": gettext_lazy("撤销诚信档案记录"),
    "integrity.moved": gettext_lazy("诚信档案记录随身份证号更正"),
    "integrity.recorded": gettext_lazy("记入诚信档案"),
    "keys.reindexed": gettext_lazy("更换检索密钥"),
    "keys.resealed": gettext_lazy("更换加密密钥"),
    "ledger.salts_erased": gettext_lazy("依法删除台账中的文字"),
    "ledger.verified": gettext_lazy("核验台账"),
    "data.asked": gettext_lazy("本人要求个人数据副本"),
    "number.given": gettext_lazy("取得编号"),
    "office.officer_added": gettext_lazy("开通工作人员账号"),
    "office.opened": gettext_lazy("设立部门"),
    "officer.factor_reset": gettext_lazy("重置工作人员的两步验证"),
    "officer.factor_reset_asked": gettext_lazy("申请重置两步验证"),
    "officer.factor_reset_refused": gettext_lazy("不同意重置两步验证"),
    "officer.session_ended": gettext_lazy("退出工作人员的一处登录"),
    "officer.sessions_ended": gettext_lazy("退出工作人员的各处登录"),
    "outbox.retried": gettext_lazy("重试失败的消息"),
    "outbox.settled": gettext_lazy("失败的消息办结"),
    "paper.issued": gettext_lazy("出具文书"),
    "paper.made": gettext_lazy("生成文书"),
    "paper.voided": gettext_lazy("文书作废"),
    "publicity.cancelled": gettext_lazy("撤销公示"),
    "publicity.end_moved": gettext_lazy("公示期顺延"),
    "publicity.found_short": gettext_lazy("公示不足规定的工作日"),
    "publicity.measured_again": gettext_lazy("公示期重新计算"),
    "publicity.objection_decided": gettext_lazy("处理异议"),
    "publicity.objection_lifted": gettext_lazy("解除异议"),
    "publicity.objection_registered": gettext_lazy("登记异议"),
    "publicity.opened": gettext_lazy("登记公示的内容"),
    "publicity.paper_added": gettext_lazy("上传公示材料"),
    "unit.material_added": gettext_lazy("单位上传材料"),
    "unit.material_removed": gettext_lazy("单位移除材料"),
    "sessions.ended": gettext_lazy("退出一个账号的各处登录"),
    "sessions.ended_all": gettext_lazy("退出全部登录"),
    "signin.brake_lifted": gettext_lazy("解除登录限制"),
    "system.verified": gettext_lazy("全面核验"),
    "unit.report_mails_chosen": gettext_lazy("单位选择上报提醒的方式"),
    "unit.request_transferred": gettext_lazy("单位的申请转交另一部门"),
    "unit.staff_added": gettext_lazy("单位增加经办人"),
    "year.closed": gettext_lazy("本年度不再受理"),
}
_MOVES: dict[str, Words] = {move.name: move.label for move in MOVES}
EVENTS |= {f"officer.{kind.value}": kind.label for kind in OfficerChangeKind if f"officer.{kind.value}" not in EVENTS}


def event_words(event: str) -> Words:
    """The event in the reader's language; empty for one of another version."""
    if event in EVENTS:
        return EVENTS[event]
    start, _dot, rest = event.partition(".")
    if start == "application" and rest in _MOVES:
        return _MOVES[rest]
    kind, _line, what = rest.rpartition("_")
    if start == "account" and what == "requested" and kind in AccountRequestKind.values:
        return _("提出账号申请：%(kind)s") % {"kind": AccountRequestKind(kind).label}
    if start == "unit" and kind in VerificationKind.values:
        if what == "requested":
            return _("提交%(kind)s") % {"kind": VerificationKind(kind).label}
        if what in VerificationState.values:
            return _("%(kind)s：%(state)s") % {"kind": VerificationKind(kind).label, "state": VerificationState(what).label}
    return ""


def events_called(words: str) -> set[str]:
    """The events whose words on the page have ``words`` in them, in the reader's language: 更正 finds what the list calls so."""
    names = {*EVENTS, *(f"application.{move}" for move in _MOVES)}
    names |= {f"account.{kind}_requested" for kind in AccountRequestKind.values}
    ends = ("requested", *VerificationState.values)
    names |= {f"unit.{kind}_{end}" for kind in VerificationKind.values for end in ends}
    return {name for name in names if words.casefold() in str(event_words(name)).casefold()}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the page. ``subject`` and ``actor`` are a login name, an application's number or a unit's or office's name
    where there is one, else empty."""

    entry: LedgerEntry
    event: Words
    subject: str
    actor: str


def in_words(entries: Iterable[LedgerEntry]) -> list[Line]:
    """The entries as the page shows them; three queries for all their names."""
    rows = list(entries)
    accounts = accounts_of(ref for row in rows for ref in (row.subject, row.actor))
    numbers = numbers_of(_ids("application", rows))
    organizations = names_of_organizations(_ids("organization", rows))

    def name(ref: str) -> str:
        what, _colon, number = ref.partition(":")
        if what == "application" and number.isdecimal():
            return numbers.get(int(number), "")
        if what == "organization" and number.isdecimal():
            return organizations.get(int(number), "")
        return accounts[ref][0] if ref in accounts else ""

    return [Line(row, event_words(row.event), name(row.subject), name(row.actor)) for row in rows]


def _ids(kind: str, rows: Iterable[LedgerEntry]) -> set[int]:
    parts = (row.subject.partition(":") for row in rows)
    numbers = (whole_number(number) for found, _colon, number in parts if found == kind)
    return {number for number in numbers if number is not None}
