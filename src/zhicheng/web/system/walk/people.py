"""Who walks: a unit and two applicants nobody has met before, made anew for every walk."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from zhicheng.rehearsal.people import credit, identity

PASSWORD = "walnut-lantern-42-quay"  # noqa: S105 - of invented people in a rehearsal
_chance = random.SystemRandom()

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody who registers. ``username`` is new in every walk."""

    name: str
    sex: str
    username: str
    id_number: str
    mobile: str

    @property
    def email(self) -> str:
        return f"{self.username}@walk.example"


def somebody(name: str, sex: str, role: str) -> Human:
    """A person with a number that belongs to nobody."""
    birth = f"19{_chance.randint(84, 93)}{_chance.randint(1, 12):02d}{_chance.randint(1, 28):02d}"
    tail = f"{_chance.randrange(10**6):06d}"
    number = identity(_chance.randrange(499), sex, birth=birth, region="652701")
    return Human(name, sex, f"{role}{tail}", number, f"138{_chance.randrange(10**8):08d}")


@dataclass(frozen=True, slots=True)
class Unit:
    """The employer that registers."""

    name: str
    code: str


def some_unit() -> Unit:
    """A unit with a credit code of its own."""
    serial = _chance.randrange(100_000, 999_999)
    return Unit(f"博乐市第{serial % 1000}灌区管理站", credit(serial, kind="12", region="652701"))


def sections(person: Human, unit: Unit) -> dict[str, dict[str, str] | Rows]:
    """What the applicant fills in, by the titles and labels of the pages."""
    return _career(person, unit) | _last_five_years(unit)


def _career(person: Human, unit: Unit) -> dict[str, dict[str, str] | Rows]:
    """Who the person is and how they came here."""
    return {
        "基本信息": {
            "族别": "维吾尔族",
            "政治面貌": "群众",
            "参加工作时间": "2013-07-01",
            "手机号码": person.mobile,
            "电子邮箱": person.email,
            "现从事专业": "水利工程",
            "从事本专业年限": "10",
        },
        "学历学位": [
            {
                "毕业院校": "新疆农业大学",
                "所学专业": "水利水电工程",
                "学历": "大学本科毕业",
                "学位": "工学学士",
                "学习形式": "全日制",
                "入学日期": "2009.9.1",
                "毕业日期": "2013年6月30日",
                "毕业证书编号": f"1075812013050{person.mobile[-5:]}",
            }
        ],
        "现任专业技术职务任职资格": {
            "资格名称": "助理工程师",
            "系列（专业）": "工程技术",
            "级别": "助理级",
            "取得时间": "2018-01-10",
            "审批机关": "博尔塔拉蒙古自治州人力资源和社会保障局",
            "证书编号": f"XJ2018{person.mobile[-6:]}",
            "取得方式": "评审",
        },
        "聘任情况": {"现聘岗位（职务）": "助理工程师", "聘用依据": "聘书", "聘任开始日期": "2018-02-01"},
        "工作经历": [
            {
                "开始日期": "2013-07-01",
                "结束日期": "2017-12-31",
                "工作单位": "博乐市水利工程队",
                "从事何种专业技术工作": "渠道施工与质量检查",
            },
            {"开始日期": "2018-01-01", "工作单位": unit.name, "从事何种专业技术工作": "灌区工程建设与管理"},
        ],
    }


def _last_five_years(unit: Unit) -> dict[str, dict[str, str] | Rows]:
    """What was learnt and done in the present title."""
    return {
        "继续教育": [{"年度": str(y), "总学时": "90", "其中专业科目学时": "60"} for y in range(2018, 2023)],
        "年度考核": [{"年度": str(y), "考核结果": "合格", "当年所在单位性质": "事业单位"} for y in range(2018, 2023)],
        "业绩成果": [
            {
                "项目（工作）名称": "博尔塔拉河灌区渠系改造",
                "开始日期": "2019-03-01",
                "结束日期": "2021-10-30",
                "本人角色": "技术负责人",
                "内容与成效": "完成干渠防渗改造23公里，年节水约400万立方米。",
                "本人实际贡献": "负责施工图会审和现场质量控制，编制技术总结。",
            }
        ],
        "论文、论著、课题报告": [
            {
                "类别": "论文",
                "题目": "干旱区灌溉渠道防渗技术的应用",
                "刊物、出版社或立项单位": "新疆水利",
                "本人排名": "1/2",
                "发表、出版或结题日期": "2021-09-15",
            }
        ],
        "获奖情况": [{"奖项名称": "年度先进工作者", "授奖单位": unit.name, "获奖日期": "2022-01-20"}],
        "培训进修": [],
        "社会兼职": [],
        "专业技术工作总结": {"任期内专业技术工作总结": "任现职以来，主要从事灌区工程建设与管理工作，完成了各项技术任务。\n" * 24},
    }


def notice_words() -> dict[str, Any]:
    """What the unit writes on T1."""
    return {
        "思想政治条件": "拥护中国共产党的领导，遵纪守法，恪守职业道德，无不良从业行为。",
        "近五年实践能力和业绩成果": "近五年主持灌区渠系改造，年节水约400万立方米。",
        "本人实际贡献": "负责施工图会审和现场质量控制。",
        "受理异议的办公室": "综合",
        "监督电话": "0909-2312345",
    }
