"""How passwords are kept where real people use them: the tests themselves hash fast."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from django.contrib.auth.hashers import check_password, identify_hasher, make_password

ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_password_is_kept_with_argon2_of_todays_cost(settings: Any) -> None:
    """OWASP asks for 19 MB, two passes and one lane at least."""
    settings.PASSWORD_HASHERS = [ARGON2]
    kept = make_password("不常见的密码 7391")
    assert kept.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    assert check_password("不常见的密码 7391", kept) and not check_password("不常见的密码 7392", kept)
    assert identify_hasher(kept).algorithm == "argon2"


def test_production_knows_no_other_way() -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "ZHICHENG_ENV_FILE": os.devnull}
    command = [sys.executable, "-c", "from zhicheng.settings import PASSWORD_HASHERS; print(*PASSWORD_HASHERS)"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [ARGON2]
