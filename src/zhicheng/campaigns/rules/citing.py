"""What a rule rests on, as a reader of the notice finds it: 通知（八） instead of the number of a sentence in our own list (S-58)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import Notice

_OURS = re.compile(r"(?:[SG]-[0-9]+[a-z]?|domain )")
_BETWEEN = "；"


def cited(notice: Notice, source: str) -> str:
    """``source`` for a page: a number of ours becomes the place of the list of materials it stands in, and is left out where it has none.

    What has a name of its own (人社部令25号) stays. Empty when nothing is left.
    """
    parts = [part.strip() for part in source.split(_BETWEEN) if part.strip()]
    ours = {part for part in parts if _OURS.match(part)}
    slots = [slot for slot in notice.materials if ours & {part.strip() for part in slot.source.split(_BETWEEN)}]
    places = _("、").join(dict.fromkeys(slot.number for slot in slots))
    named = [part for part in parts if part not in ours]
    return _("；").join([*([_("通知{places}").format(places=places)] if places else []), *named])
