"""What the database refuses to remove: who asked for a change of somebody's account, and who decided (S-18, S-36)."""

from __future__ import annotations

from zhicheng.foundation.triggers import guard

GUARDED = (guard("organizations_accountrequest", "DELETE", sentence="a request about an account stays"),)
