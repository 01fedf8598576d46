"""What is open, and the conditions for it."""

from __future__ import annotations

from zhicheng.campaigns.consistency.kit import Found, did_you_mean, grade_fits, needs, repeated
from zhicheng.campaigns.notice import Catalogue, Eligibility, Series, Window, rank
from zhicheng.campaigns.yaml_source import Path
from zhicheng.standards.tables import EDUCATION


@needs("catalogue")
def codes_are_told_apart(catalogue: Catalogue) -> Found:
    """A code is used once among its like."""
    yield from repeated([series.code for series in catalogue.series], ("catalogue", "series"), "code", "系列代码")
    for index, series in enumerate(catalogue.series):
        path = ("catalogue", "series", index)
        yield from repeated([s.code for s in series.specialties], (*path, "specialties"), "code", "专业代码")
        yield from repeated([t.code for t in series.titles], (*path, "titles"), "code", "任职资格代码")


@needs("catalogue")
def series_can_be_chosen(catalogue: Catalogue) -> Found:
    """An open series has specialties and titles, and every specialty a title."""
    for index, series in enumerate(catalogue.series):
        path: Path = ("catalogue", "series", index)
        if series.is_open and not series.specialties:
            yield path, f"系列“{series.zh}”可以申报，须列出专业（specialties）"
        if series.is_open and not series.titles:
            yield path, f"系列“{series.zh}”可以申报，须列出任职资格（titles）"
        yield from _titles_fit(series, path)


def _titles_fit(series: Series, path: Path) -> Found:
    specialties = [specialty.code for specialty in series.specialties]
    for index, title in enumerate(series.titles):
        at = (*path, "titles", index)
        yield from grade_fits(title, at)
        for place, code in enumerate(title.specialties):
            if code not in specialties:
                yield (*at, "specialties", place), f"系列“{series.zh}”没有专业“{code}”" + did_you_mean(code, specialties)
    with_title = {code for title in series.titles for code in title.specialties or specialties}
    for index, code in enumerate(specialties):
        if series.is_open and series.titles and code not in with_title:
            yield (*path, "specialties", index, "code"), f"专业“{code}”没有任何可申报的任职资格"


@needs("catalogue", "windows")
def levels_have_windows(catalogue: Catalogue, windows: tuple[Window, ...]) -> Found:
    """A title that can be chosen can be handed in at some time, and a window has something to receive (G-01)."""
    with_window = {level for window in windows for level in window.levels}
    offered = set()
    for index, series in enumerate(catalogue.series):
        for place, title in enumerate(series.titles if series.is_open else ()):
            offered.add(title.level)
            if title.level not in with_window:
                path = ("catalogue", "series", index, "titles", place, "level")
                yield path, f"任职资格“{title.zh}”的级别 {title.level.value} 没有受理时间（windows）"
    for index, window in enumerate(windows):
        for place, level in enumerate(window.levels):
            if level not in offered:
                yield ("windows", index, "levels", place), f"级别 {level.value} 有受理时间，却没有可申报的任职资格"


@needs("catalogue", "eligibility")
def conditions_name_series(catalogue: Catalogue, eligibility: Eligibility) -> Found:
    """Lines of conditions belong to a series of the catalogue or to all ("*")."""
    codes = [series.code for series in catalogue.series]
    for index, row in enumerate(eligibility.rows):
        for place, code in enumerate(row.series):
            if code != "*" and code not in codes:
                yield ("eligibility", "rows", index, "series", place), f"没有系列“{code}”" + did_you_mean(code, codes)


@needs("catalogue", "eligibility")
def titles_have_conditions(catalogue: Catalogue, eligibility: Eligibility) -> Found:
    """Every title that can be chosen has at least one line of conditions: S-58 counts years by it."""
    lines = {(code, row.to.level, row.to.grade) for row in eligibility.rows for code in row.series}
    for index, series in enumerate(catalogue.series):
        for place, title in enumerate(series.titles if series.is_open else ()):
            step = (title.level, title.grade)
            if (series.code, *step) not in lines and ("*", *step) not in lines:
                path = ("catalogue", "series", index, "titles", place)
                yield path, f'任职资格“{title.zh}”没有申报条件：eligibility.rows 中既没有本系列的，也没有通用的（series: "*"）'


@needs("eligibility")
def conditions_are_sound(eligibility: Eligibility) -> Found:
    """Known codes, a ladder that goes up, years that have something to be counted in."""
    for index, row in enumerate(eligibility.rows):
        path: Path = ("eligibility", "rows", index)
        yield from grade_fits(row.to, (*path, "to"))
        for place, code in enumerate(row.education):
            entry = EDUCATION.get(code)
            if entry is None or not entry.is_graduation:
                yield (*path, "education", place), f"学历代码“{code}”不是 GB/T 4658 中的毕业学历"
        for place, code in enumerate(row.degrees):
            if code not in ("2", "3", "4"):
                yield (*path, "degrees", place), f"学位代码“{code}”应为 GB/T 6864 的第一位：2 博士、3 硕士、4 学士"
        if row.previous is None:
            if row.years_in_previous_title:
                yield (*path, "years_in_previous_title"), "没有写 previous（前一级职称），年限无从计算"
            continue
        yield from grade_fits(row.previous, (*path, "previous"))
        if 0 < rank(row.to.level, row.to.grade) <= rank(row.previous.level, row.previous.grade):
            yield (*path, "previous"), "前一级职称应低于申报的职称"
