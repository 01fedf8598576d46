from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from zhicheng.standards.calendar import load_calendar
from zhicheng.standards.calendar_layers import Day, LayerError, layer_from_data

GOOD: dict[str, Any] = {
    "name": "bortala",
    "title": "州人民政府通知",
    "level": "prefecture",
    "published_years": [2023],
    "days": [
        {"date": "2023-08-16", "is_workday": False, "source": "博州政办发〔2023〕1号", "published_at": "2023-08-01"},
        {"date": date(2023, 8, 15), "is_workday": True, "name": "调休", "source": "博州政办发〔2023〕1号", "certain": False},
    ],
}


def test_a_layer_is_read_in_order_of_days() -> None:
    layer = layer_from_data(GOOD)
    assert (layer.name, layer.level, layer.published_years) == ("bortala", "prefecture", (2023,))
    assert layer.days == (
        Day(date(2023, 8, 15), True, "调休", "博州政办发〔2023〕1号", None, False),
        Day(date(2023, 8, 16), False, "", "博州政办发〔2023〕1号", date(2023, 8, 1), True),
    )


@pytest.mark.parametrize("number", range(3))
def test_every_layer_survives_the_way_through_json(number: int) -> None:
    layer = load_calendar("xinjiang").layers[number]
    assert layer_from_data(json.loads(json.dumps(layer.as_data()))) == layer


def test_everything_wrong_is_named_at_once_with_its_place() -> None:
    bad = {
        "name": "",
        "level": "planet",
        "published_years": ["2023"],
        "days": [
            {"date": "2023-02-30", "is_workday": False, "source": "x"},
            {"date": "2023-03-01", "is_workday": "no", "source": "x"},
            {"date": "2023-03-02", "is_workday": True},
            {"date": "2023-03-03", "is_workday": True, "source": "x", "published_at": "soon"},
            "2023-03-04",
            {"date": "2023-03-05", "is_workday": True, "source": "x"},
            {"date": "2023-03-05", "is_workday": True, "source": "x"},
        ],
    }
    with pytest.raises(LayerError) as caught:
        layer_from_data(bad)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [
        "calendar.missing",
        "calendar.level",
        "calendar.years",
        "calendar.date",
        "calendar.boolean",
        "calendar.missing",
        "calendar.date",
        "calendar.row",
        "calendar.twice",
    ]
    text = str(caught.value)
    for place in ("days[1].date", "days[2].is_workday", "days[3].source", "days[4].published_at", "days[5]", "2023-03-05"):
        assert place in text


def test_days_that_are_no_list_are_refused() -> None:
    with pytest.raises(LayerError):
        layer_from_data({**GOOD, "days": "2023-03-05"})
