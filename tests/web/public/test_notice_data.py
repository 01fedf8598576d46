"""A round as data: the same as the page of the notice says."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from tests.support.world import World
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import openings


def test_everything_the_notice_opens_is_there_in_both_languages(world: World, client: Client) -> None:
    answer = client.get("/notices/bortala-2023/notice.json")
    told, notice = answer.json(), notice_of(world.version)
    assert answer["Content-Type"] == "application/json"
    assert [(each["code"], each["open"]) for each in told["series"]] == [(o.series.code, o.choosable) for o in openings(notice)]
    assert all(each["name"]["zh"] and each["name"]["en"] for each in told["series"])
    assert all(each["open"] or each["closed_reason"]["en"] != each["closed_reason"]["zh"] for each in told["series"])
    assert [each["key"] for each in told["materials"]] == [slot.key for slot in notice.materials]
    assert len(told["conditions"]["rows"]) == len(notice.eligibility.rows)
    assert {each["region"] for each in told["contacts"]} == {each.region_code for each in notice.contacts}


def test_times_carry_their_offset(world: World, client: Client) -> None:
    window = client.get("/notices/bortala-2023/notice.json").json()["windows"][0]
    assert datetime.fromisoformat(window["apply_until"]).utcoffset().total_seconds() == 8 * 3600


def test_no_round_has_no_data(world: World, client: Client) -> None:
    assert client.get("/notices/nothing-1999/notice.json").status_code == 404
