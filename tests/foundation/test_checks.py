import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.checks.registry import registry
from django.core.management import call_command
from django.db import connection

from zhicheng.foundation import checks, clock, triggers
from zhicheng.foundation.models import ClockSetting, InstanceMark, RehearsalMarker


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def production(settings: Any) -> Any:
    """A production instance with everything set as it should be."""
    settings.MODE = "production"
    settings.CLOCK_CAN_MOVE = False
    settings.REHEARSAL = False
    settings.SECRET_KEY = "k" * 50
    settings.FIELD_KEYS = [key()]
    settings.BLIND_INDEX_KEY = "b" * 40
    settings.ALLOWED_HOSTS = ["zhicheng.example.cn"]
    settings.BASE_DIR = Path("/opt/zhicheng")
    settings.SITE_ADDRESS = "https://zhicheng.example.cn"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


@pytest.fixture
def made_in_production(db: None, production: Any) -> None:
    """The tests' database with the mark of a production instance."""
    triggers.take_off(connection, triggers.INSTANCE)
    InstanceMark.objects.update(mode="production")


def found() -> set[str]:
    return {str(problem.id) for problem in checks.check_configuration(None)} - {"zhicheng.W011"}


def test_production_as_it_should_be_has_no_problem(production: Any) -> None:
    assert found() == set()


def test_test_and_rehearsal_may_use_their_own_keys(settings: Any) -> None:
    from zhicheng.settings import _OWN_KEYS

    for settings.MODE in ("test", "rehearsal"):
        settings.SECRET_KEY, settings.FIELD_KEYS, settings.BLIND_INDEX_KEY = _OWN_KEYS[settings.MODE]
        assert checks.check_configuration(None) == []


@pytest.mark.parametrize(
    ("setting", "value", "problem", "says"),
    [
        ("CLOCK_CAN_MOVE", True, "zhicheng.E001", "ZHICHENG_MODE"),
        ("REHEARSAL", True, "zhicheng.E002", "ZHICHENG_MODE"),
        ("SECRET_KEY", "", "zhicheng.E003", "ZHICHENG_SECRET_KEY"),
        ("SECRET_KEY", "rehearsal-only-secret-key-never-for-real-people-0000", "zhicheng.E011", "ZHICHENG_SECRET_KEY"),
        ("SECRET_KEY", "short", "zhicheng.E009", "ZHICHENG_SECRET_KEY"),
        ("FIELD_KEYS", [], "zhicheng.E004", "ZHICHENG_FIELD_KEYS"),
        ("FIELD_KEYS", ["not base64!"], "zhicheng.E005", "openssl rand -base64 32"),
        ("FIELD_KEYS", [key(), "c2hvcnQ="], "zhicheng.E005", "ZHICHENG_FIELD_KEYS"),
        ("FIELD_KEYS", ["cmVoZWFyc2FsLW9ubHkta2V5LTMyLWJ5dGVzLTAwMDA="], "zhicheng.E011", "ZHICHENG_FIELD_KEYS"),
        ("BLIND_INDEX_KEY", "", "zhicheng.E006", "ZHICHENG_BLIND_INDEX_KEY"),
        ("BLIND_INDEX_KEY", "rehearsal-only-blind-index-key", "zhicheng.E011", "ZHICHENG_BLIND_INDEX_KEY"),
        ("BLIND_INDEX_KEY", "k" * 50, "zhicheng.E010", "ZHICHENG_BLIND_INDEX_KEY"),
        ("ALLOWED_HOSTS", [], "zhicheng.E007", "ZHICHENG_ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", ["*"], "zhicheng.E007", "ZHICHENG_ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", ["zhicheng.example.cn", ".gov.cn"], "zhicheng.E007", "ZHICHENG_ALLOWED_HOSTS"),
        ("BASE_DIR", Path(__file__).resolve().parents[2], "zhicheng.W023", "docs/operations.md"),
        ("SITE_ADDRESS", "http://127.0.0.1:8000", "zhicheng.W012", "ZHICHENG_SITE_ADDRESS"),
        ("DELIVERY_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "zhicheng.E008", "ZHICHENG_MAIL_URL"),
        ("DELIVERY_BACKEND", "django.core.mail.backends.console.EmailBackend", "zhicheng.E008", "ZHICHENG_MAIL_URL"),
    ],
)
def test_production_with_one_thing_wrong_names_the_variable(
    production: Any, setting: str, value: Any, problem: str, says: str
) -> None:
    setattr(production, setting, value)
    assert found() == {problem}
    (one,) = (each for each in checks.check_configuration(None) if each.id == problem)
    assert says in f"{one.msg} {one.hint}"
    assert one.is_serious() == problem.startswith("zhicheng.E")


def test_rehearsal_keys_of_the_settings_are_recognised(production: Any, tmp_path: Path) -> None:
    """The keys written into settings.py, not copies of them in this test."""
    command = "from zhicheng import settings as s; print(s.SECRET_KEY, s.BLIND_INDEX_KEY, *s.FIELD_KEYS)"
    environment = {"PATH": os.environ["PATH"], "ZHICHENG_MODE": "rehearsal", "ZHICHENG_ENV_FILE": os.devnull}
    printed = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    production.SECRET_KEY, production.BLIND_INDEX_KEY, *production.FIELD_KEYS = printed.stdout.split()
    assert [problem.id for problem in checks.check_configuration(None) if problem.is_serious()] == ["zhicheng.E011"] * 3


def made_by(mode: str, folder: Path) -> str:
    """The path of the key that an instance of ``mode`` makes for itself, in its own words and process."""
    command = "from zhicheng.foundation import signing; signing.signing_key()"
    told = {"ZHICHENG_MODE": mode, "ZHICHENG_DATA_DIR": str(folder), "ZHICHENG_ENV_FILE": os.devnull}
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "zhicheng.settings"} | told
    subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    return str(folder / "ledger-signing-key.pem")


def real_key(folder: Path, kind: str = "ed25519") -> str:
    """The path of a key as an operator makes one."""
    path = folder / f"{kind}.pem"
    made = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(path)


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("mode", ["rehearsal", "test"])
def test_signing_key_that_a_rehearsal_made_for_itself_is_no_key_for_production(
    production: Any, tmp_path: Path, mode: str, as_text: bool
) -> None:
    path = made_by(mode, tmp_path)
    production.LEDGER_SIGNING_KEY = Path(path).read_text() if as_text else path
    assert found() == {"zhicheng.E011"}
    (one,) = (each for each in checks.check_configuration(None) if each.id == "zhicheng.E011")
    assert "ZHICHENG_LEDGER_SIGNING_KEY" in one.msg and one.is_serious()


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_signing_key_of_an_operator_is_for_production_alone(production: Any, tmp_path: Path, kind: str) -> None:
    from zhicheng.settings import _OWN_KEYS

    production.LEDGER_SIGNING_KEY = real_key(tmp_path, kind)
    assert found() == set()
    for production.MODE in ("test", "rehearsal"):
        production.SECRET_KEY, production.FIELD_KEYS, production.BLIND_INDEX_KEY = _OWN_KEYS[production.MODE]
        assert found() == {"zhicheng.E013"}


def test_signing_key_in_the_folder_of_a_rehearsal_is_the_rehearsals_though_it_says_nothing(
    production: Any, tmp_path: Path
) -> None:
    """Rehearsals of before made such keys."""
    production.LEDGER_SIGNING_KEY = real_key(tmp_path)
    (tmp_path / "files").mkdir()
    for mode, wrong in (("production", set()), ("rehearsal", {"zhicheng.E011"}), ("test", {"zhicheng.E011"})):
        (tmp_path / "files" / "instance.json").write_text(json.dumps({"mode": mode, "instance": "0" * 32}))
        assert found() == wrong


def test_modes_make_their_own_signing_keys_and_take_no_others(settings: Any, tmp_path: Path) -> None:
    from zhicheng.settings import _OWN_KEYS

    paths = {mode: made_by(mode, tmp_path / mode) for mode in ("rehearsal", "test")}
    for settings.MODE in paths:
        settings.SECRET_KEY, settings.FIELD_KEYS, settings.BLIND_INDEX_KEY = _OWN_KEYS[settings.MODE]
        for theirs, settings.LEDGER_SIGNING_KEY in paths.items():
            assert found() == (set() if theirs == settings.MODE else {"zhicheng.E013"})


def test_signing_key_that_this_process_cannot_read_is_the_workers_to_name(production: Any, tmp_path: Path) -> None:
    production.LEDGER_SIGNING_KEY = str(tmp_path / "nowhere.pem")
    assert found() == set()


def test_production_on_sqlite_is_warned(production: Any) -> None:
    warned = [problem for problem in checks.check_configuration(None) if problem.id == "zhicheng.W011"]
    assert bool(warned) == (connection.vendor == "sqlite")
    assert all("ZHICHENG_DATABASE_URL" in str(one.hint) and not one.is_serious() for one in warned)


def serious() -> list[CheckMessage]:
    """What the checks of the database refuse; that the tests' own role owns the tables is a warning."""
    return [problem for problem in run_checks(tags=[Tags.database], databases=["default"]) if problem.is_serious()]


@pytest.mark.usefixtures("made_in_production")
def test_production_refuses_a_database_with_the_marker_of_a_rehearsal() -> None:
    assert serious() == []
    RehearsalMarker.objects.create(created_at=clock.now())
    (problem,) = serious()
    assert (problem.id, "RehearsalMarker" in problem.msg) == ("zhicheng.E020", True)
    with pytest.raises(checks.UnsafeStart, match="演练"):
        checks.refuse_unsafe_start()


@pytest.mark.usefixtures("made_in_production")
def test_production_refuses_a_database_with_a_moved_clock() -> None:
    ClockSetting.objects.create(offset_microseconds=1, moved_by="user:1")
    (problem,) = serious()
    assert "ClockSetting" in problem.msg and "ZHICHENG_DATABASE_URL" in str(problem.hint)


@pytest.mark.usefixtures("made_in_production")
def test_refuse_unsafe_start_names_every_reason(production: Any) -> None:
    checks.refuse_unsafe_start()
    production.ALLOWED_HOSTS = []
    production.FIELD_KEYS = []
    with pytest.raises(checks.UnsafeStart, match=r"(?s)ZHICHENG_FIELD_KEYS.*ZHICHENG_ALLOWED_HOSTS"):
        checks.refuse_unsafe_start()


def test_command_line_of_a_bare_production_instance_says_what_to_set(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "ZHICHENG_ENV_FILE": os.devnull, "ZHICHENG_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "zhicheng", "check"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    for variable in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "ALLOWED_HOSTS"):
        assert f"没有设置环境变量 ZHICHENG_{variable}。" in done.stderr


def test_database_out_of_reach_is_named(production: Any, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_DATA_DIR": str(tmp_path),
        "ZHICHENG_DATABASE_URL": f"postgres://nobody@/none?host={tmp_path}",
    }
    command = [sys.executable, "-m", "zhicheng", "check", "--database", "default"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "zhicheng.E021" in done.stderr and "ZHICHENG_DATABASE_URL" in done.stderr


def test_production_without_its_static_files_says_what_to_run(production: Any, tmp_path: Path) -> None:
    settings = production
    settings.STATIC_ROOT = str(tmp_path)
    kept = settings.STORAGES["staticfiles"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    assert kept["BACKEND"] != settings.STORAGES["staticfiles"]["BACKEND"]
    asked = [{problem.id for problem in run_checks(include_deployment_checks=deploying)} for deploying in (False, True)]
    assert ["zhicheng.E031" in found for found in asked] == [False, True], (
        "no command but check --deploy: migrate comes before collecting"
    )
    [problem] = checks.check_pages(None)
    assert problem.id == "zhicheng.E031" and "collectstatic" in str(problem.hint)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.STORAGES = dict(settings.STORAGES)  # asked anew: what was collected is read when the storage is made
    assert checks.check_pages(None) == []
    changed = next(tmp_path.rglob("zhicheng.css"))
    kept_text = changed.read_text()
    changed.write_text(kept_text + "/* of the version before */")
    assert "zhicheng.css" in checks.check_pages(None)[0].msg
    changed.write_text(kept_text)
    manifest = tmp_path / "staticfiles.json"
    facts = json.loads(manifest.read_text())
    facts["paths"].popitem()  # of the version before
    manifest.write_text(json.dumps(facts))
    settings.STORAGES = dict(settings.STORAGES)
    assert "1 个" in checks.check_pages(None)[0].msg


def test_pages_are_asked_for_before_the_site_starts_and_by_no_other_command() -> None:
    """``migrate`` comes before ``collectstatic``, and a restored instance in a folder of its own has no pages."""
    assert checks.check_pages in registry.get_checks(include_deployment_checks=True)
    assert checks.check_pages not in registry.get_checks()
