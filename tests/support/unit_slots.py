"""The notice of 2023 with slots that the unit fills itself, beside those of its publicity."""

from __future__ import annotations

from dataclasses import replace

from tests.support import world as w
from zhicheng.applications.models import Application
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.organizations.actors import SYSTEM

SLOT = """
  - key: unit_report
    number: （十二）
    source: S-62；G-14
    label: {zh: 单位推荐报告, en: Report of the employer}
    wants: {zh: 单位对申报人的推荐报告，加盖公章。, en: The employer's sealed report.}
    why: {zh: 说明推荐的理由。, en: Why it recommends.}
    owner: unit
    papers:
      - key: report
        label: {zh: 推荐报告, en: Report}
    formats: [pdf]
    max_files: 2

  - key: unit_roster
    number: （十二）
    source: S-62；G-14
    label: {zh: 各段学历核验单, en: Check of each course}
    wants: {zh: 单位逐段核验学历的记录。, en: The employer's check of every course.}
    why: {zh: 说明单位已核验。, en: That it was checked.}
    owner: unit
    papers:
      - key: check
        label: {zh: 学历核验单, en: Check}
    per: row
    section: education

evidence_rules:"""


def with_unit_slots() -> str:
    text = BORTALA_2023.read_text("utf-8")
    text = text.replace("\nevidence_rules:", SLOT, 1)
    return text.replace("slots: [education], source", "slots: [education, unit_roster], source", 1)


def publicised(world: w.World) -> Application:
    """An application under such a notice, passed by its unit, its publicity open."""
    world = replace(world, version=publish_campaign(text=with_unit_slots(), actor=SYSTEM))
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    return application
