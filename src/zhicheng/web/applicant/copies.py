"""The copy of a section that a browser keeps while it could not be saved: sealed there, with a key that the server gives to nobody but the
one who writes the form (``static/zhicheng/drafts.js``).

The key follows from the instance's keys, the account and the application. It stands in the page while it is open, in no storage of the
browser, and comes again with the page after the next sign-in. Without it what lies in the browser tells nothing, not even whose it is.
"""

from __future__ import annotations

import base64

from zhicheng.applications.models import Application
from zhicheng.foundation.fields import keyed_hash
from zhicheng.foundation.sealing import handed_keys

_PURPOSE = "copy of a draft in the browser"


def place_of(application: Application) -> str:
    """What the browser calls this account's copies of this application; says nothing to whoever reads it there."""
    return keyed_hash(_whose(application), purpose=_PURPOSE).rpartition(":")[2][:32]


def keys_of(application: Application) -> str:
    """The keys to the copies of this application: ``id:base64 id:base64``, the one to seal with first."""
    keys = handed_keys(purpose=_PURPOSE, place=_whose(application))
    return " ".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in keys)


def _whose(application: Application) -> str:
    return f"{application.applicant_id}:{application.pk}"
