"""The address of a page or a static file, made once: a list names the same ones in every row, and the next request names them again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.core.files.storage import storages
from django.urls import get_resolver, get_script_prefix, get_urlconf
from django.urls import reverse as made_anew
from django.urls.resolvers import URLResolver

MOST_KEPT = 8192


def reverse(name: str, args: Sequence[object] = ()) -> str:
    """Django's ``reverse``, for arguments in their order; raises ``NoReverseMatch``."""
    return _made(get_resolver(get_urlconf()), get_script_prefix(), name, *args)


@lru_cache(maxsize=MOST_KEPT, typed=True)
def _made(_resolver: URLResolver, _prefix: str, name: str, *args: object) -> str:
    return made_anew(name, args=args)


def static_address(path: str) -> str:
    """Where a file of the site's own lies, under the name that carries the hash of its content."""
    return _static(storages["staticfiles"], get_script_prefix(), path)


@lru_cache(maxsize=256)
def _static(storage: Any, _prefix: str, path: str) -> str:
    return str(storage.url(path))
