"""How sign-in differs from the library's default: accounts are made by ``accounts.actions`` alone."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up through the library: registration has its own pages, with 注册须知 first (S-10, S-18)."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False
