"""What a page comes to is reckoned, not walked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence import drawn, files
from zhicheng.evidence.confinement.asking import SECONDS
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine_confined
from zhicheng.evidence.inspection.expansion import understand
from zhicheng.evidence.inspection.verdicts import MENDED_COPY

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


def verdict(content: bytes, tmp_path: Path, seconds: int = 5) -> Examined | Unacceptable:
    file = tmp_path / "file"
    file.write_bytes(content)
    return examine_confined(file, declared_name="证书.pdf", limits=LIMITS, seconds=seconds, memory=400_000_000)


@pytest.mark.parametrize(
    "make",
    [
        drawn.itself,
        lambda: drawn.itself(b"/#46 Do%\n/F % nothing\n Do"),
        lambda: drawn.itself(b"/a#20b\x00Do"),
        lambda: drawn.itself(b"(F) Do <46>Do"),
        drawn.looked_up_in_streams,
        drawn.through_the_page,
        drawn.through_others,
        drawn.through_a_pattern,
        drawn.through_a_mask,
        drawn.through_an_appearance,
        drawn.through_a_glyph,
        drawn.laughs,
        lambda: drawn.laughs(levels=9, times=10),
        lambda: drawn.laughs(levels=60, times=1),
    ],
)
def test_file_that_draws_without_end_is_refused_before_it_is_drawn(make: Callable[[], bytes], tmp_path: Path) -> None:
    content = make()
    assert len(content) < 20_000
    refused = verdict(content, tmp_path)
    assert isinstance(refused, Unacceptable)
    assert refused.code == "too_complex"
    assert refused.cpu_seconds < 1


def test_page_whose_names_the_parser_threw_away_is_shown_without_them(tmp_path: Path) -> None:
    kept = verdict(drawn.named_in_a_stream(), tmp_path)
    assert isinstance(kept, Examined)
    assert kept.cpu_seconds < 1 and kept.safe_copy is not None
    assert MENDED_COPY in {warning["code"] for warning in kept.warnings}


@pytest.mark.parametrize("make", [drawn.letterhead, lambda: drawn.laughs(levels=10), lambda: drawn.laughs(levels=30, times=1)])
def test_honest_nesting_is_accepted(make: Callable[[], bytes], tmp_path: Path) -> None:
    assert isinstance(verdict(make(), tmp_path), Examined)


def test_scan_of_forty_pages_is_accepted(tmp_path: Path) -> None:
    page = files.jpeg(2480, 3508)
    assert isinstance(verdict(files.scanned_pdf(*[page] * 40), tmp_path, seconds=SECONDS), Examined)


def test_names_in_a_stream_are_found_however_they_are_written() -> None:
    named = understand(b"/A Do/B#20 c\n/C\tDo /D 12 Tf /E gs /F scn /G1.5 -2 Tf (x) Tj /Do Do /H Dot /I\r%x\rDo").named
    assert set(named) == {
        ("/A", "Do"), ("/C", "Do"), ("/D", "Tf"), ("/E", "gs"), ("/F", "scn"), ("/G1.5", "Tf"), ("/Do", "Do"), ("/I", "Do"),
    }  # fmt: skip
