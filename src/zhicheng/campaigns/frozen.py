"""The database refuses to change a published version of a notice.

Removal needs no trigger of its own: an application holds its version with a protecting foreign key.
"""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

PROTECTED = (protect("campaigns_campaignversion", "UPDATE", sentence="a published version of a notice is never changed"),)
CALENDARS = (protect("campaigns_calendarversion", "UPDATE", "DELETE", sentence="a version of a calendar is never changed"),)
# Put on after every migration, not by one.
ROUNDS = (
    protect(
        "campaigns_campaign",
        "UPDATE",
        sentence="a campaign stays with its name, year and region",
        rule="stays",
        when="NEW.slug <> OLD.slug OR NEW.year <> OLD.year OR NEW.region_code <> OLD.region_code",
    ),
)
