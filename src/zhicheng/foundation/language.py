"""The platform's own language, for what is kept for others to read and for every mail, whatever the screen of whoever acts says; and its names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

gettext_noop("专业技术职称申报服务平台")  # settings.SITE_NAME as it comes, for the translators


@contextmanager
def platform_language() -> Iterator[None]:
    """Say everything inside the block in the platform's language (``LANGUAGE_CODE``). Also decorates a function.

    An officer may read the pages in English; the history, the reasons and the mails are other people's and stay Chinese. What is
    said to whoever acts (``Refused``, messages) stays outside of the block: it is in the language of their screen.
    """
    with translation.override(settings.LANGUAGE_CODE):
        yield


def site_name() -> str:
    """What the site is called, in the language that is spoken just now."""
    return (_speaks_english() and settings.SITE_NAME_EN) or gettext(settings.SITE_NAME)


def office_name() -> str:
    """Who runs the site and issues its notices; empty where the settings do not say."""
    return str(settings.OFFICE_NAME_EN if _speaks_english() else settings.OFFICE_NAME)


def wordmark() -> str:
    """The static file of the picture that stands for both names; empty where there is none."""
    return str(settings.WORDMARK_EN if _speaks_english() else settings.WORDMARK)


def _speaks_english() -> bool:
    return (translation.get_language() or "").startswith("en")
