"""``./run --walk`` as a newcomer types it: an instance of its own, the whole story, the papers in a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.journeys import ROOT

PAPERS = {
    "评审表.pdf",
    "评审表-草稿.pdf",
    "T1-推荐单位公示.pdf",
    "T2-推荐单位公示结果.pdf",
    "T3-主管单位推荐意见.pdf",
    "T4-个人承诺书.pdf",
}


def test_walk_passes_every_station_and_leaves_the_papers(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "run"), "--walk", "--papers", str(tmp_path / "papers")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "全程走通，共 13 站" in done.stdout
    kept = {path.name: path.read_bytes() for path in (tmp_path / "papers").glob("*.pdf")}
    assert kept.keys() >= PAPERS
    assert all(content.startswith(b"%PDF-") for content in kept.values())
