"""How long ./run takes until it says "Ready": cold (nothing there yet) and warm (the second start), phase by phase.

    python benchmarks/start.py [--times 3] [--without-environment] [--beside ANOTHER_CHECKOUT]

Cold is a fresh clone of the last commit in a temporary folder: no .venv, no var, no cache of packages, so the packages are fetched
from the package index as well; how long that takes depends on the network. With --without-environment (no package index within reach)
this checkout is started with the environment it has, over an empty data folder. Warm is the same start once more. Of several times
the quickest is shown, because whatever else runs on the machine only ever makes a start slower. CPU is processor time, user and
system together, of ./run and all it started until "Ready". What comes while one looks already is not in it.

With --beside the cold starts of this checkout and of another one (an older commit) alternate, and the median of each is shown with the
median of the ratios, pair by pair: what else runs on the machine meets both.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from figures import ROOT, Figures, cpu_seconds

PHASE, TOOK = re.compile(r"^- (.+) \.\.\.$"), re.compile(r"^  .*\((\d+\.\d) s\)$")
TOGETHER, CPU = "until Ready, by the clock", "until Ready, CPU"


def start(checkout: Path, data: Path, environment: dict[str, str]) -> dict[str, float]:
    """Seconds of each phase of one start, and both totals; raises RuntimeError when it does not get ready."""
    command = [sys.executable, str(checkout / "run"), "--port", "0", "--data", str(data)]
    began, found, phase, said = time.monotonic(), {}, "", []
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, cwd=checkout, env=environment, text=True, **pipes)
    try:
        for line in process.stdout:
            said.append(line)
            if match := PHASE.match(line):
                phase = match[1]
            elif match := TOOK.match(line):
                found[phase] = float(match[1])
            elif line.startswith("Ready"):
                return found | {TOGETHER: time.monotonic() - began, CPU: cpu_seconds(process.pid)}
        raise RuntimeError(f"./run did not get ready:\n{''.join(said)}")
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        process.wait()


def cold_and_warm(checkout: Path = ROOT, *, without_environment: bool) -> tuple[dict[str, float], dict[str, float]]:
    """One cold start of ``checkout`` and one warm start."""
    with tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-") as name:
        folder = Path(name)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ZHICHENG_")}
        if not without_environment:
            source, checkout = checkout, folder / "zhicheng"
            subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(source), str(checkout)], check=True)
            environment |= {"UV_CACHE_DIR": str(folder / "cache"), "PIP_NO_CACHE_DIR": "1"}
        data = folder / "data"
        return start(checkout, data, environment), start(checkout, data, environment)


def beside(other: Path, *, times: int, without_environment: bool) -> int:
    """Cold starts of this checkout and of ``other``, by turns."""
    pairs = []
    for number in range(times):
        here, there = (cold_and_warm(one, without_environment=without_environment)[0] for one in (ROOT, other))
        pairs.append((here, there))
        print(f"pair {number + 1} of {times}: {here[TOGETHER]:.1f} s, {there[TOGETHER]:.1f} s", file=sys.stderr, flush=True)
    figures = Figures(f"start.py: ./run cold until Ready, medians of {times} pairs", ("this", "the other", "ratio"))
    for phase in (phase for phase in pairs[0][0] if phase in pairs[0][1]):
        here, there = (median(pair[side][phase] for pair in pairs) for side in (0, 1))
        ratios = [pair[0][phase] / pair[1][phase] for pair in pairs if pair[1][phase]]
        most = "0.50" if phase in (TOGETHER, CPU) else ""
        ratio = median(ratios) if ratios else 1.0
        figures.add(phase, f"{here:.1f} s", f"{there:.1f} s", f"{ratio:.2f}", most=most, bad=bool(most) and ratio > 0.5)
    return figures.status()


def main() -> int:
    """Start, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3, help="how often; the quickest counts (default 3)")
    parser.add_argument("--without-environment", action="store_true", help="with the environment this checkout has")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="compare with another checkout, cold starts by turns")
    asked = parser.parse_args()
    if asked.beside:
        return beside(asked.beside.resolve(), times=asked.times, without_environment=asked.without_environment)
    pairs = []
    for number in range(asked.times):
        pairs.append(cold_and_warm(without_environment=asked.without_environment))
        done = ", ".join(f"{one[TOGETHER]:.1f} s" for one in pairs[-1])
        print(f"start {number + 1} of {asked.times}, cold and warm: {done}", file=sys.stderr, flush=True)
    cold, warm = (min(starts, key=lambda one: one[TOGETHER]) for starts in zip(*pairs, strict=True))
    figures = Figures(f"start.py: ./run until Ready, the quickest of {asked.times}", ("cold", "warm"))
    for phase in cold:
        figures.add(phase, f"{cold[phase]:.1f} s", f"{warm[phase]:.1f} s" if phase in warm else "")
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
