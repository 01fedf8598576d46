"""Facts of invented applicants: by hand for examples, by hypothesis for properties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Facts, Graduation, RowRef
from zhicheng.standards.careers import Stay
from zhicheng.standards.tables import EDUCATION, STUDY_FORMS, UNIT_NATURES

BACHELOR = Graduation("e1", "21", "408", dt.date(2012, 7, 1), "full_time")


def engineer(**changes: Any) -> Facts:
    """An assistant engineer since 2016 at a public institution, bachelor of 2012, applying for 工程师 in 2023."""
    known: dict[str, Any] = {
        "year": 2023,
        "series": "engineering",
        "specialty": "water",
        "title": "engineer",
        "level": "intermediate",
        "employer_nature": "institution",
        "first_title": False,
        "highest_education": "21",
        "current_series": "engineering",
        "current_level": "junior",
        "current_grade": "assistant",
        "tenure_started_on": dt.date(2016, 11, 20),
        "work_started_on": dt.date(2012, 8, 1),
        "graduations": (BACHELOR,),
        "rows": {"education": (RowRef("e1", "新疆大学"),)},
    }
    return Facts(**known | changes)


_NATURES = [nature.code for nature in UNIT_NATURES]
_STAYS = st.builds(Stay, st.sampled_from(["", *_NATURES]), st.integers(1, 366))
_DAYS = st.dates(dt.date(1975, 1, 1), dt.date(2026, 12, 31))
_ROW_SECTIONS = ["achievements", "publications", "awards", "training", "social_posts"]


@st.composite
def people(draw: st.DrawFn, notice: Notice) -> Facts:
    """Any applicant of ``notice``, however little or oddly filled in."""
    series = draw(st.sampled_from([series for series in notice.catalogue.series if series.is_open]))
    title = draw(st.sampled_from(series.titles))
    graduations = tuple(
        Graduation(
            f"e{index}",
            draw(st.sampled_from([e.code for e in EDUCATION if e.selectable])),
            draw(st.sampled_from(["", "2", "3", "408"])),
            draw(st.none() | _DAYS),
            draw(st.sampled_from([form.code for form in STUDY_FORMS])),
        )
        for index in range(draw(st.integers(0, 3)))
    )
    rows = {
        section: tuple(RowRef(f"{section[0]}{n}", f"第{n}项", draw(st.booleans())) for n in range(draw(st.integers(0, 3))))
        for section in _ROW_SECTIONS
    }
    rows["education"] = tuple(RowRef(g.row_id, g.education) for g in graduations)
    years = st.integers(notice.year - 12, notice.year)
    return Facts(
        year=notice.year,
        series=series.code,
        title=title.code,
        level=title.level,
        grade=title.grade,
        employer_nature=draw(st.sampled_from(["", *_NATURES])),
        first_title=draw(st.sampled_from([None, True, False])),
        current_series=draw(st.sampled_from(["", series.code, "other"])),
        current_level=draw(st.sampled_from(["", "junior", "intermediate"])),
        current_grade=draw(st.sampled_from(["", "assistant", "technician"])),
        tenure_started_on=draw(st.none() | _DAYS),
        work_started_on=draw(st.none() | _DAYS),
        graduations=graduations,
        stays=draw(st.dictionaries(years, st.lists(_STAYS, min_size=1, max_size=2).map(tuple), max_size=6)),
        appraisal_results=draw(st.dictionaries(years, st.sampled_from(["competent", "incompetent"]), max_size=6)),
        rows=rows,
    )
