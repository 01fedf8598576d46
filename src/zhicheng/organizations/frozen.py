"""What the database refuses to remove: who asked for a change of somebody's account, and who decided (S-18, S-36); and what became of
the accounts of officers."""

from __future__ import annotations

from zhicheng.foundation.triggers import guard

GUARDED = (guard("organizations_accountrequest", "DELETE", sentence="a request about an account stays"),)
# Put on after every migration, not by one.
OFFICERS = (guard("organizations_officerchange", "UPDATE", "DELETE", sentence="what became of an officer is append-only"),)
