"""The steps of the road (``zhicheng.rehearsal.steps``), as people take them at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from zhicheng.applications.desks import BY_ROLE, Desk
from zhicheng.organizations.actors import Role
from zhicheng.rehearsal.cast import OFFICE_ACCOUNTS
from zhicheng.rehearsal.steps import Step
from zhicheng.web.system.walk.acts import Walk, next_week
from zhicheng.web.system.walk.browser import Browser
from zhicheng.web.system.walk.people import Human, notice

Take = Callable[[Walk, Human], object]


def road() -> tuple[Desk, ...]:
    """The desks the walk crosses: its unit has a supervising body."""
    return tuple(BY_ROLE[Role(step.desk)] for step in notice().chain)


def at_desk(walk: Walk, role: Role) -> Browser:
    """The browser of whoever sits at a desk."""
    if role is Role.UNIT:
        return walk.browser(walk.administrator.username)
    return walk.officer(OFFICE_ACCOUNTS[role])


def follow(walk: Walk, human: Human, steps: Iterable[Step]) -> None:
    """Take the steps one after the other."""
    for step in steps:
        HTTP[step.name](walk, human)


def _fill(walk: Walk, human: Human) -> None:
    walk.fill_sections(human)
    walk.upload_materials(human)


def _open_publicity(walk: Walk, human: Human) -> None:
    walk.publicise(human, working_days_end=next_week(walk.now().date())).is_ok()


def _hand_in(walk: Walk, human: Human) -> None:
    over = next_week(walk.now().date()) + timedelta(days=1)
    walk.move_to(over)
    walk.finish_publicity(human)


def _report(walk: Walk, human: Human) -> None:
    page = walk.case(at_desk(walk, Role.UNIT), human)
    page = page.click("办理公示" if page.has_link("办理公示") else "查看公示并上报", within="main").is_ok()
    page.form("公示期满，按程序上报").press("公示期满，按程序上报").is_ok()


def _pass(role: Role) -> Take:
    def take(walk: Walk, human: Human) -> None:
        desk, above_the_unit = at_desk(walk, role), BY_ROLE[role].reached
        if above_the_unit:
            walk.receive_dossier(desk, human)
        walk.pass_at(desk, human, "材料齐全，同意。" if above_the_unit else "")

    return take


def _give_back(role: Role) -> Take:
    """At the counting desk the last return closes the year, and says so."""
    allowed = notice().limits.committee_submissions

    def take(walk: Walk, human: Human) -> None:
        desk = at_desk(walk, role)
        last = f"提交评审委员会{allowed}/{allowed}次" in walk.case(desk, human).text
        walk.return_at(desk, human, "工作总结仍不符合要求，请补正。", last=last)

    return take


HTTP: dict[str, Take] = {
    "begin": Walk.start,
    "fill": _fill,
    "submit": Walk.check_and_submit,
    "correct": lambda walk, human: walk.correct(human, "\n补正：补充了任期内的具体工作。"),
    "open_publicity": _open_publicity,
    "hand_in": _hand_in,
    "report": _report,
    **{f"pass:{desk.role.value}": _pass(desk.role) for desk in road()},
    **{f"return:{desk.role.value}": _give_back(desk.role) for desk in road()},
}
