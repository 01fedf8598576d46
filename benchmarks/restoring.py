"""What comes back when a machine burns, and how soon: database and files are destroyed while people submit (PostgreSQL).

    python benchmarks/restoring.py [--seconds 120] [--archive 30]

Makes an instance with a cluster of its own, an archive of its log (``--archive``: ``archive_timeout`` in seconds, as docs/operations.md sets
it), a second place for files, and people who submit one application after another. A whole copy is made, ``--seconds`` later everything but
the second place is removed at once, and ``deploy/restore_drill.py`` brings it back and verifies every invariant. Printed are how many
上报 had been acknowledged, how many came back, how old the oldest lost one was when the machine ended, and the minutes of the drill. Ends with
status 1 when something older than a minute was lost, or the drill found something.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from figures import ROOT, Figures

from tests import test_restore_drill as drill

LOST_AT_MOST = 60  # seconds

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seconds", type=int, default=120, help="of traffic after the copy")
parser.add_argument("--archive", type=int, default=30, help="archive_timeout, in seconds")
OPTIONS = parser.parse_args()


class People:
    """Who submits, and what was acknowledged to them: the submission, its hash, and when, by the monotonic clock."""

    def __init__(self, place: drill.Place) -> None:
        command = [sys.executable, "tests/support/traffic.py", "submit"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=subprocess.PIPE, text=True)
        self.acknowledged: list[tuple[str, str, float]] = []
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            _ack, pk, sha256, at = line.split()
            self.acknowledged.append((pk, sha256, float(at)))

    def stop(self) -> None:
        """No more of them."""
        self.process.kill()
        self.process.wait()
        self.listener.join()


def main() -> int:
    """Make it, use it, destroy it, bring it back."""
    drill.ARCHIVE_SECONDS = OPTIONS.archive
    folder = Path(tempfile.mkdtemp(prefix="zhicheng-benchmark-"))
    place = drill.Place(folder)
    try:
        place.python("tests/support/traffic.py", "migrate")
        people = People(place)
        time.sleep(10)
        place.python("-m", "zhicheng", "backup", "make")
        in_copy = len(people.acknowledged)
        time.sleep(OPTIONS.seconds)
        place.destroy()
        ended = time.monotonic()
        people.stop()
        restored = folder / "restored"
        done = place.drill("--into", str(restored), "--keep")
        print(done.stdout, done.stderr, file=sys.stderr)
        back = drill.submissions_in(place, restored) if done.returncode == 0 else set()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lost = [ended - at for pk, sha256, at in people.acknowledged if (pk, sha256) not in back]
    minutes = re.search(r"after ([0-9.]+) min", done.stdout)
    figures = Figures(f"restoring.py: a burnt machine, archive_timeout {OPTIONS.archive} s", ("",))
    figures.add("acknowledged before the copy was whole", str(in_copy))
    figures.add("acknowledged in all", str(len(people.acknowledged)))
    figures.add("came back", str(len(people.acknowledged) - len(lost)))
    oldest = max(lost, default=0.0)
    figures.add("oldest that is lost, before the end", f"{oldest:.1f} s", most=f"{LOST_AT_MOST} s", bad=oldest > LOST_AT_MOST)
    figures.add("brought back and verified", f"{minutes[1]} min" if minutes else "no", bad=minutes is None)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
