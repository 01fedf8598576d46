"""What the database refuses to change: a fact stays its owner's."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

PROTECTED = (
    protect(
        "library_libraryitem",
        "UPDATE",
        sentence="an item of a library stays with whoever keeps it",
        rule="owner",
        when="NEW.library_id <> OLD.library_id OR NEW.kind <> OLD.kind",
    ),
    protect(
        "library_libraryfile",
        "UPDATE",
        sentence="a file stands with an item or is taken out",
        rule="stays",
        when="NEW.item_id <> OLD.item_id OR NEW.file_id <> OLD.file_id",
    ),
)
