"""From a campaign file to a :class:`Notice`, or to every reason why not, each with its line (house, decision 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from zhicheng.campaigns import consistency
from zhicheng.campaigns.answers import Answers, TruthTable
from zhicheng.campaigns.calendars import CalendarFile, compare_calendar
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.yaml_source import BadYaml, Path, Source
from zhicheng.foundation.errors import Problem, Refused

Read = TypeVar("Read", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class NoticeError:
    """One thing wrong with a campaign file: the line (from 1), the place in it (``materials[3].papers``), the reason."""

    line: int
    path: str
    text: str

    def __str__(self) -> str:
        return f"第 {self.line} 行" + (f"（{self.path}）" if self.path else "") + f"：{self.text}"


class BadNotice(Refused):
    """The file cannot be used. ``errors`` holds everything found, in the order of the file."""

    def __init__(self, errors: Iterable[NoticeError]) -> None:
        self.errors = sorted(errors)
        super().__init__(Problem(str(error), where=error.path, code="bad_notice") for error in self.errors)


def load_notice(source: str | FilePath) -> Notice:
    """The notice in ``source``: the text of a campaign file, or the path of one (UTF-8).

    Raises :class:`BadNotice` with all errors at once, :class:`OSError` if the file cannot be read. Checks that compare two
    parts of the file wait until both parts are sound in themselves.
    """
    parsed = read_mapping(source)
    notice, found = _validate(parsed.data, Notice)
    parts = {name: getattr(notice, name) for name in Notice.model_fields} if notice else _sound_parts(parsed.data, found)
    found += [(path, reason) for path, reason in consistency.compare(parts)]
    return whole(parsed, notice, found)


def load_calendar_file(source: str | FilePath) -> CalendarFile:
    """The calendar layer in ``source``: the text of a calendar file, or the path of one (UTF-8).

    Raises :class:`BadNotice` with all errors at once, :class:`OSError` if the file cannot be read.
    """
    parsed = read_mapping(source)
    read, found = _validate(parsed.data, CalendarFile)
    return whole(parsed, read, found + (list(compare_calendar(read)) if read is not None else []))


def load_truth_table(source: str | FilePath) -> TruthTable:
    """The truth table in ``source``; raises as :func:`load_notice` does."""
    return _load(source, TruthTable)


def load_answers(source: str | FilePath) -> Answers:
    """What one person says, in a file of its own; raises as :func:`load_notice` does."""
    return _load(source, Answers)


def _load(source: str | FilePath, model: type[Read]) -> Read:
    parsed = read_mapping(source)
    return whole(parsed, *_validate(parsed.data, model))


def read_mapping(source: str | FilePath) -> Source:
    """A YAML file of keys and values, with the lines they stand on. Raises :class:`BadNotice`, :class:`OSError`."""
    try:
        text = source.read_text(encoding="utf-8-sig") if isinstance(source, FilePath) else source
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadNotice([NoticeError(line, "", "文件不是 UTF-8 编码")]) from error
    try:
        parsed = Source(text)
    except BadYaml as error:
        raise BadNotice(NoticeError(line, dotted(path), reason) for line, path, reason in error.found) from error
    if not isinstance(parsed.data, dict):
        raise BadNotice([NoticeError(1, "", "文件应由“键: 值”组成")])
    return parsed


def whole(parsed: Source, read: Read | None, found: Iterable[tuple[Path, str]]) -> Read:
    """What was read, if nothing was ``found`` wrong with it; raises :class:`BadNotice` with the lines otherwise."""
    errors = [NoticeError(parsed.line(path), dotted(path), reason) for path, reason in found]
    if errors or read is None:
        raise BadNotice(errors)
    return read


def dotted(path: Path) -> str:
    """``("materials", 3, "papers")`` as ``materials[3].papers``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


_OLDER = "缺少“format”：写明 format: 2，并写明各种文书的文字（papers）和评审表份数（limits.review_form_copies）"


def _validate(data: dict[str, Any], model: type[Read]) -> tuple[Read | None, list[tuple[Path, str]]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_translated(dict(item), model) for item in error.errors(include_url=False) if not _follows(dict(item))]


def _follows(error: dict[str, Any]) -> bool:
    """Whether a list is only called too short because its items are wrong, of which each is told."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _sound_parts(data: dict[str, Any], found: list[tuple[Path, str]]) -> dict[str, Any]:
    """The top-level parts that are right in themselves, so that those can still be compared with each other."""
    broken = {path[0] for path, _reason in found if path}
    parts = {}
    for name, field in Notice.model_fields.items():
        if name in broken:
            continue
        if name in data:
            annotation: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
            parts[name] = TypeAdapter(annotation).validate_python(data[name])
        else:
            parts[name] = field.get_default()
    return parts


# --- reasons in Chinese ---------------------------------------------------------------------------------------------

_REASONS = {
    "string_type": "应为文字；形如数字、日期或 yes/no 的文字请加引号",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "tuple_type": "应为列表（每项以“- ”开头）",
    "list_type": "应为列表（每项以“- ”开头）",
    "model_type": "应由“键: 值”组成",
    "model_attributes_type": "应由“键: 值”组成",
    "dict_type": "应由“键: 值”组成",
    "string_too_short": "不能为空",
}
_REASONS_WITH_VALUES = {
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "写法不对，须符合 {pattern}",
}


def _translated(error: dict[str, Any], model: type[BaseModel]) -> tuple[Path, str]:
    """(path, reason) of one of pydantic's errors."""
    path: Path = tuple(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing" and path == ("format",):
        return path, _OLDER
    if kind == "missing":
        return path, f"缺少“{path[-1]}”"
    if kind == "extra_forbidden":
        return path, f"不认识的键“{path[-1]}”" + consistency.did_you_mean(str(path[-1]), _keys_at(path[:-1], model))
    if kind in {"literal_error", "enum"}:
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        shown = "、".join(choice or '""' for choice in choices)
        return path, f"“{error['input']}”不在可选值之内，应为 {shown} 之一" + consistency.did_you_mean(
            str(error["input"]), choices
        )
    if kind in _REASONS_WITH_VALUES:
        return path, _REASONS_WITH_VALUES[kind].format(**context)
    return path, _REASONS.get(kind, error["msg"])


def _keys_at(path: Path, model: type[BaseModel]) -> list[str]:
    """The keys allowed at ``path`` of a file of this kind."""
    at: Any = model
    for part in path:
        at = _element(at) if isinstance(part, int) else at.model_fields[part].annotation
        at = _without_none(at)
    at = _element(at) if get_origin(at) is tuple else at  # a single condition, written without a list
    return list(at.model_fields) if isinstance(at, type) and issubclass(at, BaseModel) else []


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in {Union, UnionType}:
        return next(option for option in get_args(annotation) if option is not type(None))
    return annotation


def _element(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is tuple else annotation
