"""Nothing can be written into the log: no request and no worker is disturbed, and what is missing is told when it can be again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.support.elsewhere import MIGRATED, elsewhere_on
from tests.support.small_disk import small_disk
from zhicheng.foundation.logs import CarefulHandler, ContextFilter, JsonLineFormatter, LineFormatter

SCRIPT = Path(__file__).resolve().parent.parent / "support" / "full_log.py"


def logger_on(stream: TextIO, formatter: logging.Formatter) -> tuple[logging.Logger, CarefulHandler]:
    handler = CarefulHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(ContextFilter())
    made = logging.Logger("zhicheng.test")
    made.addHandler(handler)
    return made, handler


@pytest.fixture
def full() -> Iterator[TextIO]:
    """What every write to fails for: no space left on the device."""
    stream = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails as well
    yield stream
    with suppress(OSError):
        stream.close()


def test_record_that_cannot_be_written_is_not_said_elsewhere_and_is_counted(
    full: TextIO, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "log").open("w") as good:
        log, handler = logger_on(full, LineFormatter())
        for _turn in range(3):
            log.warning("mail to %s failed", "zhang.san@example.cn")
        assert capfd.readouterr().err == "", "the library would say here whom the mail was to"
        handler.stream = good
        log.warning("here again")
        log.warning("and on")
    first, second, third = (tmp_path / "log").read_text().splitlines()
    assert "the log could not be written: 3 records before this one may be missing" in first and "WARNING" in first
    assert second.endswith("here again") and third.endswith("and on")


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonLineFormatter()])
def test_record_that_cannot_be_put_into_words_is_told_without_its_values(
    formatter: logging.Formatter, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "log").open("w") as good:
        log, _handler = logger_on(good, formatter)
        log.error("%d of %s", "zhang.san@example.cn", "li.si@example.cn")
        log.error("on")
    first, second = (tmp_path / "log").read_text().splitlines()
    assert "cannot be put into words" in first and "test_full_log.py" in first and "example.cn" not in first
    assert "on" in second and capfd.readouterr().err == ""
    if isinstance(formatter, JsonLineFormatter):
        assert json.loads(first)["level"] == "ERROR"


@pytest.mark.parametrize("as_json", ["line", "json"])
def test_full_log_breaks_no_request_and_no_worker(db: Any, as_json: str) -> None:
    """Full from its start: it is loaded for this test alone, with the variable, and what is said meanwhile cannot be written either."""
    with (
        elsewhere_on(SCRIPT, after=MIGRATED) as there,
        Path("/dev/full").open("wb", buffering=0) as full,
        there.start("main", "log", log=full, ZHICHENG_LOG_FORMAT=as_json) as process,
    ):
        said, _none = process.communicate(timeout=240)
    assert (process.returncode, said.strip()) == (0, "went on")


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system of its own, which nobody but root can make."""
    with small_disk(48) as place:
        yield place


@pytest.mark.small_disk
def test_one_disk_full_for_log_files_and_database_is_said_in_words_and_work_goes_on(small: Path, db: Any) -> None:
    with elsewhere_on(SCRIPT, small, after=MIGRATED) as there:
        with (small / "log").open("w") as log, there.start("main", "disk", str(small), log=log) as process:
            said, _none = process.communicate(timeout=240)
        written = (small / "log").read_text()
    assert (process.returncode, said.strip()) == (0, "went on"), said + written[-3000:]
    assert "the log could not be written" in written and "Traceback" not in written and "Logging error" not in written
