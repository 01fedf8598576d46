"""The address of a page, made once: a list names the same ones in every row, and the next request names them again."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_resolver, get_script_prefix, get_urlconf, reverse
from django.urls.resolvers import URLResolver

MOST_KEPT = 8192


@lru_cache(maxsize=MOST_KEPT, typed=True)
def _made(_resolver: URLResolver, _prefix: str, name: str, *args: object) -> str:
    return reverse(name, args=args)


def address_of(name: str, *args: object) -> str:
    """``reverse(name, args=args)``; raises ``NoReverseMatch``."""
    return _made(get_resolver(get_urlconf()), get_script_prefix(), name, *args)
