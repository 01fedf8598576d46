"""The tree over all entries (RFC 6962, RFC 9162): its root stands for every one of them, and a short path shows that one is in it.

Pure: hashes in, hashes out. A proof can be checked by anybody with these few lines and SHA-256, without the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Fetch = Callable[[int, int], bytes]
"""The hash of the ``size`` leaves that begin at ``start`` (counted from 0)."""

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf: SHA-256 of 0x00 and its content, so that no leaf can be taken for a node."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 of 0x01 and both."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """How many leaves the left subtree of ``size`` (2 or more) has: the largest power of two below it."""
    return 1 << ((size - 1).bit_length() - 1)


class Growing:
    """The root of leaves that come one after another, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (level, hash), the largest first

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append the hash of the next leaf; return the complete subtrees it filled, as (level, position at that level, hash)."""
        level, found = 0, leaf
        filled = [(0, self.size, leaf)]
        while self._peaks and self._peaks[-1][0] == level:
            found = node_hash(self._peaks.pop()[1], found)
            level += 1
            filled.append((level, self.size >> level, found))
        self._peaks.append((level, found))
        self.size += 1
        return filled

    def root(self) -> bytes:
        """The root of the leaves so far."""
        return fold([peak for _level, peak in self._peaks])


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, the largest first."""
    if not peaks:
        return EMPTY
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    growing = Growing()
    for leaf in leaves:
        growing.add(leaf)
    return growing.root()


def inclusion_path(index: int, size: int, fetch: Fetch, start: int = 0) -> list[bytes]:
    """The hashes beside the way from leaf ``index`` (from 0) up to the root of ``size`` leaves (RFC 6962 §2.1.1)."""
    if size == 1:
        return []
    left = split(size)
    if index < left:
        return [*inclusion_path(index, left, fetch, start), fetch(start + left, size - left)]
    return [*inclusion_path(index - left, size - left, fetch, start + left), fetch(start, left)]


def consistency_path(old: int, size: int, fetch: Fetch) -> list[bytes]:
    """The hashes that show that the first ``old`` of ``size`` leaves are what they were (RFC 6962 §2.1.2)."""
    return _subproof(old, 0, size, fetch, whole=True) if 0 < old < size else []


def _subproof(old: int, start: int, size: int, fetch: Fetch, *, whole: bool) -> list[bytes]:
    if old == size:
        return [] if whole else [fetch(start, size)]
    left = split(size)
    if old <= left:
        return [*_subproof(old, start, left, fetch, whole=whole), fetch(start + left, size - left)]
    return [*_subproof(old - left, start + left, size - left, fetch, whole=False), fetch(start, left)]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf`` is leaf ``index`` (from 0) of the tree of ``size`` leaves with this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(beside, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` leaves begins with the tree of ``old`` leaves (RFC 9162 §2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if old == 0:
        return not path
    if not 0 < old < size or not path:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node_hash(beside, first), node_hash(beside, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, beside)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == root
