"""How an instance is called: settings of the office that runs it, read by ``settings.py``."""

from __future__ import annotations

from pathlib import Path

import environ

from zhicheng.environment import env

SITE_NAME = env.str("ZHICHENG_SITE_NAME", "专业技术职称申报服务平台")
# Without one the name above is translated: the English of ours, or the name as it is.
SITE_NAME_EN = env.str("ZHICHENG_SITE_NAME_EN", "")
# Who runs it and issues its notices, above the name and at the foot of every page. Empty: not said.
_REHEARSED = env.str("ZHICHENG_MODE", "production") == "rehearsal"
_BUREAU = (
    "博尔塔拉蒙古自治州人力资源和社会保障局",
    "Human Resources and Social Security Bureau of Bortala Mongol Autonomous Prefecture",
)
OFFICE_NAME = env.str("ZHICHENG_OFFICE_NAME", _BUREAU[0] if _REHEARSED else "")
OFFICE_NAME_EN = env.str("ZHICHENG_OFFICE_NAME_EN", _BUREAU[1] if _BUREAU[0] == OFFICE_NAME else OFFICE_NAME)

#: The only names a picture may have, the first that is there is taken: with ``-en`` for those who read English.
WORDMARK_FILES = ("wordmark.svg", "wordmark.png", "wordmark-en.svg", "wordmark-en.png")
BRAND_DIR = env.str("ZHICHENG_BRAND_DIR", "")


def _wordmark(*names: str) -> str:
    return next((f"brand/{name}" for name in names if BRAND_DIR and (Path(BRAND_DIR) / name).is_file()), "")


if BRAND_DIR:
    # What lies there is collected with the site's own files and shown to everybody: a folder of keys must never be named by mistake.
    _others = (
        [path.name for path in Path(BRAND_DIR).iterdir() if path.name not in WORDMARK_FILES]
        if Path(BRAND_DIR).is_dir()
        else ["?"]
    )
    if _others or not _wordmark(*WORDMARK_FILES[:2]):
        raise environ.ImproperlyConfigured(
            f"ZHICHENG_BRAND_DIR must be a folder with wordmark.svg or wordmark.png, and nothing but {', '.join(WORDMARK_FILES)}"
        )
#: The picture by language, as a static file; empty: the names are written.
WORDMARK = _wordmark(*WORDMARK_FILES[:2])
WORDMARK_EN = _wordmark(*WORDMARK_FILES[2:]) or WORDMARK
STATICFILES_DIRS = [("brand", BRAND_DIR)] if BRAND_DIR else []
