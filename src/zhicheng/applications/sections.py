"""The sections of the application form, as data: what the review form (评审表) asks for (domain §1.6).

Pages, validation, snapshot and papers all read this table; a field is written down once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import evidence_slots
from zhicheng.campaigns.vocabulary import in_words

Words = str | Promise


class Kind(StrEnum):
    """What a field holds. Stored as JSON: dates as ISO text, numbers as numbers, codes as their code."""

    TEXT = "text"
    LONG = "long"
    CODE = "code"
    DATE = "date"
    YEAR = "year"
    NUMBER = "number"
    YES_NO = "yes_no"
    EMAIL = "email"
    MOBILE = "mobile"
    FIXED = "fixed"  # comes from the account or the employer; shown, not typed


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``table`` names a code table of ``standards.tables``; ``limit`` is a length in characters, ``advised`` what is
    usually written of it (from, to). ``first``: the codes most people here choose, offered before the others. ``suggested``: what is typed
    is mostly one of a list that is offered.
    """

    key: str
    label: Words
    kind: Kind = Kind.TEXT
    required: bool = True
    limit: int = 100
    table: str = ""
    help: Words = ""
    past: bool = False  # a date that may not lie in the future
    person_name: bool = False  # read and judged by the rules of names (S-18)
    first: tuple[str, ...] = ()
    suggested: str = ""
    advised: tuple[int, int] | None = None
    asked_by_rule: bool = False  # not required by itself: a rule of its section says when it is, and it is not called optional


@dataclass(frozen=True, slots=True)
class Section:
    """One section: a single form, or ``rows`` of the same form. ``at_least`` rows are needed before 上报.

    ``unless_first_title``: fields are asked only of those who hold a title already.
    """

    key: str
    label: Words
    fields: tuple[Field, ...]
    rows: bool = False
    at_least: int = 0
    row_word: Words = ""
    intro: Words = ""
    source: str = ""
    unless_first_title: bool = False

    @property
    def is_by_year(self) -> bool:
        """Whether it is a row of a few short answers for each year: pages show such rows close together."""
        return self.rows and len(self.fields) <= 4 and any(field.kind is Kind.YEAR for field in self.fields)

    def intro_of(self, notice: Notice) -> str:
        """What stands above the section, with what the notice asks of it: which papers, of how many years."""
        slots = evidence_slots(notice, self.key)
        joined = [gettext("或") if slot.mode == "one_of" else gettext("、") for slot in slots]
        papers = [
            how.join(str(p.label) for p in slot.papers if not p.stands_for) for how, slot in zip(joined, slots, strict=True)
        ]
        return (
            str(self.intro)
            .format(
                papers=gettext("、").join(papers) or gettext("证明材料"),
                exempt="".join(str(slot.exempt_reason) for slot in slots if slot.exempt_reason),
                most=max(
                    (slot.years.cap for slot in slots if slot.years and slot.years.cap),
                    default=notice.limits.continuing_education_years,
                ),
                years=in_words(notice.limits.achievements_years),
            )
            .strip()
        )

    def field(self, key: str) -> Field:
        """The field ``key``; raises ``KeyError``."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


def _span(past: bool = True, open_end: bool = True) -> tuple[Field, Field]:
    return (
        Field("started_on", _("开始日期"), Kind.DATE, past=past),
        Field("ended_on", _("结束日期"), Kind.DATE, required=not open_end, help=_("至今请留空") if open_end else "", past=past),
    )


_DEGREES_FIRST = ("408", "407", "409", "410", "404", "405", "412", "402", "308", "343", "309", "310")

SECTIONS: tuple[Section, ...] = (
    Section(
        "basic",
        _("基本信息"),
        (
            Field("name", _("姓名"), Kind.FIXED),
            Field("former_name", _("曾用名"), required=False, limit=50, person_name=True),
            Field("sex", _("性别"), Kind.FIXED, table="sex"),
            Field("birth_date", _("出生日期"), Kind.FIXED),
            Field("id_number", _("身份证号"), Kind.FIXED),
            Field("ethnic_group", _("族别"), Kind.CODE, table="ethnic_groups", first=("01", "05", "17", "02", "03")),
            Field("political_status", _("政治面貌"), Kind.CODE, table="political_status"),
            Field("work_started_on", _("参加工作时间"), Kind.DATE, past=True),
            Field("mobile", _("手机号码"), Kind.MOBILE),
            Field("email", _("电子邮箱"), Kind.EMAIL),
            Field("employer_name", _("工作单位"), Kind.FIXED),
            Field("employer_nature", _("单位性质"), Kind.FIXED, table="natures"),
            Field("current_specialty", _("现从事专业"), limit=50),
            Field("current_specialty_years", _("从事本专业年限"), Kind.NUMBER, help=_("整年数，例如 6")),
            Field("post", _("行政职务"), required=False, limit=50),
        ),
        source="domain §1.6",
    ),
    Section(
        "education",
        _("学历学位"),
        (
            Field("school", _("毕业院校"), suggested="schools"),
            Field("major", _("所学专业")),
            Field("education", _("学历"), Kind.CODE, table="education", first=("21", "31", "14", "11", "41")),
            Field("degree", _("学位"), Kind.CODE, table="degrees", required=False, first=_DEGREES_FIRST),
            Field("study_form", _("学习形式"), Kind.CODE, table="study_forms"),
            Field("started_on", _("入学日期"), Kind.DATE, past=True),
            Field("graduated_on", _("毕业日期"), Kind.DATE, past=True),
            Field("certificate_number", _("毕业证书编号"), limit=50),
            Field(
                "verification_code",
                _("学信网在线验证码"),
                required=False,
                limit=16,
                help=_("12位或16位，见《教育部学历证书电子注册备案表》"),
            ),
        ),
        rows=True,
        at_least=1,
        row_word=_("一段学历"),
        intro=_("全日制和在职教育都要填写，每段学历分别上传{papers}。"),
        source="S-52",
    ),
    Section(
        "current_title",
        _("现任专业技术职务任职资格"),
        (
            Field("first_title", _("本人是首次申报，尚无专业技术职务任职资格"), Kind.YES_NO, required=False),
            Field("title_name", _("资格名称"), limit=50),
            Field("series", _("系列（专业）"), limit=50),
            Field("step", _("级别"), Kind.CODE, table="title_steps"),
            Field("acquired_on", _("取得时间"), Kind.DATE, past=True),
            Field("authority", _("审批机关")),
            Field("certificate_number", _("证书编号"), limit=50),
            Field("obtained_by", _("取得方式"), Kind.CODE, table="obtained_by"),
        ),
        source="S-53",
        unless_first_title=True,
    ),
    Section(
        "appointment",
        _("聘任情况"),
        (
            Field("post", _("现聘岗位（职务）")),
            Field("contract_kind", _("聘用依据"), Kind.CODE, table="appointment_kinds"),
            Field("party", _("聘书或合同上的单位名称"), required=False, help=_("与申报单位名称相同的可以不填")),
            Field("appointed_on", _("聘任开始日期"), Kind.DATE, past=True),
            Field("appointed_until", _("聘期截止日期"), Kind.DATE, required=False, help=_("无固定期限请留空")),
        ),
        source="S-54",
    ),
    Section(
        "work_history",
        _("工作经历"),
        (
            *_span(),
            Field("employer", _("工作单位")),
            Field(
                "employer_nature",
                _("单位性质"),
                Kind.CODE,
                required=False,
                table="natures",
                help=_("在企业工作的年度不需上传年度考核登记表；现单位以县（市）核实的为准"),
            ),
            Field("duty", _("从事何种专业技术工作")),
            Field("post", _("职务"), required=False, limit=50),
        ),
        rows=True,
        at_least=1,
        row_word=_("一段工作经历"),
        intro=_("从参加工作起连续填写，前后相接；借调、挂职、驻村等另填一段，并在从事何种工作中写明。"),
        source="domain §1.6",
    ),
    Section(
        "continuing_education",
        _("继续教育"),
        (
            Field("year", _("年度"), Kind.YEAR),
            Field("exempt", _("本年度经批准免试（免学）"), Kind.YES_NO, required=False),
            Field("hours_total", _("总学时"), Kind.NUMBER, required=False, help=_("免试的不填"), asked_by_rule=True),
            Field("hours_professional", _("其中专业科目学时"), Kind.NUMBER, required=False),
        ),
        rows=True,
        row_word=_("一个年度"),
        intro=_("按年度填写；每个年度上传{papers}，最多{most}年。"),
        source="S-57…S-59",
    ),
    Section(
        "appraisals",
        _("年度考核"),
        (
            Field("year", _("年度"), Kind.YEAR),
            Field("result", _("考核结果"), Kind.CODE, table="appraisal_results"),
            Field("employer_nature", _("当年所在单位性质"), Kind.CODE, table="natures"),
            Field(
                "second_nature",
                _("当年另一单位性质"),
                Kind.CODE,
                required=False,
                table="natures",
                help=_("当年换过单位的填写"),
            ),
        ),
        rows=True,
        row_word=_("一个年度"),
        intro=_("任期内各年度的考核结果。{exempt}"),
        source="S-60",
    ),
    Section(
        "achievements",
        _("业绩成果"),
        (
            Field("name", _("项目（工作）名称")),
            *_span(),
            Field("role", _("本人角色"), limit=50, help=_("例如 主持、技术负责人、参与（第3）")),
            Field("description", _("内容与成效"), Kind.LONG, limit=1000, advised=(100, 400)),
            Field("contribution", _("本人实际贡献"), Kind.LONG, limit=500, advised=(50, 200)),
        ),
        rows=True,
        at_least=1,
        row_word=_("一项业绩"),
        intro=_("填写近{years}年的实践能力和业绩成果，说明对成果的实际贡献，并逐项上传佐证材料。"),
        source="S-56, S-68",
    ),
    Section(
        "publications",
        _("论文、论著、课题报告"),
        (
            Field("kind", _("类别"), Kind.CODE, table="publication_kinds"),
            Field("title", _("题目"), limit=200),
            Field("publication", _("刊物、出版社或立项单位")),
            Field("number", _("CN、ISSN、ISBN或项目编号"), required=False, limit=40),
            Field("author_rank", _("本人排名"), limit=20, help=_("例如 1/3")),
            Field("published_on", _("发表、出版或结题日期"), Kind.DATE, past=True),
        ),
        rows=True,
        row_word=_("一篇（部、项）"),
        intro=_("只填写任期内取得的，并逐项上传佐证材料。没有可以不填。"),
        source="S-55",
    ),
    Section(
        "awards",
        _("获奖情况"),
        (
            Field("name", _("奖项名称")),
            Field("issuer", _("授奖单位")),
            Field("grade", _("等级"), required=False, limit=20),
            Field("rank", _("本人排名"), required=False, limit=20),
            Field("awarded_on", _("获奖日期"), Kind.DATE, past=True),
        ),
        rows=True,
        row_word=_("一项奖励"),
        intro=_("逐项上传获奖证书或文件。没有可以不填。"),
        source="S-56",
    ),
    Section(
        "training",
        _("培训进修"),
        (
            Field("name", _("培训（进修）内容")),
            Field("organiser", _("主办单位")),
            *_span(open_end=False),
            Field("hours", _("学时"), Kind.NUMBER, required=False),
        ),
        rows=True,
        row_word=_("一次培训"),
        intro=_("没有可以不填。"),
        source="domain §1.6",
    ),
    Section(
        "social_posts",
        _("社会兼职"),
        (Field("organization", _("组织名称")), Field("post", _("职务"), limit=50), *_span()),
        rows=True,
        row_word=_("一项兼职"),
        intro=_("没有可以不填。"),
        source="domain §1.6",
    ),
    Section(
        "summary",
        _("专业技术工作总结"),
        (
            Field(
                "text",
                _("任期内专业技术工作总结"),
                Kind.LONG,
                limit=5000,
                advised=(1500, 3000),
                help=_("写任期内的专业技术工作、能力和业绩。"),
            ),
        ),
        source="S-55",
    ),
)

BY_KEY: dict[str, Section] = {s.key: s for s in SECTIONS}

# What the employer's public notice shows (T1, S-66…S-68): when one of these changed, the notice is repeated (G-08).
PUBLICISED = ("basic", "current_title", "achievements")
