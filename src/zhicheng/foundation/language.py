"""The platform's own language: for what is kept for others to read and for every mail, whatever the screen of whoever acts says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation


@contextmanager
def platform_language() -> Iterator[None]:
    """Say everything inside the block in the platform's language (``LANGUAGE_CODE``). Also decorates a function.

    An officer may read the pages in English; the history, the reasons and the mails are other people's and stay Chinese. What is
    said to whoever acts (``Refused``, messages) stays outside of the block: it is in the language of their screen.
    """
    with translation.override(settings.LANGUAGE_CODE):
        yield
