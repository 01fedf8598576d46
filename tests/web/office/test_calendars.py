"""工作日历: read by anybody, loaded by the bureau and the operator from the text of a file."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import calendar_text
from tests.support import world as w
from tests.web.registering import client_of
from zhicheng.campaigns.models import CalendarVersion
from zhicheng.foundation import clock

PAGE, PUBLIC = reverse("office_calendars"), reverse("calendar")


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.django_db
def test_bureau_loads_and_withdraws_a_layer(world: w.World) -> None:
    bureau = client_of(world.bureau)
    assert "还没有载入过安排" in text_of(bureau.get(PAGE))
    assert bureau.post(PAGE, {"text": calendar_text()}).status_code == 303
    shown = text_of(bureau.get(PAGE))
    assert "xinjiang-more" in shown and "临时调整" in shown
    assert bureau.post(reverse("office_calendar_withdraw"), {"name": "xinjiang-more"}).status_code == 303
    assert "还没有载入过安排" in text_of(bureau.get(PAGE))


@pytest.mark.django_db
def test_file_with_mistakes_comes_back_with_each_line_named(world: w.World) -> None:
    text = calendar_text().replace("level: emergency", "level: county").replace("is_workday: false", "is_workday: 休息")
    answer = client_of(world.bureau).post(PAGE, {"text": text})
    assert answer.status_code == 422 and not CalendarVersion.objects.exists()
    assert "第 3 行" in text_of(answer) and "第 8 行" in text_of(answer) and "name: xinjiang-more" in text_of(answer)
    assert client_of(world.bureau).post(PAGE, {"text": ""}).status_code == 422
    assert "没有载入过日历" in text_of(client_of(world.bureau).post(reverse("office_calendar_withdraw"), {"name": "x"}))


@pytest.mark.django_db
def test_everybody_reads_each_day_with_its_source(world: w.World) -> None:
    client_of(world.bureau).post(PAGE, {"text": calendar_text()})
    with clock.travel(w.IN_WINDOW):
        shown = text_of(Client().get(PUBLIC))
        assert "共 7 天" in shown  # the Spring Festival is one row
        assert "2023-05-26" in shown and "新政办明电〔2023〕01号" in shown and "2023-05-20" in shown
        assert "载入或撤下日历" not in shown and "载入或撤下日历" in text_of(client_of(world.bureau).get(PUBLIC))
        assert "2023-05-26" not in text_of(Client().get(PUBLIC, {"name": "national"}))
        english = text_of(Client(headers={"accept-language": "en"}).get(PUBLIC))
        assert "Spring Festival" in english and "春节" not in english and "Mid-Autumn Festival" in english


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [{"year": "2024"}, {"year": "x"}, {"year": "9" * 400}, {"name": "mars"}, {"year": "²"}])
def test_year_and_name_that_are_not_there_are_no_error(world: w.World, asked: dict[str, str]) -> None:
    assert Client().get(PUBLIC, asked).status_code == 200


@pytest.mark.django_db
def test_year_whose_region_has_not_spoken_says_so(world: w.World) -> None:
    assert "还没有全部公布" in text_of(Client().get(PUBLIC, {"name": "xinjiang", "year": "2024"}))
    assert "还没有全部公布" not in text_of(Client().get(PUBLIC, {"name": "xinjiang", "year": "2023"}))
