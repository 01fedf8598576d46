"""Officers come and go, lose their second factor; offices and the three who run the system are opened."""

from __future__ import annotations

from tests.faults.plays.accounts import number, typed
from tests.faults.stage import Stage, play
from tests.organizations import examples as ex
from tests.support.cases.accounts import session_of
from tests.support.factors import need_factor
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.organizations import officers
from zhicheng.organizations.actors import SYSTEM, Actor, actor_for
from zhicheng.organizations.models import FactorReset, Organization, OrganizationKind

OFFICES = (OrganizationKind.COUNTY, OrganizationKind.PREFECTURE, OrganizationKind.SUPERVISING)


def _keeper(stage: Stage) -> Actor:
    """Who keeps officers: the prefecture, the server, the security administrator."""
    if stage.dice.percent(20):
        return SYSTEM
    security = stage.account(AccountKind.SECURITY) if stage.dice.percent(15) else None
    return actor_for(security) if security is not None else stage.at_office(OrganizationKind.PREFECTURE)


def _officer(stage: Stage) -> tuple[User | None, Organization | None, int | None]:
    """An officer, where they work, and who could take over."""
    user = stage.account(AccountKind.OFFICER)
    office = officers.office_of(user.pk) if user is not None else None
    if user is None or office is None:
        return user, office, None
    colleague = stage.one_of(officers.others_in(user.pk, office.pk))
    if colleague is None or stage.dice.percent(10):
        stranger = stage.account()
        return user, office, stranger.pk if stranger is not None and stage.dice.percent(10) else None
    return user, office, colleague.pk


@play("organizations.open_officer", weight=2)
def open_an_officer(stage: Stage) -> None:
    """Where nobody works any more, first of all."""
    rows = Organization.objects.filter(kind__in=OFFICES)
    office = stage.one_of(rows.exclude(memberships__until__isnull=True, memberships__user__is_active=True)) or stage.one_of(rows)
    if office is not None:
        person = typed(stage) | {"id_number": number(stage) if stage.dice.percent(95) else ""}
        stage.act("organizations.open_officer", actor=_keeper(stage), office_id=office.pk, position="科员", **person)


@play("organizations.create_officer")
def open_an_officer_on_the_server(stage: Stage) -> None:
    office = stage.organization(*OFFICES)
    if office is not None:
        stage.act("organizations.create_officer", organization_id=office.pk, actor="system", password=ex.PASSWORD, **typed(stage))


@play("organizations.move_officer")
def move_an_officer(stage: Stage) -> None:
    user, _office, colleague = _officer(stage)
    there = stage.organization(*OFFICES)
    if user is not None:
        stage.act(
            "organizations.move_officer",
            actor=_keeper(stage),
            user_id=user.pk,
            to_office_id=there.pk if there else None,
            reason=stage.reason(),
            colleague_id=colleague,
            nobody_left=stage.dice.percent(20),
        )


@play("organizations.close_officer")
def close_an_officer(stage: Stage) -> None:
    user, _office, colleague = _officer(stage)
    if user is not None:
        stage.act(
            "organizations.close_officer",
            actor=_keeper(stage),
            user_id=user.pk,
            reason=stage.reason(),
            colleague_id=colleague,
            nobody_left=stage.dice.percent(20),
        )


@play("organizations.reopen_officer", weight=2)
def reopen_an_officer(stage: Stage) -> None:
    user = stage.one_of(User.objects.filter(kind=AccountKind.OFFICER, is_active=False)) or stage.account(AccountKind.OFFICER)
    office = stage.organization(*OFFICES)
    if user is not None:
        office_id = office.pk if office else None
        stage.act(
            "organizations.reopen_officer", actor=_keeper(stage), user_id=user.pk, office_id=office_id, reason=stage.reason()
        )


@play("organizations.fill_in_number")
def fill_in_the_number_of_an_officer(stage: Stage) -> None:
    """Of one from the time before it was asked for; of another one, it is refused."""
    older = User.objects.filter(kind=AccountKind.OFFICER, id_number_index="")
    if (user := stage.one_of(older) or stage.account(AccountKind.OFFICER)) is not None:
        stage.act("organizations.fill_in_number", actor=_keeper(stage), user_id=user.pk, id_number=number(stage))


@play("organizations.end_officer_sessions")
def end_sessions_of_an_officer(stage: Stage) -> None:
    if (user := stage.account(AccountKind.OFFICER)) is not None:
        stage.act("organizations.end_officer_sessions", actor=_keeper(stage), user_id=user.pk)


@play("organizations.end_officer_session")
def end_one_session_of_an_officer(stage: Stage) -> None:
    """One that is open, one that is over, or somebody else's."""
    user, other = stage.account(AccountKind.OFFICER), stage.account(AccountKind.OFFICER)
    if user is None or other is None:
        return
    row = session_of(user)
    for _time in range(1 + stage.dice.percent(30)):
        stage.act("organizations.end_officer_session", actor=_keeper(stage), user_id=other.pk, session_id=row.pk)
        other = user


@play("organizations.request_factor_reset")
def ask_for_a_factor_reset(stage: Stage) -> None:
    if (user := stage.account(AccountKind.OFFICER, *SYSTEM_KINDS)) is not None:
        if stage.dice.percent(80):
            need_factor(user.pk)
        stage.act("organizations.request_factor_reset", actor=_keeper(stage), user_id=user.pk, statement=stage.reason())


@play("organizations.decide_factor_reset", weight=2)
def decide_a_factor_reset(stage: Stage) -> None:
    row = stage.one_of(FactorReset.objects.filter(state="pending")) or stage.one_of(FactorReset.objects.all())
    stage.act(
        "organizations.decide_factor_reset",
        actor=_keeper(stage),
        request_id=row.pk if row else 0,
        consent=stage.dice.percent(75),
    )


@play("accounts.create_system_account")
def open_one_of_the_three(stage: Stage) -> None:
    kind = stage.dice.pick(sorted(SYSTEM_KINDS))
    stage.act("accounts.create_system_account", kind=AccountKind(kind), password=ex.PASSWORD, **typed(stage))


@play("organizations.open_office")
def open_an_office(stage: Stage) -> None:
    above = stage.organization(*OFFICES)
    kind = stage.dice.pick([OrganizationKind.COUNTY, OrganizationKind.SUPERVISING])
    if stage.dice.percent(30):
        stage.act(
            "organizations.open_office",
            kind=kind,
            name=f"{stage.dice.number(1, 9)}号办公室",
            region_code=stage.dice.pick(["652701", "652722", "652723", "1"]),
            superior_office_id=above.pk if above else None,
        )
