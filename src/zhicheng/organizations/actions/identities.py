"""A unit or a county has seen a person's card and says so: from then on the number is that account's (S-07, S-18).

Where another account holds the number and nobody has seen that one's card, the prefecture settles whose it is (decision 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _

from zhicheng.accounts import brakes, claims
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import is_end_of_number, last_characters_match
from zhicheng.foundation import clock, ledger, securitylog
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages.actions import send_message
from zhicheng.organizations import persons, queries, rules
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.readers import readers_of

# Refusals that tell something about another account: whoever was told so is written down.
_TELLING = {"number_held_by_another", "id_number_held", "id_number_taken"}
_DESKS = {Role.UNIT, Role.COUNTY, Role.PREFECTURE}


def confirm_people(
    *, actor: Actor, cards: Mapping[int, str], card_seen_on: date | None, checked: bool, year: int, reason: str = ""
) -> list[User]:
    """Confirm these people: the unit its own employees, the county those of its units, the prefecture whose number another account
    holds without a card seen, with a ``reason``: that account loses the number, and its unit is told as well. Returns who was confirmed.

    ``cards``: account → the last six characters of the identity number, typed from the card in hand. A list that shows no end of a
    number can only be confirmed by who has the card; a number typed wrongly at registration is found here.
    Each once; one confirmed already is passed over. Other accounts that claimed the number lose it, are told, and keep everything
    else. All or none: raises ``Refused`` with everything wrong (nobody chosen, day or tick missing, not this desk's to confirm,
    oneself, characters that are not the end of the number, a number that another account holds or that the person's account has
    lost); what concerns one person has ``where`` = :func:`organizations.rules.card_of`. ``year`` is the campaign year the unit must be verified for
    (S-14). That a number was found to be another's is recorded: it is an answer about another account.
    """
    # Counted before it is looked at, and outside of the transaction: what is refused is undone there. Only a confirmation forgets.
    looked_at = [pk for pk in sorted(cards) if is_end_of_number(cards[pk])]
    left = _count_tries(actor, looked_at)
    try:
        people = _confirm(actor, cards, _Statement(card_seen_on, checked, " ".join(reason.split())[:500]), year, left)
    except Refused as refused:
        note_contested(actor, refused, user_ids=sorted(cards))
        raise
    _forget_tries(actor, [one.pk for one in people])
    return people


@one_transaction
def _count_tries(actor: Actor, user_ids: list[int]) -> dict[int, int]:
    """Count a try for each; how many each has left (``brakes.card_tries_left``). Who acts for no desk is refused before anything is
    compared."""
    if actor.role not in _DESKS:
        return {}
    return {pk: brakes.card_tries_left(desk_id=actor.desk_id, user_id=pk) for pk in user_ids}


@one_transaction
def _forget_tries(actor: Actor, user_ids: list[int]) -> None:
    for pk in user_ids:
        brakes.card_was_right(desk_id=actor.desk_id, user_id=pk)


def note_contested(actor: Actor, refused: Refused, *, user_ids: list[int]) -> None:
    """Write down that this desk was told of another account with the number of these people, if it was; after what was refused is undone."""
    if _TELLING & {problem.code for problem in refused.problems}:
        _record_contested(actor, user_ids)


@one_transaction
def _record_contested(actor: Actor, user_ids: list[int]) -> None:
    subject = f"organization:{actor.organization_id}"
    ledger.record(event="account.identity_contested", subject=subject, actor=actor.ref, data={"users": user_ids})


@dataclass(frozen=True, slots=True)
class _Statement:
    """What the desk states of all the cards; ``reason`` counts for the prefecture alone."""

    card_seen_on: date | None
    checked: bool
    reason: str

    def problems(self, actor: Actor) -> list[Problem]:
        """What is missing from it."""
        problems = claims.check_card_seen(self.card_seen_on, checked=self.checked)
        if actor.role is Role.PREFECTURE:
            problems += reason_problems(self.reason, least=10, said=_("请写明核实的情况，不少于10个字。"))
        return problems


@one_transaction
def _confirm(actor: Actor, cards: Mapping[int, str], said: _Statement, year: int, left: Mapping[int, int]) -> list[User]:
    wanted, card_seen_on = sorted(cards), said.card_seen_on
    problems = [] if wanted else [Problem(_("请填写要核实的人员的身份证号末六位。"), where="people", code="nobody")]
    problems += said.problems(actor) + _gate(actor, year)
    here = set(queries.confirmable_by(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    if here != set(wanted):
        problems.append(Problem(_("没有找到这个账号，或者它不归本部门办理。"), code="not_in_jurisdiction"))
        raise Refused(problems)  # and nothing about people who are not this desk's
    people = [one for one in _locked(wanted) if one.identity_confirmed_at is None]
    problems += [problem for one in people for problem in _against(actor, one, cards[one.pk], left.get(one.pk, 0))]
    if problems or card_seen_on is None:
        raise Refused(problems)
    source, reason = f"organization:{actor.desk_id}", said.reason if actor.role is Role.PREFECTURE else ""
    done = []
    for user in people:
        losers = settle_number(
            user=user, card_seen_on=card_seen_on, confirmed_by_id=actor.account_id, source=source, reason=reason
        )
        done.append((user, losers))
    for user, losers in done:
        claims.record_confirmation(user=user, losers=losers, card_seen_on=card_seen_on, actor=actor.ref, source=source)
        tell_units_of_holders(losers, by=actor.organization_name)
    return people


def settle_number(*, user: User, card_seen_on: date, confirmed_by_id: int, source: str, reason: str = "") -> list[User]:
    """Write the confirmation, and let what the losing accounts had begun under the number follow them; returns those accounts.

    With a ``reason`` from one that held it too: its applications, and the years that count them, go with it. Inside the caller's
    transaction, every account of the number locked; the caller writes the ledger afterwards.
    """
    index = user.id_number_index
    losers = claims.confirm_identity(
        user=user, card_seen_on=card_seen_on, confirmed_by_id=confirmed_by_id, source=source, reason=reason
    )
    let_go(losers, index=index)
    return losers


def let_go(losers: list[User], *, index: str, empty_years: bool = False) -> None:
    """Let what these accounts had begun under the number of ``index`` follow them, which has been taken from them.

    ``empty_years``: also the years of it that count nothing; whoever gets the number brings their own.
    """
    for loser in losers:
        counted = loser.number_held_at is not None and loser.kind == AccountKind.APPLICANT  # a unit's account has no applications
        persons.follow(
            persons.PersonChange(
                loser.pk,
                index,
                loser.id_number_index,
                loser.name,
                (loser.pk,),
                with_history=False,
                with_years=counted,
                with_empty_years=empty_years,
            )
        )


@platform_language()
def tell_units_of_holders(losers: list[User], *, by: str) -> None:
    """Mail to the unit that passed on what an account has sent which has lost the number now; of who only claimed it no unit is told."""
    for loser in [one for one in losers if one.number_held_at is not None]:
        unit = queries.employer_of(loser.pk)
        if unit is not None:
            send_message(
                to=readers_of(unit),
                words=partial(_number_is_anothers, loser, by),
                key=f"number-taken-unit:{loser.pk}:{clock.now().isoformat()}",
            )


def _number_is_anothers(loser: User, by: str) -> tuple[str, str]:
    return (
        _("本单位人员登记的身份证号经核实属于他人"),
        _(
            "%(name)s（登录名 %(username)s）的账号登记的身份证号，本单位没有核实过身份证原件。经%(by)s查验原件，号码属于另一位申报人，已从这个账号中去掉。\n\n"
            "这个账号的申请书和计次保留，登记正确的身份证号以前不能再向上报送。请当面查验本人居民身份证原件；"
            "确是本单位职工的，请在“人员”中提出“更正姓名或身份证号”；不是本单位职工的，请把申请书退回，并告诉%(by)s。\n"
        )
        % {"name": loser.name, "username": loser.username, "by": by},
    )


def _gate(actor: Actor, year: int) -> list[Problem]:
    if actor.role not in _DESKS:
        return [Problem(_("没有找到这个账号，或者它不归本部门办理。"), code="not_in_jurisdiction")]
    if actor.role is Role.UNIT:
        return rules.unit_may_work(Organization.objects.get(pk=actor.desk_id), year)
    return []


def _locked(user_ids: list[int]) -> list[User]:
    """The accounts to confirm, and with them every account of their numbers, locked in the order of their ids."""
    asked = User.objects.filter(pk__in=user_ids)
    indexes = [index for index in asked.values_list("id_number_index", flat=True) if index]
    everyone = User.objects.filter(Q(pk__in=user_ids) | Q(id_number_index__in=indexes))
    locked = list(everyone.select_for_update(no_key=True).order_by("id"))
    return [one for one in locked if one.pk in set(user_ids)]


def _against(actor: Actor, user: User, typed: str, left: int) -> list[Problem]:
    """What speaks against this person: first what the card says, then what is known of the number. ``left``: tries of the hour."""
    if rules.is_self_review(actor, user.id_number_index):
        found = [Problem(_("这是您本人的账号，须由另一位经办人核实。"), code="self_request")]
    elif user.id_number and not is_end_of_number(typed):
        found = [rules.not_six()]
    elif user.id_number and left < 0:
        found = [rules.too_many_cards()]
    elif user.id_number and not last_characters_match(typed, user.id_number):
        securitylog.note(event="card.differs", result="refused", actor=actor.ref, subject=f"user:{user.pk}")
        found = [_card_differs(actor, left)]
    else:
        found = claims.number_is_free_for(user, over_holder=actor.role is Role.PREFECTURE)
    where = rules.card_of(user.pk)
    return [Problem(_("%(name)s：%(text)s") % {"name": user.name, "text": p.text}, where=where, code=p.code) for p in found]


def _card_differs(actor: Actor, left: int) -> Problem:
    """The unit asks for the correction itself; a county lets the person's unit ask."""
    if actor.role is Role.UNIT:
        text = _(
            "末六位与登记的身份证号不一致。请对照原件重新输入；确认输入无误的，是登记的号码有错，请先在“人员”中提出“更正姓名或身份证号”。"
        )
    else:
        text = _(
            "末六位与登记的身份证号不一致。请对照原件重新输入；确认输入无误的，是登记的号码有错，请让其单位先提出“更正姓名或身份证号”。"
        )
    return Problem(text + rules.cards_left(left), code="digits_differ")
