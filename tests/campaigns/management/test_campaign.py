"""``zhicheng campaign check`` and ``zhicheng campaign load``."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.campaigns.files import OTHER_2025, line_of, other_text
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import Campaign, CampaignVersion

pytestmark = pytest.mark.django_db


def run(*args: object) -> tuple[str, str, str]:
    """What the command printed: standard output, standard error, and the sentence it failed with, if it did."""
    out, err = StringIO(), StringIO()
    try:
        call_command("campaign", *map(str, args), stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), str(error)
    return out.getvalue(), err.getvalue(), ""


def test_check_of_a_good_file_says_so_and_stores_nothing() -> None:
    out, err, failed = run("check", BORTALA_2023)
    assert "没有问题" in out
    assert "9 个系列" in out
    assert (err, failed) == ("", "")
    assert not CampaignVersion.objects.exists()


@pytest.mark.parametrize("what", ["check", "load"])
def test_bad_file_prints_every_error_with_its_line(what: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    text = other_text(("  ban_years: 4", "  ban_years: 0 # HERE"), ("calendar: national", "calendar: lunar # THERE"))
    path.write_text(text, encoding="utf-8")
    out, err, failed = run(what, path)
    assert out == ""
    assert err.splitlines() == [
        f"{path}:{line_of(text, '# THERE')}: calendar：“lunar”不在可选值之内，应为 xinjiang、national 之一",
        f"{path}:{line_of(text)}: limits.ban_years：不能小于 1",
    ]
    assert "共 2 处问题" in failed
    assert not CampaignVersion.objects.exists()


def test_load_publishes_and_loading_again_keeps_the_version() -> None:
    first, _err, _failed = run("load", OTHER_2025)
    again, _err, _failed = run("load", OTHER_2025)
    assert "第 1 版" in first
    assert again == first
    assert CampaignVersion.objects.count() == 1


def test_load_of_another_year_under_the_same_name_is_refused(tmp_path: Path) -> None:
    run("load", OTHER_2025)
    path = tmp_path / "next.yaml"
    path.write_text(other_text(("year: 2025", "year: 2026")), encoding="utf-8")
    assert "不能改为2026" in run("load", path)[2]


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "无法读取文件" in run("check", tmp_path / "none.yaml")[2]


def test_withdraw_takes_a_campaign_off_the_published_ones_and_loading_puts_it_back() -> None:
    run("load", OTHER_2025)
    out, _err, failed = run("withdraw", "kezhou-2025")
    assert "已撤下" in out and not failed
    assert not Campaign.objects.get().published
    assert "没有批次“nowhere”" in run("withdraw", "nowhere")[2]
    run("load", OTHER_2025)
    assert Campaign.objects.get().published


def test_explain_says_to_one_person_what_the_page_says(tmp_path: Path) -> None:
    out, _err, failed = run("explain", BORTALA_2023, "--case", "硕士，助理工程师差一天满两年")
    assert failed == ""
    assert "engineering.engineer  工程技术 · 工程师：可能不符合  最早 2024 年度可以申报" in out
    assert "取得现任职称须满2年，现满1年。（人社部发〔2019〕16号 附件）" in out
    own = tmp_path / "me.yaml"
    own.write_text("education: '11'\nheld: none\n", encoding="utf-8")
    assert "engineering.engineer  工程技术 · 工程师：符合" in run("explain", BORTALA_2023, "--case", own)[0]


def test_explain_names_the_people_there_are_when_it_knows_none_of_that_name() -> None:
    _out, _err, failed = run("explain", BORTALA_2023, "--case", "谁")
    assert "博士" in failed
    _out, _err, failed = run("explain", OTHER_2025)
    assert "没有" in failed
