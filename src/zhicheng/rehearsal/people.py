"""Invented people: names of the prefecture's peoples, numbers that are well formed and belong to nobody, and their careers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Protocol

from zhicheng.standards import credit_code, identity_number, organization_code

MAILBOXES = "@bozhou.example"  # of everybody it makes
PASSWORD = "rehearsal-2023"  # noqa: S105 - everybody's in a rehearsal, printed on its first page

# (name, ethnic group, sex); 01 汉 02 蒙古 03 回 05 维吾尔 17 哈萨克 38 锡伯. Rare characters are on purpose.
NAMES: tuple[tuple[str, str, str], ...] = (
    ("古丽娜尔·买买提", "05", "2"), ("李建军", "01", "1"), ("巴特尔", "02", "1"), ("叶尔兰·哈布力", "17", "1"),
    ("王芳", "01", "2"), ("其其格", "02", "2"), ("阿依努尔·吐尔逊", "05", "2"), ("马晓兰", "03", "2"),
    ("张㻏", "01", "1"), ("道尔吉", "02", "1"), ("古丽扎提·木合塔尔", "17", "2"), ("买买提江·阿不都热依木", "05", "1"),
    ("陈婧", "01", "2"), ("乌兰其木格", "02", "2"), ("努尔兰·沙依劳", "17", "1"), ("赵喆", "01", "1"),
    ("热依汗古丽·艾合买提", "05", "2"), ("关鹏飞", "38", "1"), ("巴音达拉", "02", "1"), ("刘赟", "01", "2"),
    ("阿不都沙拉木·艾山", "05", "1"), ("欧阳雪", "01", "2"), ("那仁花", "02", "2"), ("叶尔肯别克·对山", "17", "1"),
    ("马国栋", "03", "1"), ("孙玥", "01", "2"), ("帕提古丽·买买提", "05", "2"), ("苏和", "02", "1"),
    ("郭堃", "01", "1"), ("加娜尔·巴合提", "17", "2"), ("哈丽旦·依明", "05", "2"), ("佟佳慧", "38", "2"),
    ("周鑫", "01", "1"), ("萨仁", "02", "2"), ("艾力·卡德尔", "05", "1"), ("吴昕玥", "01", "2"),
    ("恩克巴雅尔", "02", "1"), ("阿依丁·托列吾", "17", "1"), ("何燊", "01", "1"), ("米热古丽·玉素甫", "05", "2"),
    ("杨丽", "01", "2"), ("道力玛", "02", "2"), ("黄磊", "01", "1"), ("马依拉·阿布都拉", "05", "2"),
    ("朱珺", "01", "2"), ("布音", "02", "1"), ("阿合买提·努尔", "17", "1"), ("徐洋", "01", "1"),
    ("再努尔·肉孜", "05", "2"), ("高娃", "02", "2"), ("胡杨", "01", "1"), ("林喆涵", "01", "2"),
    ("铁木尔", "02", "1"), ("吾兰·木拉提", "17", "1"), ("阿米娜·司马义", "05", "2"), ("郑凯", "01", "1"),
    ("沙仁高娃", "02", "2"), ("谢尔扎提·阿里木", "05", "1"), ("冯璟", "01", "2"), ("马俊", "03", "1"),
    ("巴哈尔·热合曼", "05", "2"), ("邓超群", "01", "1"), ("敖云", "02", "2"), ("努丽亚·加尔肯", "17", "2"),
    ("宋佳琪", "01", "2"), ("图尔荪·尼亚孜", "05", "1"), ("曹阳", "01", "1"), ("乌日娜", "02", "2"),
    ("贾毅", "01", "1"), ("萨妮亚·达吾提", "05", "2"), ("韩梅", "01", "2"), ("阿斯哈尔·赛里克", "17", "1"),
)  # fmt: skip


def identity(serial: int, sex: str, *, birth: str, region: str = "652701") -> str:
    """A well-formed number; ``serial`` (0 to 499) tells people of one birthday apart."""
    first = f"{region}{birth}{serial * 2 % 998 + (1 if sex == '1' else 0):03d}"
    return first + identity_number.check_character(first)


def credit(serial: int, *, kind: str, region: str) -> str:
    """A well-formed credit code."""
    body = f"{45760000 + serial:08d}"
    first = f"{kind}{region}{body}{organization_code.check_character(body)}"
    return first + credit_code.check_character(first)


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of work: what is applied for, and the words of such a career."""

    series: str
    specialty: str
    title: str
    step: str  # the title held, "" for a first title
    held: str
    series_name: str
    work: str
    school: str
    major: str
    education: str = "21"
    degree: str = "408"
    projects: tuple[str, ...] = field(default=())


TRADES: tuple[Trade, ...] = (
    Trade("engineering", "water", "engineer", "junior_assistant", "助理工程师", "工程技术", "灌区工程建设与管理", "新疆农业大学",
          "水利水电工程", projects=("博尔塔拉河灌区渠系改造", "五一水库除险加固")),
    Trade("agriculture", "agronomy", "agronomist", "junior_assistant", "助理农艺师", "农业技术", "枸杞良种繁育与推广", "石河子大学",
          "农学", degree="409", projects=("枸杞病虫害绿色防控示范", "万亩高标准枸杞园建设")),
    Trade("engineering", "highway", "assistant_engineer", "", "", "工程技术", "农村公路养护与施工", "新疆大学", "土木工程",
          projects=("乡村道路硬化工程质量监督",)),
    Trade("agriculture", "husbandry", "husbandry_specialist", "junior_assistant", "助理畜牧师", "农业技术", "细毛羊品种改良",
          "新疆农业大学", "动物科学", degree="409", projects=("细毛羊人工授精站点建设", "牧区饲草料基地建设")),
    Trade("engineering", "surveying", "technician", "", "", "工程技术", "地籍测绘与地理信息采集", "新疆工业职业技术学院",
          "工程测量技术", education="31", degree="", projects=("农村宅基地确权登记测绘",)),
    Trade("mass_culture", "mass_culture", "culture_officer", "junior_assistant", "助理馆员", "群众文化", "群众文艺辅导与非遗保护",
          "新疆艺术学院", "音乐学", degree="405", projects=("蒙古族长调传承人培训", "百日广场文化活动")),
    Trade("engineering", "construction", "engineer", "junior_assistant", "助理工程师", "工程技术", "房屋建筑施工质量监督",
          "长安大学", "土木工程", projects=("安居富民工程质量抽检", "既有住宅抗震加固")),
    Trade("archives", "archives", "archivist", "junior_assistant", "助理馆员", "档案", "档案数字化与编研", "新疆大学", "档案学",
          degree="405", projects=("民生档案数字化加工",)),
    Trade("agriculture", "veterinary", "assistant_veterinarian", "junior_technician", "兽医技术员", "农业技术", "动物疫病防控",
          "新疆农业职业技术学院", "畜牧兽医", education="31", degree="", projects=("布鲁氏菌病净化试点",)),
    Trade("engineering", "mechanical_electronic", "engineer", "junior_assistant", "助理工程师", "工程技术", "农机装备与电气维护",
          "西安交通大学", "电气工程及其自动化", projects=("枸杞烘干生产线节能改造",)),
)  # fmt: skip


class Career(Protocol):
    """Of whom a form can be told: an invented person of the rehearsal, or of the walk."""

    @property
    def serial(self) -> int: ...
    @property
    def trade(self) -> Trade: ...
    @property
    def birth_year(self) -> int: ...
    @property
    def ethnic_group(self) -> str: ...
    @property
    def mobile(self) -> str: ...
    @property
    def email(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """One invented applicant."""

    serial: int
    name: str
    ethnic_group: str
    sex: str
    trade: Trade

    @property
    def username(self) -> str:
        return f"sbr{self.serial:02d}"

    @property
    def email(self) -> str:
        return f"{self.username}{MAILBOXES}"

    @property
    def mobile(self) -> str:
        return f"1399909{self.serial:04d}"

    @property
    def birth_year(self) -> int:
        return 1996 - self.serial % 6 if not self.trade.step else 1992 - self.serial % 8

    @property
    def id_number(self) -> str:
        day = f"{self.birth_year}{self.serial % 12 + 1:02d}{self.serial % 27 + 1:02d}"
        region = ("652701", "652722", "652723", "652702")[self.serial % 4]
        return identity(self.serial, self.sex, birth=day, region=region)


def person(serial: int) -> Person:
    """The invented person number ``serial`` (from 1); the same one every time."""
    name, group, sex = NAMES[(serial - 1) % len(NAMES)]
    return Person(serial, name, group, sex, TRADES[(serial - 1) % len(TRADES)])


def _title_and_post(who: Career, graduated: int) -> tuple[dict[str, Any], dict[str, Any], int]:
    """The present title, the appointment, and the year the tenure began (0 for a first title)."""
    trade = who.trade
    if not trade.step:
        post = {"post": "技术岗", "contract_kind": "labour_contract", "appointed_on": f"{graduated}-08-01", "appointed_until": ""}
        return {"first_title": "on"}, post, 0
    began = 2018 if trade.step == "junior_assistant" else 2020
    title = {
        "first_title": "",
        "title_name": trade.held,
        "series": trade.series_name,
        "step": trade.step,
        "acquired_on": f"{began}-01-{who.serial % 20 + 5:02d}",
        "authority": "博尔塔拉蒙古自治州人力资源和社会保障局",
        "certificate_number": f"XJ{began}27{who.serial:05d}",
        "obtained_by": "review",
    }
    post = {"post": trade.held, "contract_kind": "appointment_letter", "appointed_on": f"{began}-02-01", "appointed_until": ""}
    return title, post, began


def form_of(who: Career, *, employer: str, nature: str) -> dict[str, Any]:
    """Every section of a form in which nothing is wrong, as typed; half of the people have more to show than the others."""
    trade, chance = who.trade, random.Random(who.serial)  # noqa: S311 - variety, not a secret
    graduated = who.birth_year + 23
    title, post, began = _title_and_post(who, graduated)
    rich = who.serial % 2 == 0
    return {
        "basic": {
            "ethnic_group": who.ethnic_group,
            "political_status": chance.choice(["01", "03", "13", "13"]),
            "work_started_on": f"{graduated}-07-15",
            "mobile": who.mobile,
            "email": who.email,
            "current_specialty": trade.major,
            "current_specialty_years": str(2023 - graduated),
        },
        "education": [
            {
                "school": trade.school,
                "major": trade.major,
                "education": trade.education,
                "degree": trade.degree,
                "study_form": "full_time",
                "started_on": f"{graduated - (4 if trade.education == '21' else 3)}-09-01",
                "graduated_on": f"{graduated}-06-30",
                "certificate_number": f"1075812{graduated}05{who.serial:06d}",
            }
        ],
        "current_title": title,
        "appointment": post,
        "work_history": [{"started_on": f"{graduated}-07-15", "employer": employer, "duty": trade.work, "post": ""}],
        "continuing_education": [
            {"year": str(y), "hours_total": str(chance.choice([80, 90, 96, 102])), "hours_professional": "60"}
            for y in range(2018, 2023)
        ],
        "appraisals": [
            {"year": str(y), "result": chance.choice(["competent", "competent", "excellent"]), "employer_nature": nature}
            for y in range(began or graduated, 2023)
        ],
        "achievements": _achievements(who, projects=trade.projects if rich else trade.projects[:1]),
        "publications": _publications(who) if rich and began else [],
        "awards": [{"name": "年度先进工作者", "issuer": employer, "grade": "单位级", "awarded_on": "2022-01-20"}] if rich else [],
        "training": [],
        "social_posts": [],
        "summary": {"text": _summary(who, employer)},
    }


def _achievements(who: Career, *, projects: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "started_on": f"{2019 + n}-03-01",
            "ended_on": f"{2021 + n}-10-30",
            "role": ("技术负责人", "参与（第2）", "主持")[(who.serial + n) % 3],
            "description": f"承担{name}的技术工作，制定实施方案并组织验收，成果在全州推广应用。",
            "contribution": "负责方案编制、现场技术指导和质量控制，完成技术总结。",
        }
        for n, name in enumerate(projects)
    ]


# Where a paper is about: fifty people in turn name fifty papers, so that no desk reads of a work claimed twice where nobody wrote of it.
PLACES = ("博乐市", "精河县", "温泉县", "阿拉山口市", "博州")


def _publications(who: Career) -> list[dict[str, str]]:
    return [
        {
            "kind": "paper",
            "title": f"{PLACES[(who.serial + who.serial // len(TRADES)) % len(PLACES)]}{who.trade.work}的实践与思考",
            "publication": "新疆农垦科技",
            "number": "",
            "author_rank": "1/2",
            "published_on": "2021-09-15",
        }
    ]


def _summary(who: Career, employer: str) -> str:
    trade = who.trade
    parts = (
        f"本人在{employer}从事{trade.work}工作，能够独立承担本专业的技术任务，遵守职业道德，团结同志。",
        f"任期内结合本地实际，先后参加{'、'.join(trade.projects)}等工作，解决了生产中的若干技术问题。",
        "坚持学习新知识、新技术，按要求完成继续教育学时，注意把所学用于实践，并指导新参加工作的同志。",
        "存在的不足是理论总结还不够系统，今后将加强调查研究，提高解决复杂问题的能力。",
    )
    return "\n".join(parts * 6)
