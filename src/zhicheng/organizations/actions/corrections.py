"""A correction of name or number is put in force, with everything that hangs on the person, or nothing at all (S-18, S-28, S-81).

Whoever approves it knows that the card was seen, so it is a confirmation too (decision 10): an account that only claimed the right number
loses it. One that holds it without a card that anybody has seen loses it to the prefecture alone, which looks at both accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhicheng.accounts import claims, duties
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import User
from zhicheng.accounts.notices import queue_notice
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.reasons import reason_problems
from zhicheng.organizations import persons
from zhicheng.organizations.actions.account_endings import decision_of, moved_away, save_decision, tell_asker
from zhicheng.organizations.actions.account_requests import check_correction
from zhicheng.organizations.actions.identities import let_go, tell_units_of_holders
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.contested import holder_of_asked
from zhicheng.organizations.models import AccountRequest, AccountRequestState


@dataclass(frozen=True, slots=True)
class _Seen:
    """The card behind a correction: the asking unit's, or, where the number is taken from a holder, the prefecture's with its reason."""

    by_id: int
    on: date
    source: str
    reason: str = ""


def put_correction_in_force(*, row: AccountRequest, actor: Actor, finding: str) -> None:
    """Write name and number on every account of this person, and let what hangs on the person follow; decide the locked request.

    ``finding``: what the prefecture has found out where another account holds the number and nobody has seen its card. That one, and
    every account that only claimed the number, loses it before anything else is looked at: what they had begun under it goes with
    them and stands in nobody's way. Raises ``Refused``, and then nothing of it was done.
    """
    old_index = account_queries.person_index(row.old_number) or account_queries.without_number(row.user_id)
    new_index = account_queries.person_index(row.new_number)
    user = User.objects.get(pk=row.user_id)
    # The same human's accounts of other kinds; others of this kind only claim the number, and keep what is theirs.
    others = account_queries.accounts_of_person(old_index).exclude(kind=user.kind).filter(name=user.name)
    people = sorted([user, *others], key=lambda one: one.pk)
    with_history = user.number_held_at is not None
    holder = holder_of_asked(row)
    if problems := _objections(row, actor, user, people, holder, finding):
        raise Refused([Problem(p.text, where=p.where if p.where == "reason" else "", code=p.code) for p in problems])
    seen = _seen(row, actor, finding if holder is not None else "")
    losers = claims.take_number(user=user, index=new_index, taken_by_id=seen.by_id)
    let_go(losers, index=new_index, empty_years=new_index != old_index)
    if new_index != old_index and (kept := persons.kept_under(new_index)):
        raise Refused([_prefecture_must_settle("、".join(f"{label} {number}" for label, number in kept.items()))])
    try:
        with transaction.atomic():
            entries = claims.correct_identity(
                accounts=people,
                name=row.new_name,
                number=row.new_number,
                corrected_by_id=actor.account_id,
                source=f"account_request:{row.pk}",
            )
    except IntegrityError:
        raise Refused.one(_("更正后的身份证号刚刚被另一个账号使用，没有作任何改动。"), code="id_number_taken") from None
    ids = tuple(one.pk for one in people)
    moved = persons.follow(persons.PersonChange(user.pk, old_index, new_index, row.new_name, ids, with_history))
    user = next(one for one in people if one.pk == row.user_id)
    claims.confirm_identity(user=user, card_seen_on=seen.on, confirmed_by_id=seen.by_id, source=seen.source, reason=seen.reason)
    save_decision(row, AccountRequestState.DONE)
    claims.record_correction(entries=entries, actor=actor.ref)
    claims.record_confirmation(user=user, losers=losers, card_seen_on=seen.on, actor=actor.ref, source=seen.source)
    ledger.record(
        event="account.correction_approved",
        subject=f"user:{row.user_id}",
        actor=actor.ref,
        data=decision_of(row) | {"followed": moved},
    )
    tell_units_of_holders(losers, by=actor.organization_name)
    _tell_corrected(row, actor)


def _objections(
    row: AccountRequest, actor: Actor, user: User, people: list[User], holder: User | None, finding: str
) -> list[Problem]:
    """What stands against the correction, for the office that decides and never for whoever asked: everything at once."""
    if (user.name, user.id_number) != (row.old_name, row.old_number):
        return [Problem(_("账号登记的姓名或身份证号在申请之后有了变化，请让单位重新提交。"), code="stale")]
    index = account_queries.person_index(row.new_number)
    problems = moved_away(row) + check_correction(user=user, name=row.new_name, number=row.new_number)
    if holder is not None:
        problems += _against_holder(holder, actor, finding)
    elif account_queries.number_is_held(index, for_user_id=user.pk):
        problems.append(account_queries.number_held(where=""))
    problems += _other_accounts_differ(user, row.new_name, index)
    problems += duties.conflicts_of_correction(people, index=index)
    # A person who already has another account of that kind under the right number: one of the two must go first.
    kinds = {p.kind for p in people} - {user.kind}
    there = account_queries.accounts_of_person(index).filter(kind__in=kinds, number_held_at__isnull=False)
    if index != user.id_number_index and there.exists():
        problems.append(_prefecture_must_settle(_("两个身份证号名下各有一个同类账号")))
    return problems


def _against_holder(holder: User, actor: Actor, finding: str) -> list[Problem]:
    """Why the number is not taken from this account. A card beats a unit's pass, but only who looks at both accounts can tell an owner
    from somebody who leaves a count, a closed year or a record behind with the first of two accounts (decision 10)."""
    if holder.identity_confirmed_at is not None:
        text = _(
            "更正后的身份证号在另一个账号上已经按身份证原件核实，两边都见过原件，不能用更正改归本人。须由州人力资源和社会保障局按“身份核实”的办法查明哪一个登记有误：另一账号有误的，由其单位提出更正，先更正那一个，该局放行号码以后再办理这份申请。"
        )
        return [Problem(text, code="id_number_taken")]
    if actor.role is not Role.PREFECTURE:
        text = _(
            "更正后的身份证号由另一个账号持有（有申请书经其单位审核通过，没有核实过身份证原件），县（市）不能改归本人。请不要退回这份申请：请本人持身份证原件到州人力资源和社会保障局，由该局在“账号申请”中办理这份申请。"
        )
        return [Problem(text, code="id_number_taken")]
    return reason_problems(finding, least=10, said=_("请写明核实的情况，不少于10个字。"))


def _seen(row: AccountRequest, actor: Actor, finding: str) -> _Seen:
    """Whoever asked has seen the card, and the officer has typed its end."""
    if finding:
        return _Seen(actor.account_id, clock.today(), f"organization:{actor.desk_id}", finding[:500])
    asked_on = row.requested_at.astimezone(clock.BEIJING).date()
    return _Seen(row.requested_by_id, asked_on, f"organization:{row.requested_for_id}")


def _other_accounts_differ(user: User, name: str, index: str) -> list[Problem]:
    """One number, two names, in accounts of other kinds that hold it: two people, or one of them wrong. Nobody guesses (S-08)."""
    held = User.objects.exclude(kind=user.kind).filter(number_held_at__isnull=False)
    old = held.filter(id_number_index=user.id_number_index).exclude(name=user.name)
    new = held.filter(id_number_index=index).exclude(name__in=[name, user.name])
    # Who only claims the old number leaves it to whoever holds it.
    if not (user.number_held_at is not None and old.exists()) and not (index != user.id_number_index and new.exists()):
        return []
    text = _("同一身份证号还登记在另一类账号上，而姓名不同，不能在这里更正，须报州人力资源和社会保障局核实处理。")
    return [Problem(text, code="other_account_differs")]


def _prefecture_must_settle(what: str) -> Problem:
    text = _(
        "更正后的身份证号名下已有记录（%(what)s），两边的记录不能自动合并，须由州人力资源和社会保障局核实处理。没有作任何改动。"
    )
    return Problem(text % {"what": what}, code="records_on_both_sides")


@platform_language()
def _tell_corrected(row: AccountRequest, actor: Actor) -> None:
    tell_asker(row, _("已更正。"))
    queue_notice(
        kind="request",
        about=f"{row.kind} done",
        whose=f"user:{row.user_id}",
        to=row.user.email,
        words=lambda: (
            _("您的姓名或身份证号已更正"),
            _(
                "%(name)s：\n\n您在%(site)s的账号（登录名 %(username)s）登记的姓名或身份证号，经单位申请、%(office)s核实，已经更正。\n\n"
                "还没有上报的申请书会采用更正后的内容，请重新核对；已经上报的内容不变，需要更正的，请联系审核部门退回。\n\n"
                "如果这不是您本人提出的，请立即联系%(office)s。\n"
            )
            % {
                "name": row.new_name,
                "site": site_name(),
                "username": row.user.username,
                "office": actor.organization_name,
            },
        ),
        key=f"identity-corrected:{row.pk}",
    )
