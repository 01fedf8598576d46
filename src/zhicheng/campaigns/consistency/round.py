"""Windows, chain, annexes."""

from __future__ import annotations

import datetime as dt

from zhicheng.campaigns.consistency.kit import Found, needs, repeated
from zhicheng.campaigns.notice import Annex, ChainDesk, Desk, Level, Limits, Planning, Window
from zhicheng.campaigns.vocabulary import MAY_BE_OPTIONAL
from zhicheng.campaigns.yaml_source import Path
from zhicheng.standards.calendar import NotPublished, load_calendar


def _shown(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


@needs("windows", "chain")
def windows_are_in_order(windows: tuple[Window, ...], chain: tuple[ChainDesk, ...]) -> Found:
    """Within a window, no time lies before the one it follows (G-01, G-02)."""
    for index, window in enumerate(windows):
        ends: list[tuple[Path, str, dt.datetime]] = [(("apply_from",), "apply_from", window.apply_from)]
        ends += [
            (("desk_until", step.desk.value), f"desk_until.{step.desk.value}", end)
            for step in chain
            if (end := window.desk_until.get(step.desk))
        ]
        follows = [
            ((("apply_until",), "apply_until", window.apply_until), ends[0]),
            ((("correct_until",), "correct_until", window.correct_until), (("apply_until",), "apply_until", window.apply_until)),
            *zip(ends[1:], ends, strict=False),
        ]
        for (path, later, end), (_path, earlier, start) in follows:
            may_be_equal = earlier != "apply_from"
            if end > start or (may_be_equal and end == start):
                continue
            order = "不能早于" if may_be_equal else "应晚于"
            yield ("windows", index, *path), f"{later}（{_shown(end)}）{order} {earlier}（{_shown(start)}）"
        for desk in window.desk_until.keys() - {Desk.UNIT, *(step.desk for step in chain)}:
            yield ("windows", index, "desk_until", desk.value), f"审核环节（chain）中没有 {desk.value}"


@needs("windows", "chain", "limits", "calendar")
def publicity_fits_before_a_desk_ends(
    windows: tuple[Window, ...], chain: tuple[ChainDesk, ...], limits: Limits, calendar: str
) -> Found:
    """What is handed in at the last moment can still be publicised and reported before a desk's end (S-39, S-40)."""
    for index, window in enumerate(windows):
        ends = ((step.desk, window.desk_until[step.desk]) for step in chain if step.desk in window.desk_until)
        desk, end = next(ends, (Desk.UNIT, None))
        start = (window.apply_until - dt.timedelta(seconds=1)).date()
        if end is None or start < window.apply_from.date():
            continue
        days = limits.publicity_working_days
        try:
            over = load_calendar(calendar).earliest_end(start, days, limits.publicity_counting).end
        except NotPublished:
            continue  # nobody can say yet; the desks will see
        if end.date() <= over:
            yield (
                ("windows", index, "desk_until", desk.value),
                f"desk_until.{desk.value}（{_shown(end)}）太早：{_shown(window.apply_until)} 截止前上报的申请书，从 {start} 起公示 {days} 个工作日，"
                f"最早 {over} 24:00 期满，次日才能上报",
            )


@needs("planning", "chain")
def every_desk_is_reckoned_with(planning: Planning | None, chain: tuple[ChainDesk, ...]) -> Found:
    """What is counted back leaves no desk out; one that is not crossed this year may stand in the list."""
    missing = {step.desk for step in chain} - planning.desk_days.keys() if planning is not None else set()
    for desk in sorted(missing):
        yield ("planning", "desk_days"), f"没有写 {desk.value} 的用时"


@needs("windows", "year")
def windows_are_near_the_year(windows: tuple[Window, ...], year: int) -> Found:
    """A window more than a year away from the campaign's year is a slip of the pen (S-02)."""
    for index, window in enumerate(windows):
        for name in ("apply_from", "apply_until", "correct_until"):
            if abs(getattr(window, name).year - year) > 1:
                yield ("windows", index, name), f"{name}（{_shown(getattr(window, name))}）与年度 {year} 相差一年以上"


@needs("windows")
def a_level_has_one_window(windows: tuple[Window, ...]) -> Found:
    """Two windows for one level would leave open which of them counts."""
    seen: set[Level] = set()
    for index, window in enumerate(windows):
        for place, level in enumerate(window.levels):
            if level in seen:
                yield ("windows", index, "levels", place), f"级别 {level.value} 已有受理时间，不能再列一次"
            seen.add(level)


@needs("chain")
def chain_is_a_road(chain: tuple[ChainDesk, ...]) -> Found:
    """The unit first, each desk at most once, the one whose arrivals count last (S-28, S-31, S-45); the order is the notice's."""
    desks = [step.desk for step in chain]
    yield from repeated([desk.value for desk in desks], ("chain",), "desk", "审核环节")
    if desks[0] is not Desk.UNIT:
        yield ("chain", 0, "desk"), "第一个审核环节应为 unit（单位）"
    for index, step in enumerate(chain):
        if step.optional and step.desk not in MAY_BE_OPTIONAL:
            yield ("chain", index, "optional"), f"只有 {'、'.join(sorted(MAY_BE_OPTIONAL))} 可以是可选环节"


@needs("chain")
def one_arrival_counts(chain: tuple[ChainDesk, ...]) -> Found:
    """Exactly one arrival is 提交评审委员会, at a desk every application reaches (S-28)."""
    counting = [index for index, step in enumerate(chain) if step.counts_as_committee_arrival]
    if not counting:
        yield ("chain",), "须有一个环节写明 counts_as_committee_arrival: true（到达该环节算一次提交评审委员会）"
    for index in counting[1:]:
        yield ("chain", index, "counts_as_committee_arrival"), "只能有一个环节算提交评审委员会，前面已有一个"
    for index in counting:
        if index != len(chain) - 1 and chain[index].desk is not Desk.UNIT:
            yield ("chain", index, "counts_as_committee_arrival"), "计次的环节应排在最后（通过后即受理，等待评审委员会评审）"
        if chain[index].desk is Desk.UNIT or chain[index].optional:
            path = ("chain", index, "counts_as_committee_arrival")
            yield path, "单位环节和可选环节不能算提交评审委员会"


@needs("annexes")
def annexes_are_told_apart(annexes: tuple[Annex, ...]) -> Found:
    """An annex is called by its key."""
    yield from repeated([annex.key for annex in annexes], ("annexes",), "key", "附件")
