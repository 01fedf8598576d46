"""The archived write-ahead log beside the copies: whether every piece that a copy wants is there and unchanged, and where it ends.

``deploy/archive_wal`` puts the pieces there (``NAME.gz``, and its hash beside it), ``deploy/fetch_wal`` brings them back. Nothing here needs the
project's settings: the restore drill reads it with the machine's own Python, on a machine that has nothing else yet.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

KEPT, HASH = ".gz", ".gz.sha256"
_PIECE = re.compile(r"[0-9A-F]{24}")
_LABEL = re.compile(r"[0-9A-F]{8}([0-9A-F]{16})\.[0-9A-F]{8}\.backup\.gz(?:\.sha256)?")
_START = re.compile(r"^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", re.MULTILINE)
_END = re.compile(r'"End-LSN": "([0-9A-F]+/[0-9A-F]+)"')
_SHOWN = 5


class ArchiveFailed(Exception):
    """The archive cannot bring a copy up to its end. The text is for the operator."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What a copy finds in the archive: pieces from ``first`` to ``last`` (names; sizes in bytes), and what is wrong with them, in sentences."""

    first: str
    last: str
    pieces: int
    kept_bytes: int
    segment_bytes: int
    troubles: tuple[str, ...] = ()

    def number(self, position: str) -> int:
        """The number of the piece that holds the last byte before a position of the log (``0/5000028``)."""
        return (_position(position) - 1) // self.segment_bytes

    def unused_after(self, position: str) -> list[str]:
        """Names of pieces that lie after the position a restored server came to."""
        reached, last = self.number(position), _number(self.last, self.segment_bytes)
        return [_name(int(self.last[:8], 16), number, self.segment_bytes) for number in range(reached + 1, last + 1)]


def look(folder: Path, base: Path) -> Archive:
    """Read what the copy whose cluster lies in ``base`` wants of the archive in ``folder``: every piece from its beginning to the newest one,
    with its hash. Raises :class:`ArchiveFailed` where the archive is missing or empty, or the copy does not say where it begins."""
    if not folder.is_dir():
        raise ArchiveFailed(f"The archive of the log, {folder}, is not there (a typing error, or a disk that is not mounted).")
    kept = {path.name.removesuffix(KEPT) for path in folder.glob(f"*{KEPT}")}
    names = {name for name in kept if _PIECE.fullmatch(name)}
    if not names:
        raise ArchiveFailed(f"The archive of the log, {folder}, is empty: it holds no piece that PostgreSQL gave it.")
    first, end, size = _wanted(base)
    chain, troubles = _chain(folder, kept, names, int(first[:8], 16))
    if why := _left_before(chain, base):
        chain, troubles = chain[:1], [*troubles, why]
    last = max(_number(end, size), _newest(chain, names, size))
    wanted = [_called(chain, number, size) for number in range(_number(first, size), last + 1)]
    missing = [name for name in wanted if name not in names]
    if missing:
        before = wanted[wanted.index(missing[0]) - 1] if missing[0] != wanted[0] else "nothing"
        troubles.append(f"The archive {folder} lacks {_listed(missing)}: without it the log ends after {before}.")
    troubles += _damaged(folder, [name for name in wanted if name in names])
    size_kept = sum((folder / f"{name}{KEPT}").stat().st_size for name in wanted if name in names)
    return Archive(first, wanted[-1], len(wanted), size_kept, size, tuple(troubles))


def left_behind(folder: Path, base: Path) -> str:
    """Why the log in ``folder`` does not lead on from the copy whose cluster lies in ``base``, in a sentence: somebody went back to before it was whole,
    and from there on time went another way. Empty where it leads on. Raises :class:`ArchiveFailed`."""
    kept = {path.name.removesuffix(KEPT) for path in folder.glob(f"*.history{KEPT}")}
    chain, _troubles = _chain(folder, kept, set(), int(_wanted(base)[0][:8], 16))
    return _left_before(chain, base)


def last_of(base: Path) -> str:
    """The name of the last piece a copy cannot do without: the one its making ended in."""
    return _wanted(base)[1]


def first_of(base: Path) -> str:
    """The name of the first piece a copy wants. Older ones are of no use to it."""
    return _wanted(base)[0]


def drop_labels_before(folder: Path, first: str) -> None:
    """Remove what PostgreSQL noted of copies that began before the piece ``first`` (``PIECE.OFFSET.backup``, and its hash)."""
    for path in folder.glob(f"*.backup{KEPT}*"):
        if (label := _LABEL.fullmatch(path.name)) and label[1] < first[8:]:  # after the time line, which may have changed between
            path.unlink(missing_ok=True)


def _wanted(base: Path) -> tuple[str, str, int]:
    """First and last piece of a copy's making, and the size of a piece in bytes."""
    try:
        found = _START.search((base / "backup_label").read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise ArchiveFailed(f"{base} does not say where it begins: no backup_label.") from error
    own = sorted(path for path in (base / "pg_wal").glob("*") if _PIECE.fullmatch(path.name))
    if found is None or not own:
        raise ArchiveFailed(f"{base} does not say where it begins and ends (backup_label, pg_wal).")
    return found[1], own[-1].name, own[-1].stat().st_size


def _chain(folder: Path, kept: set[str], names: set[str], own: int) -> tuple[list[tuple[int, int]], list[str]]:
    """The time lines from the copy's ``own`` to the newest one, each with the position where it begins (as PostgreSQL goes: from number to number,
    as long as there is a history), and what is wrong with them. Where the newest does not come out of the copy's it is the only other one, and
    begins at 0."""
    troubles: list[str] = []
    newest = own
    while f"{newest + 1:08X}.history" in kept:
        newest += 1
    for timeline in range(newest + 1, max([own, *(int(name[:8], 16) for name in names)]) + 1):
        if f"{timeline:08X}.history" not in kept:
            troubles.append(f"{folder} lacks {timeline:08X}.history, though pieces of that time line or a later one lie in it.")
    if newest == own:
        return [(own, 0)], troubles
    path = folder / f"{newest:08X}.history{KEPT}"
    if not _has_its_hash(path):
        return [(own, 0)], [*troubles, f"{path} is damaged: it does not have its hash."]
    lines = [line.split() for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    ends = [(int(line[0]), _position(line[1])) for line in lines if len(line) > 1 and line[0].isdigit()]
    if own not in [parent for parent, _end in ends]:
        return [(own, 0), (newest, 0)], troubles
    begun = zip([*(parent for parent, _end in ends), newest], [0, *(end for _parent, end in ends)], strict=True)
    return [(own, 0), *((line, begin) for line, begin in begun if line > own)], troubles


def _left_before(chain: list[tuple[int, int]], base: Path) -> str:
    """Why the chain does not lead on from the copy, in a sentence; empty where it does."""
    if len(chain) == 1 or _whole_at(base) <= chain[1][1]:
        return ""
    return (
        f"{base.parent} is of time line {chain[0][0]}, which was left for {chain[1][0]} before the copy was whole (somebody went back to an earlier "
        "moment): PostgreSQL does not go on from it."
    )


def _whole_at(base: Path) -> int:
    """The position of the log at which a copy was whole, by PostgreSQL's own list; without one where its last piece begins."""
    _first, end, size = _wanted(base)
    try:
        said = _END.findall((base / "backup_manifest").read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        said = []
    return max([_position(position) for position in said], default=_number(end, size) * size)


def _newest(chain: list[tuple[int, int]], names: set[str], size: int) -> int:
    """The number of the newest piece of the chain; pieces of a time line that was left lie there and are nobody's."""
    own = [number for name in names if _called(chain, number := _number(name, size), size) == name]
    return max([*own, chain[-1][1] // size - 1])


def _called(chain: list[tuple[int, int]], number: int, size: int) -> str:
    """What a piece is called: on the newest time line that had begun."""
    return _name(max(line for line, begin in chain if begin // size <= number), number, size)


def _damaged(folder: Path, names: list[str]) -> list[str]:
    wrong = [name for name in names if not _has_its_hash(folder / f"{name}{KEPT}")]
    return (
        [f"The archive {folder} is damaged: {_listed(wrong)} not as archived (no hash beside it, or another one)."]
        if wrong
        else []
    )


def _has_its_hash(path: Path) -> bool:
    try:
        said = path.with_name(f"{path.name}.sha256").read_text(encoding="ascii").split()
        with path.open("rb") as file:
            return said[:1] == [hashlib.file_digest(file, "sha256").hexdigest()]
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _position(text: str) -> int:
    high, _slash, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def _number(name: str, size: int) -> int:
    return int(name[8:16], 16) * (2**32 // size) + int(name[16:], 16)


def _name(timeline: int, number: int, size: int) -> str:
    each = 2**32 // size
    return f"{timeline:08X}{number // each:08X}{number % each:08X}"
