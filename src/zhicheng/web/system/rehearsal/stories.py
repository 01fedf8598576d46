"""What happens to each invented application, as a story in Beijing time: a generator that yields when its next act is due.

All stories run side by side in the order of their times, so that the ledger reads like a real fortnight: the window opens on
8 May 2023, the rehearsal begins on Monday 22 May.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from zhicheng.applications.actions import bar_applications
from zhicheng.integrity.actions import record_fraud
from zhicheng.web.system.rehearsal.cards import APPLYING_ADMINISTRATOR, FIRST_UNIT
from zhicheng.web.system.rehearsal.people import NAMES, identity, person
from zhicheng.web.system.rehearsal.places import Places, administrators_number, moment
from zhicheng.web.system.rehearsal.walking import Case

Story = Iterator[datetime]
Told = Callable[[Case], Story]


def _when(case: Case, day: int, hour: int) -> datetime:
    """An hour of a day in May, a little different for everybody."""
    return moment(5, day, hour, case.person.serial % 50)


def _registered(case: Case) -> Story:
    serial = case.person.serial
    yield moment(4, 24 + serial % 7, 9 + serial % 9, serial % 60)
    case.register()


def _drafting(case: Case, *, day: int = 8, sections: int = 99, materials: int = 99) -> Story:
    yield from _registered(case)
    yield _when(case, day, 10)
    case.start()
    if sections:
        yield _when(case, day, 11)
        case.fill(sections=sections, materials=materials)


def _sent(case: Case, *, day: int = 8) -> Story:
    """上报 in the afternoon of ``day``."""
    yield from _drafting(case, day=day)
    yield _when(case, day, 15)
    case.submit()


def _passed_by_unit(case: Case, *, day: int = 8) -> Story:
    yield from _sent(case, day=day)
    yield _when(case, day, 16)
    case.pass_at("unit")


def _publicised(case: Case, *, day: int = 8, days: int = 4) -> Story:
    """公示 from ``day`` for ``days`` more days."""
    yield from _passed_by_unit(case, day=day)
    yield _when(case, day, 17)
    case.open_publicity(date(2023, 5, day) + timedelta(days=days))


def _reported(case: Case, *, day: int = 8) -> Story:
    """Publicised in the first week, reported upward on Monday the 15th."""
    yield from _publicised(case, day=day)
    yield _when(case, 15, 9)
    case.publicity_papers()
    case.report()


def _up_to_county(case: Case) -> Story:
    yield from _reported(case)
    if case.supervised:
        yield _when(case, 15, 11)
        case.pass_at("supervising")


def _up_to_prefecture(case: Case, *, times: int = 1) -> Story:
    """At final review for the ``times``-th time: every time before, the bureau returned it."""
    yield from _up_to_county(case)
    yield _when(case, 15, 15)
    case.pass_at("county")
    for round_ in range(1, times):
        day = 14 + 2 * round_  # 16, 18
        yield _when(case, day, 10)
        case.return_at("prefecture")
        yield _when(case, day, 16)
        case.correct()
        yield _when(case, day + 1, 9)
        case.pass_at("unit")
        yield _when(case, day + 1, 10)
        case.report()
        if case.supervised:
            yield _when(case, day + 1, 11)
            case.pass_at("supervising")
        yield _when(case, day + 1, 15)
        case.pass_at("county")


# --- the stories by name ----------------------------------------------------------------------------------------------


def draft_empty(case: Case) -> Story:
    yield from _drafting(case, day=12, sections=0)


def draft_half(case: Case) -> Story:
    yield from _drafting(case, day=15, sections=3 + case.person.serial % 6, materials=case.person.serial % 7)


def draft_complete(case: Case) -> Story:
    yield from _drafting(case, day=18)


def withdrawn(case: Case) -> Story:
    yield from _sent(case, day=17)
    yield _when(case, 18, 9)
    case.withdraw()


def discarded(case: Case) -> Story:
    yield from _drafting(case, day=10, sections=4, materials=2)
    yield _when(case, 11, 9)
    case.discard()


def unit_review(case: Case) -> Story:
    yield from _sent(case, day=16 + case.person.serial % 4)


def unit_review_again(case: Case) -> Story:
    yield from returned_by_unit(case)
    yield _when(case, 19, 14)
    case.correct()


def returned_by_unit(case: Case) -> Story:
    yield from _sent(case, day=17)
    yield _when(case, 18, 10)
    case.return_at("unit", reasons=3)


def unit_passed(case: Case) -> Story:
    yield from _passed_by_unit(case, day=19)


def in_publicity(case: Case) -> Story:
    yield from _publicised(case, day=17 + case.person.serial % 3, days=7)


def publicity_over(case: Case) -> Story:
    yield from _publicised(case, day=11, days=6)


def objection_open(case: Case) -> Story:
    yield from _publicised(case, day=12, days=11)
    yield _when(case, 18, 10)
    case.object(channel="written")


def objection_dismissed(case: Case) -> Story:
    yield from _publicised(case, day=12, days=11)
    yield _when(case, 17, 10)
    objection = case.object()
    yield _when(case, 19, 10)
    case.decide(objection, upheld=False)


def stopped(case: Case) -> Story:
    yield from _publicised(case, day=9, days=7)
    yield _when(case, 11, 10)
    objection = case.object(channel="visit")
    yield _when(case, 15, 10)
    case.decide(objection, upheld=True)
    yield _when(case, 15, 11)
    case.stop()


def supervising_review(case: Case) -> Story:
    yield from _reported(case)


def returned_by_supervising(case: Case) -> Story:
    yield from _reported(case)
    yield _when(case, 17, 10)
    case.return_at("supervising", reasons=1)


def county_review(case: Case) -> Story:
    yield from _up_to_county(case)


def county_with_dossier(case: Case) -> Story:
    yield from _up_to_county(case)
    yield _when(case, 19, 11)
    case.dossier("county")


def county_with_bad_dossier(case: Case) -> Story:
    yield from _up_to_county(case)
    yield _when(case, 19, 11)
    case.dossier("county", copies=1, handwritten_opinion=False, remark="单位意见为打印，未手写；只收到一份。")


def returned_by_county(case: Case) -> Story:
    yield from _up_to_county(case)
    yield _when(case, 17, 10)
    case.return_at("county")


def prefecture_first(case: Case) -> Story:
    yield from _up_to_prefecture(case)


def prefecture_second(case: Case) -> Story:
    yield from _up_to_prefecture(case, times=2)


def prefecture_third(case: Case) -> Story:
    yield from _up_to_prefecture(case, times=3)


def returned_by_prefecture(case: Case) -> Story:
    yield from _up_to_prefecture(case)
    yield _when(case, 18, 16)
    case.return_at("prefecture", reasons=3)


def accepted(case: Case) -> Story:
    yield from _up_to_prefecture(case)
    yield _when(case, 18, 11)
    case.pass_at("prefecture")


def closed_for_year(case: Case) -> Story:
    yield from _up_to_prefecture(case, times=3)
    yield moment(5, 22, 9, case.person.serial % 50)
    case.return_at("prefecture", reasons=1)


def rejected_fraud(case: Case) -> Story:
    yield from _up_to_prefecture(case)
    yield _when(case, 19, 16)
    case.reject()


def barred(case: Case) -> Story:
    """A fraud of 2021 that comes to light while this year's form is being filled in."""
    yield from _drafting(case, day=9, sections=6, materials=3)
    yield _when(case, 16, 10)
    record = record_fraud(
        actor=case.places.bureau,
        person_index=case.applicant.person_index,
        name=case.person.name,
        application_year=2021,
        ban_years=case.places.notice.limits.ban_years,
        source="paper:2021-017",
        reason="2021年度评审中提交伪造的获奖证书，经查证属实。",
    )
    yield _when(case, 16, 11)
    bar_applications(
        person_index=case.applicant.person_index,
        first_year=record.first_barred_year,
        last_year=record.last_barred_year,
        note="",
    )


def lost_mailbox(case: Case) -> Story:
    """Nothing applied for yet, and the mailbox is lost."""
    yield from _registered(case)
    yield _when(case, 19, 16)
    case.lose_mailbox()


def mistyped_number(case: Case) -> Story:
    """Registered with an identity number that is somebody else's or nobody's."""
    yield from _registered(case)
    yield _when(case, 19, 17)
    case.correct_number()


def squatted(squatter: Case, owner: Case) -> Story:
    """A form begun with somebody else's number; then its owner registers, and shows the card to the own unit."""
    yield from _drafting(squatter, day=10, sections=4, materials=2)
    yield _when(owner, 18, 10)
    owner.register()
    yield _when(owner, 19, 10)
    owner.show_card()


# Which story how often in which unit. Only the first unit has a supervising body.
_W, _G, _X = "shuili", "gouqi", "xumu"
PLAN: tuple[tuple[Told, tuple[str, ...]], ...] = (
    (draft_empty, (_W, _G, "kouan")),
    (draft_half, (_W, _G, _X, "hengxin")),
    (draft_complete, (_W, _G, "hengxin")),
    (withdrawn, (_X,)),
    (unit_review, (_W, _W, _G, _G, _X)),
    (unit_review_again, (_W,)),
    (returned_by_unit, (_W, _G, _X)),
    (returned_by_supervising, (_W,)),
    (returned_by_county, (_G, _X)),
    (returned_by_prefecture, (_W, _G)),
    (unit_passed, (_W, _W, _G, _X)),
    (in_publicity, (_W, _W, _G, _X)),
    (publicity_over, (_W, _G)),
    (objection_open, (_W, _X)),
    (objection_dismissed, (_G,)),
    (supervising_review, (_W, _W, _W)),
    (county_review, (_W, _G, _X)),
    (county_with_dossier, (_W, _G)),
    (county_with_bad_dossier, (_W,)),
    (prefecture_first, (_W, _G, _X)),
    (prefecture_second, (_W, _G)),
    (prefecture_third, (_W,)),
    (accepted, (_W, _W, _G, _X)),
    (closed_for_year, (_W, _G)),
    (stopped, (_G,)),
    (rejected_fraud, (_X,)),
    (barred, (_W,)),
    (discarded, (_W,)),
)


def application_stories(places: Places) -> list[Story]:
    """Every application's story, not begun yet; the last is the unit administrator's own (S-08)."""
    stories: list[Story] = []
    for told, units in PLAN:
        for unit in units:
            stories.append(told(Case(places, person(len(stories) + 1), unit)))
    # 王芳: the administrator of the first unit applies as well.
    own = Case(places, APPLYING_ADMINISTRATOR, _W, id_number=administrators_number(0, FIRST_UNIT), card_seen=False)
    stories.append(unit_review(own))
    return stories


def account_stories(places: Places) -> list[Story]:
    """What happens to accounts: a unit asks the county for something, or somebody's number is another's; not begun yet."""
    lost, mistyped = person(len(NAMES) + 6), person(len(NAMES) + 7)
    wrong = identity(mistyped.serial + 100, mistyped.sex, birth=f"{mistyped.birth_year}0101")
    typist, owner = person(len(NAMES) + 8), person(len(NAMES) + 9)
    return [
        lost_mailbox(Case(places, lost, _W)),
        mistyped_number(Case(places, mistyped, _W, id_number=wrong, card_seen=False)),
        squatted(Case(places, typist, _W, id_number=owner.id_number, card_seen=False), Case(places, owner, _G, card_seen=False)),
    ]
