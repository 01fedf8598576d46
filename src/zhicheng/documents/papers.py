"""What each paper says, as data: one model per kind, display-ready Chinese, checked for length before anything is printed.

Someone else builds these from a frozen submission; nothing here knows an application. The names of the parts of
:class:`ReviewForm` are those of the sections of the application (domain §1.6). A part that is not there prints as 无.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, ValidationError

from zhicheng.documents.base import Kind, PaperBase, PaperPart
from zhicheng.documents.letters import Commitment, PublicityNotice, PublicityResult, SupervisingOpinion
from zhicheng.documents.receipts import Receipt
from zhicheng.documents.texts import ROW_LIMIT, Filled, Line, Name, Series, Specialty, Summary, Text
from zhicheng.documents.wording import BLANKS, FormText, former_form
from zhicheng.foundation.errors import Problem, Refused

P = TypeVar("P", bound=PaperBase)


class Basic(PaperPart):
    """基本情况"""

    name: Name = Field(title="姓名")
    former_name: Line = Field("", title="曾用名")
    sex: Line = Field("", title="性别")
    birth_date: Line = Field("", title="出生日期")
    ethnic_group: Line = Field("", title="族别")
    political_status: Line = Field("", title="政治面貌")
    id_number: Line = Field("", title="身份证号")
    work_started_on: Line = Field("", title="参加工作时间")
    mobile: Line = Field("", title="手机号码")
    email: Line = Field("", title="电子邮箱")
    employer_name: Line = Field("", title="工作单位")
    employer_nature: Line = Field("", title="单位性质")
    current_specialty: Line = Field("", title="现从事专业")
    current_specialty_years: Line = Field("", title="从事本专业年限")
    post: Line = Field("", title="行政职务")


class Education(PaperPart):
    """学历学位: one row"""

    started_on: Line = Field("", title="入学时间")
    graduated_on: Line = Field("", title="毕业时间")
    school: Line = Field("", title="毕业院校")
    major: Line = Field("", title="所学专业")
    education: Line = Field("", title="学历")
    degree: Line = Field("", title="学位")
    study_form: Line = Field("", title="学习形式")
    certificate_number: Line = Field("", title="毕业证书编号")
    verification_code: Line = Field("", title="在线验证码")


class CurrentTitle(PaperPart):
    """现任专业技术职务任职资格; absent for a first title"""

    title_name: Line = Field("", title="资格名称")
    series: Line = Field("", title="系列")
    level: Line = Field("", title="级别")
    acquired_on: Line = Field("", title="取得时间")
    authority: Line = Field("", title="审批机关")
    certificate_number: Line = Field("", title="证书编号")
    obtained_by: Line = Field("", title="取得方式")


class Appointment(PaperPart):
    """聘任情况"""

    post: Line = Field("", title="聘任职务")
    appointed_on: Line = Field("", title="聘任起始时间")
    appointed_until: Line = Field("", title="聘任终止时间")
    contract_kind: Line = Field("", title="证明材料")


class WorkHistory(PaperPart):
    """工作经历: one row"""

    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    employer: Line = Field("", title="工作单位")
    duty: Text = Field("", title="从事的专业技术工作")
    post: Line = Field("", title="职务")


class ContinuingEducation(PaperPart):
    """继续教育: one year"""

    year: Line = Field("", title="年度")
    hours_total: Line = Field("", title="总学时")
    hours_professional: Line = Field("", title="专业课学时")
    remark: Line = Field("", title="备注")


class Appraisal(PaperPart):
    """年度考核: one year"""

    year: Line = Field("", title="年度")
    result: Line = Field("", title="考核结果")
    employer_nature: Line = Field("", title="当年单位性质")


class Achievement(PaperPart):
    """业绩成果: one item"""

    name: Line = Field("", title="项目名称")
    role: Line = Field("", title="本人角色")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    description: Text = Field("", title="内容与成效")
    contribution: Text = Field("", title="本人实际贡献")


class Publication(PaperPart):
    """论文、论著、课题报告: one item"""

    kind: Line = Field("", title="类别")
    title: Line = Field("", title="题目")
    publication: Line = Field("", title="刊物或出版单位")
    number: Line = Field("", title="刊号或书号")
    author_rank: Line = Field("", title="本人排名")
    published_on: Line = Field("", title="发表时间")


class Award(PaperPart):
    """获奖情况: one item"""

    name: Line = Field("", title="奖励名称")
    issuer: Line = Field("", title="授予单位")
    grade: Line = Field("", title="等级")
    awarded_on: Line = Field("", title="获奖时间")
    rank: Line = Field("", title="本人排名")


class Training(PaperPart):
    """培训进修: one item"""

    name: Line = Field("", title="培训内容")
    organiser: Line = Field("", title="主办单位")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    hours: Line = Field("", title="学时")


class SocialPost(PaperPart):
    """社会兼职: one item"""

    organization: Line = Field("", title="组织名称")
    post: Line = Field("", title="兼任职务")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")


class Material(PaperPart):
    """One uploaded file in the list of materials; of ``sha256`` (64 hex digits) the paper prints the first 12."""

    label: Line = Field("", title="材料名称")
    year: Line = Field("", title="年度")
    name: Line = Field("", title="文件名")
    pages: Line = Field("", title="页数")
    sha256: Line = Field("", title="文件校验码")


class Photo(PaperPart):
    """The photograph of the applicant: which bytes of ``foundation.blobs``, and what they are."""

    sha256: str = Field(title="校验码", pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(title="类型", max_length=40)


class ReviewForm(PaperBase):
    """《新疆维吾尔自治区专业技术职务任职资格评审表》 (S-41, S-47 … S-50; parts as in domain §1.6)."""

    kind: ClassVar[Kind] = Kind.REVIEW_FORM

    # The fixed words, by the notice; of papers issued before notices had them, none.
    frame: FormText | None = Field(None, title="固定文字")
    number: Line = Field("", title="申请书编号")
    employer: Filled = Field(title="申报单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Filled = Field(title="申报级别")
    title: Filled = Field(title="申报资格")
    filled_on: Line = Field("", title="填表日期")
    photo: Photo | None = Field(None, title="照片")
    basic: Basic = Field(title="基本情况")
    education: list[Education] = Field([], title="学历学位", max_length=ROW_LIMIT)
    current_title: CurrentTitle | None = Field(None, title="现任专业技术职务任职资格")
    appointment: Appointment | None = Field(None, title="聘任情况")
    work_history: list[WorkHistory] = Field([], title="工作经历", max_length=ROW_LIMIT)
    continuing_education: list[ContinuingEducation] = Field([], title="继续教育情况", max_length=ROW_LIMIT)
    appraisals: list[Appraisal] = Field([], title="年度考核情况", max_length=ROW_LIMIT)
    achievements: list[Achievement] = Field([], title="业绩成果", max_length=ROW_LIMIT)
    publications: list[Publication] = Field([], title="论文、论著、课题报告", max_length=ROW_LIMIT)
    awards: list[Award] = Field([], title="获奖情况", max_length=ROW_LIMIT)
    training: list[Training] = Field([], title="培训进修情况", max_length=ROW_LIMIT)
    social_posts: list[SocialPost] = Field([], title="社会兼职情况", max_length=ROW_LIMIT)
    summary: Summary = Field("", title="任期内专业技术工作总结")
    materials: list[Material] = Field([], title="申报材料清单", max_length=5 * ROW_LIMIT)

    @property
    def words(self) -> FormText:
        """The fixed words of this form."""
        return self.frame or former_form()


PAPERS: dict[str, type[PaperBase]] = {
    cls.kind.value: cls for cls in (ReviewForm, PublicityNotice, PublicityResult, SupervisingOpinion, Commitment, Receipt)
}
assert set(BLANKS) < set(PAPERS)  # noqa: S101  every letter has its model


def paper_of(kind: str, data: dict[str, Any]) -> PaperBase:
    """Check ``data`` and make it a paper. Raises :class:`Refused` with one sentence for everything that is wrong."""
    return checked(PAPERS[kind], data)


def checked(model: type[P], data: dict[str, Any]) -> P:
    """The same for a paper that is printed and never issued."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Refused(_problem(model, detail) for detail in error.errors(include_url=False)) from error


def _problem(model: type[PaperBase], detail: Any) -> Problem:
    label = _label(model, detail["loc"])
    context = detail.get("ctx", {})
    value = detail.get("input")
    length = len(value) if isinstance(value, str | list) else 0
    match detail["type"]:
        case "string_too_long":
            text = _("“%(field)s”有%(length)d字，文书最多容纳%(limit)d字，请精简。")
        case "too_long":
            text = _("“%(field)s”有%(length)d项，文书最多容纳%(limit)d项。")
        case "missing" | "string_too_short":
            text = _("“%(field)s”没有内容，无法生成文书。")
        case "extra_forbidden":
            text = _("文书中没有“%(field)s”这一栏。")
        case _:
            text = _("“%(field)s”的内容不符合文书的要求。")
    values = {"field": label, "length": length, "limit": context.get("max_length", 0)}
    return Problem(text % values, where=".".join(map(str, detail["loc"])), code=f"paper.{detail['type']}")


def _label(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """``("achievements", 2, "description")`` → ``业绩成果 第3项 内容与成效``."""
    words: list[str] = []
    current: type[BaseModel] | None = model
    for step in location:
        if isinstance(step, int):
            words.append(_("第%(n)d项") % {"n": step + 1})
            continue
        info = current.model_fields.get(step) if current else None
        words.append(info.title or step if info else step)
        current = _model_in(info.annotation) if info else None
    return " ".join(words)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
