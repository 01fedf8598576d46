"""What 再次核对 shows takes no more room than it has to say: tables where words are short, each sentence once, long texts folded."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications import actions
from zhicheng.applications.queries import draft_of

pytestmark = pytest.mark.django_db


@told_once
def application(world):
    begun = w.start(world)
    w.fill(world.applicant, begun)
    return begun


def shown(world: w.World, application: Any) -> BeautifulSoup:
    return BeautifulSoup(
        client_of(world.applicant).get(reverse("application_check", args=[application.pk])).content, "html.parser"
    )


def part(page: BeautifulSoup, label: str) -> Tag:
    found = next(head for head in page.select(".check-part h2") if head.get_text(strip=True).startswith(label)).find_parent(
        "section"
    )
    assert isinstance(found, Tag)
    return found


def save(world: w.World, application: Any, section: str, content: Any) -> None:
    version = draft_of(application).versions[section]
    actions.save_section(actor=world.applicant, application_id=application.pk, key=section, typed=content, base_version=version)


def test_table_of_short_answers_stays_one_and_leaves_out_empty_columns(world, application):
    table = part(shown(world, application), "年度考核").table
    assert table is not None
    assert "few" in table["class"] and "stack" not in table["class"]
    assert "当年另一单位性质" not in table.get_text()


def test_table_with_a_missing_value_is_stacked_on_a_telephone(world, application):
    rows = draft_of(application).contents["appraisals"]
    save(world, application, "appraisals", [{**rows[0], "result": ""}, *rows[1:]])
    table = part(shown(world, application), "年度考核").table
    assert table is not None and table.select(".sheet-missing")
    assert "stack" in table["class"] and "few" not in table["class"]


def test_form_names_what_was_left_out_instead_of_showing_it_empty(world, application):
    basic = part(shown(world, application), "基本信息")
    assert "没有填写：" in basic.get_text()
    assert "曾用名" not in [name.get_text(strip=True) for name in basic.select("dt")]


def test_what_is_missing_is_never_left_out(world, application):
    content = draft_of(application).contents["education"]
    save(world, application, "education", [{**content[0], "school": ""}])
    education = part(shown(world, application), "学历学位")
    assert education.select(".sheet-missing")
    assert "毕业院校" in [name.get_text(strip=True) for name in education.select("dt")]


def test_text_of_a_page_is_folded_behind_its_beginning_and_short_ones_are_not(world, application):
    text = "任期内完成测绘项目若干。" * 60
    save(world, application, "summary", {"text": text})
    summary = part(shown(world, application), "专业技术工作总结")
    assert summary.details is not None and text in summary.details.get_text()
    assert f"共{len(text)}字，展开全文" in summary.details.get_text()
    assert summary.select_one(".long-text-begins").get_text() == text[:80] + "…"
    save(world, application, "summary", {"text": "短的总结。"})
    assert part(shown(world, application), "专业技术工作总结").details is None


def test_materials_of_several_years_stand_in_a_line_and_what_need_not_be_is_named_once(world, application):
    materials = part(shown(world, application), "申报材料")
    names = [name.get_text(strip=True) for name in materials.select("dt")]
    assert len(names) == len(set(names))
    assert "没有提供（可以不提供）：" in materials.get_text()
