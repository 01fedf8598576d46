"""The project's settings in test mode: its own keys, a clock that can move, a fast password hash."""

import os

os.environ["ZHICHENG_MODE"] = "test"

from zhicheng.settings import *  # noqa: E402, F403
