"""``python mutating_program.py FOLDER EACH``: every file of a folder, damaged in ``EACH`` ways, examined and drawn here, one line for each.

A process of its own, so that one that crashes takes no tests along; with the memory of a cell. The same on every run.
"""

from __future__ import annotations

import json
import random
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

_NUMBERS = (b"0", b"-1", b"1", b"65535", b"2147483647", b"4294967296", b"99999999999999999999")


def flip(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    out = bytearray(whole)
    for _ in range(luck.randint(1, 20)):
        out[luck.randrange(len(out))] = luck.randrange(256)
    return bytes(out)


def cut(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    return whole[: luck.randrange(1, len(whole))]


def drop(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    at = luck.randrange(len(whole))
    return whole[:at] + whole[at + luck.randint(1, 200) :]


def double(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    at = luck.randrange(len(whole))
    part = whole[at : at + luck.randint(1, 500)]
    return whole[:at] + part * luck.randint(2, 40) + whole[at:]


def stuff(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    at = luck.randrange(len(whole))
    return whole[:at] + luck.choice([bytes(luck.randint(1, 3000)), luck.randbytes(luck.randint(1, 300))]) + whole[at:]


def splice(whole: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    other = luck.choice(others)
    return whole[: luck.randrange(len(whole))] + other[luck.randrange(len(other)) :]


def renumber(whole: bytes, luck: random.Random, _others: list[bytes]) -> bytes:
    """Numbers that mean lengths, counts, places and sizes become absurd ones."""
    found = list(re.finditer(rb"(?<![\w.])\d+(?![\w.])", whole))
    for match in sorted(luck.sample(found, min(len(found), luck.randint(1, 3))), key=lambda m: m.start(), reverse=True):
        whole = whole[: match.start()] + luck.choice(_NUMBERS) + whole[match.end() :]
    return whole


WAYS: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (flip, cut, drop, double, stuff, splice, renumber)


def mutation(folder: Path, name: str, number: int) -> bytes:
    """The file ``name`` damaged for the ``number``-th time: every way in turn, twice as hard from the second round on."""
    others = [path.read_bytes() for path in sorted(folder.iterdir())]
    luck, whole = random.Random(f"{name} {number}"), (folder / name).read_bytes()
    for _ in range(min(1 + number // len(WAYS), 3)):
        if len(whole) > 1:
            whole = WAYS[number % len(WAYS)](whole, luck, others)
    return whole


def main(folder: Path, each: int) -> None:
    """A line is ``[file, number, code of the refusal, CPU seconds]``; of a file that is taken also whether it has a picture."""
    from zhicheng.evidence.confinement.asking import MEMORY
    from zhicheng.evidence.confinement.cell import answer
    from zhicheng.evidence.inspection.verdicts import Bounds

    bounds = asdict(Bounds(max_bytes=20 << 20, max_pages=100))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in sorted(folder.iterdir()):
        for number in range(each):
            content, began = mutation(folder, path.name, number), time.process_time()
            head, copy = answer({"verb": "inspect", "bounds": bounds}, content)
            code, has_picture = head.get("code", ""), False
            if head["ok"]:
                media_type = "image/jpeg" if head["media_type"] == "image/heic" else head["media_type"]
                wanted = {"verb": "render", "bounds": bounds, "media_type": media_type, "page": 1, "width": 160}
                drawn, _png = answer(wanted, copy or content)
                has_picture = drawn["ok"]
            print(json.dumps([path.name, number, code, has_picture, round(time.process_time() - began, 2)]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
