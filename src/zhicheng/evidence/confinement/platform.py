"""What the operator is told before an instance starts: which walls this machine does not give the cells."""

from __future__ import annotations

import sys
from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.utils.translation import gettext as _

from zhicheng.evidence.confinement import starting

_NAMES = {"shell": "bubblewrap / namespaces", "nowhere": "chroot", "landlock": "Landlock", "seccomp": "seccomp"}


@register("zhicheng")
def check_confinement(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One warning that names every missing wall. The files are examined all the same: the other walls stand."""
    missing = starting.report().missing if sys.platform == "linux" else list(_NAMES)
    if not missing:
        return []
    return [
        Warning(
            _("这台机器缺少隔离上传文件的部分手段：%(missing)s。") % {"missing": ", ".join(_NAMES[name] for name in missing)},
            hint=_("各项的作用和补上的办法见 docs/security/confinement.md；多数情况下安装 bubblewrap 即可。"),
            id="zhicheng.W030",
        )
    ]
