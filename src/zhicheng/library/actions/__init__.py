"""The verbs of 我的资料库: the only code that writes here."""

from zhicheng.library.actions.ending import empty_library, keep_on, remove_unused, tell_of_ends, tell_unused
from zhicheng.library.actions.keeping import Kept, add_file, keep_facts, keep_item, note_use, remove_file, remove_item

__all__ = [
    "Kept",
    "add_file",
    "empty_library",
    "keep_facts",
    "keep_item",
    "keep_on",
    "note_use",
    "remove_file",
    "remove_item",
    "remove_unused",
    "tell_of_ends",
    "tell_unused",
]
