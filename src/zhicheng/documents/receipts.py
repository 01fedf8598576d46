"""The receipt of a submission (上报回执) as data: when what arrived here, and word for word what had been said about it (S-27, S-64)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, field_validator

from zhicheng.documents.base import Kind, PaperBase, PaperPart
from zhicheng.documents.texts import Line, clean_text
from zhicheng.foundation.fields import mask_id_number_on_paper

# It is made together with the submission and must never stand in its way: nothing that a form can hold is too long for it.
Kept = Annotated[str, Field(max_length=50_000), BeforeValidator(clean_text)]


class Said(PaperPart):
    """One sentence that 再次核对 showed; ``mark`` is its kind, of a condition its verdict, in Chinese."""

    mark: Line = Field(title="类别")
    place: Kept = Field("", title="位置")
    text: Kept = Field("", title="内容")
    source: Kept = Field("", title="依据")
    answer: Kept = Field("", title="申报人说明")


class Point(PaperPart):
    """One point of a return, as it was said, and what the applicant wrote to it."""

    text: Kept = Field("", title="退回意见")
    answer: Kept = Field("", title="申报人说明")


class Promise(PaperPart):
    """A text that was accepted with 上报; ``read_in``: the language it was shown in, in Chinese."""

    name: Line = Field(title="名称")
    version: Line = Field("", title="版本")
    read_in: Line = Field("", title="显示语言")
    text: Kept = Field("", title="内容")


class SentFile(PaperPart):
    """A file that was sent along; of ``sha256`` (64 hex digits) the paper prints all."""

    label: Kept = Field("", title="材料名称")
    year: Line = Field("", title="年度")
    name: Kept = Field("", title="文件名")
    pages: Line = Field("", title="页数")
    sha256: Line = Field("", title="文件校验码")


class Receipt(PaperBase):
    """上报回执. The identity number is masked here, whatever comes in; times are Beijing time."""

    kind: ClassVar[Kind] = Kind.RECEIPT

    number: Line = Field(title="申请书编号")
    id_number: Line = Field("", title="身份证号")
    employer: Kept = Field(title="申报单位")
    series: Line = Field(title="申报系列")
    specialty: Line = Field(title="申报专业")
    level: Line = Field(title="申报级别")
    title: Line = Field(title="申报资格")
    sending: Line = Field(title="上报次序")
    received_at: Line = Field(title="服务器收到时间")
    content_sha256: str = Field(title="提交内容校验码", pattern=r"^[0-9a-f]{64}$")
    notice: Kept = Field(title="依据")
    checked_at: Line = Field("", title="核对时间")
    said: list[Said] = Field([], title="核对时显示的内容")
    points: list[Point] = Field([], title="对退回意见的说明")
    promises: list[Promise] = Field([], title="上报时确认的内容")
    files: list[SentFile] = Field([], title="附件")

    @field_validator("id_number")
    @classmethod
    def _mask(cls, value: str) -> str:
        return mask_id_number_on_paper(value)
