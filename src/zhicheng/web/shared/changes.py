"""What changed at a place (``applications.changes``), in words: the old value beside the new one, the old paper beside the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.changes import Change
from zhicheng.applications.facts import row_label
from zhicheng.applications.sections import BY_KEY, Field
from zhicheng.applications.snapshot import FrozenFile
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.web.shared.desk.comparing import LONG_VALUE, excerpt_of


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file by its name, with the address that shows it."""

    name: str
    url: str
    pages: int


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One difference: what differs (``label``), and what it was and is: two values, of long ones where they differ (``pieces``), or files."""

    label: str
    before: str = ""
    after: str = ""
    pieces: list[tuple[str, str]] = field(default_factory=list)
    old: list[FileLink] = field(default_factory=list)
    new: list[FileLink] = field(default_factory=list)

    @property
    def is_files(self) -> bool:
        """Whether it is papers that changed."""
        return bool(self.old or self.new)


@dataclass(frozen=True, slots=True)
class Wording:
    """How one audience reads: ``say`` puts a stored value into words, ``address`` leads to a file; ``sections`` and ``old_sections`` are
    the forms in which rows are called by name.
    """

    notice: Notice
    say: Callable[[Field, Any], str]
    address: Callable[[FrozenFile], str]
    sections: Mapping[str, Any]
    old_sections: Mapping[str, Any]

    def shown(self, changes: Iterable[Change], *, at: Where) -> list[ShownChange]:
        """The changes found ``at`` a place, each called by what is not said already by the place's own name."""
        return [self._shown(change, at) for change in changes]

    def _shown(self, change: Change, at: Where) -> ShownChange:
        where = change.where
        if where.slot:
            old, new = ([FileLink(f.name, self.address(f), f.pages) for f in files] for files in (change.before, change.after))
            return ShownChange(
                where.in_words(self.notice, self.sections) or where.in_words(self.notice, self.old_sections), old=old, new=new
            )
        section = BY_KEY[where.section]
        if change.before is None and isinstance(change.after, Mapping):
            return ShownChange(_("新增"), after=row_label(section, change.after) or str(section.label))
        if change.after is None and isinstance(change.before, Mapping):
            return ShownChange(_("删去"), before=row_label(section, change.before) or str(section.label))
        form_field = section.field(where.field)
        label = str(form_field.label)
        if where.whole_row != at.whole_row:
            label = _("{place} · {field}").format(place=where.in_words(self.notice, self.sections), field=label)
        before, after = self.say(form_field, change.before), self.say(form_field, change.after)
        long = len(before) > LONG_VALUE and len(after) > LONG_VALUE
        return ShownChange(label, before, after, excerpt_of(before, after) if long else [])
