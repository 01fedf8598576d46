"""The project's settings in test mode: its own keys, a clock that can move, a fast password hash, folders that vanish.

``ZHICHENG_TEST_DATABASE=postgres`` runs the same tests on a PostgreSQL cluster made for them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="zhicheng-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
(_folder / "static").mkdir()

# What the person at this machine has set for an instance must not reach the tests.
for _name in [name for name in os.environ if name.startswith("ZHICHENG_")]:
    if _name not in {"ZHICHENG_TEST_CLUSTER", "ZHICHENG_TEST_DATABASE", "ZHICHENG_SCREENS", "ZHICHENG_NOTHING_SKIPPED"}:
        del os.environ[_name]
os.environ |= {"ZHICHENG_MODE": "test", "ZHICHENG_ENV_FILE": os.devnull, "ZHICHENG_DATA_DIR": str(_folder)}

if os.environ.get("ZHICHENG_TEST_DATABASE", "sqlite") == "postgres":
    from tests.support.postgres import AS_WRITTEN, start_for_this_process

    # Who runs processes beside the tests lets them use the tests' own cluster. The scripts of tests/faults have a cluster as it is.
    _more = AS_WRITTEN if "PYTEST_VERSION" in os.environ else {}
    os.environ["ZHICHENG_DATABASE_URL"] = os.environ.get("ZHICHENG_TEST_CLUSTER") or start_for_this_process(**_more)

from tests.support.templates import Undefined  # noqa: E402
from zhicheng.settings import *  # noqa: E402, F403
from zhicheng.settings import CACHES as SHARED_CACHES  # noqa: E402
from zhicheng.settings import MIDDLEWARE, TEMPLATES  # noqa: E402

# Tests without a database have limits too. The instance's own cache is tested under its second name, ``shared``.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}, "shared": SHARED_CACHES["default"]}

TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined()  # type: ignore[index]

# Every form of a page sends the token the page carried; a test's client sends what it was told.
MIDDLEWARE = [*MIDDLEWARE]
MIDDLEWARE.insert(MIDDLEWARE.index("zhicheng.web.shared.once.OnceMiddleware"), "tests.support.forms.SendsTheToken")
# A test's client makes all of these anew.
MIDDLEWARE[MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware")] = "tests.support.static_files.ReadOnce"

# What a paper looks like in the tests is the same on every machine; those that are about installed fonts say so.
PAPER_FONT_PACKAGES: list[str] = []
