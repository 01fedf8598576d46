"""Fifty files made to waste time, sent at once by strangers: what a signed-in person, an honest visitor and /healthz notice of it.

    python benchmarks/hostile_uploads.py [--strangers 50] [--requests 500]

Starts a rehearsal as ./run does, on a PostgreSQL cluster of its own in a temporary folder. Reads twenty pages of an applicant and of a
county's desk in turn, once with nothing else going on and once under the attack. The strangers come from networks of their own, have read
注册须知 like anybody who registers a unit, and send each a file of another kind and content: a form that draws itself, forms that draw one
another a billion times, two hundred thousand curves, a picture that unpacks to a gigabyte. They wait at one another's gate, so that all
arrive at once; when fewer than half of them are still waiting to be examined, others follow (six times at most), so that the attack
lasts as long as the measuring. Meanwhile the applicant uploads an honest scan and another visitor an honest licence. All traffic stays
on 127.0.0.1. Ends with status 1 when a figure is above its limit.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from bs4 import BeautifulSoup
from figures import ROOT, Figures, load_run, still_whole

from tests.support.postgres import Cluster

WAVES = 6
LICENCE = "register/unit/licence/"


Found = TypeVar("Found")


def need(found: Found | None) -> Found:
    """``found``, which has to be there."""
    if found is None:
        raise RuntimeError("a page does not look as expected")
    return found


def expect(true: bool, said: str) -> None:
    """Stop when something is not as it has to be: a figure of a broken run is none."""
    if not true:
        raise RuntimeError(said)


# --- the files ---------------------------------------------------------------------------------------------------------


def hostile_files() -> Iterator[bytes]:
    """One after the other, no two alike."""
    sys.path.insert(0, str(ROOT))
    from tests.evidence import files

    kinds: list[Callable[[], bytes]] = [
        files.pdf_that_draws_itself,
        lambda: files.pdf_of_forms(30),
        lambda: curves(200_000),
        lambda: files.pdf_of_forms(60),
        lambda: files.pdf_stream_bomb(1000),
    ]
    made = [make() for make in kinds]
    for number in itertools.count():
        yield made[number % len(made)] + b"%% %d\n" % number


def curves(number: int) -> bytes:
    """A page full of long curves: nothing is wrong with it, it only takes long to draw."""
    from tests.evidence import files

    lines = (
        b"%d %d m %d %d %d %d %d %d c S\n"
        % (n % 595, n * 7 % 842, n * 3 % 595, n * 11 % 842, n * 5 % 595, n * 13 % 842, n % 91, n % 97)
        for n in range(number)
    )
    packed = zlib.compress(b"".join(lines), 9)
    return files._pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
        files._stream(b"/Filter/FlateDecode", packed),
    )


def honest_scan(words: str) -> bytes:
    """Two scanned pages."""
    from tests.evidence import files

    picture = files.picture(1240, 1754)
    picture.putpixel((5, 5), tuple(words.encode()[-3:]))
    return files.scanned_pdf(files.jpeg(image=picture), files.jpeg())


# --- the people -----------------------------------------------------------------------------------------------------------


class Person:
    """A browser at an address of its own; it keeps cookies and finds the hidden fields of a form."""

    def __init__(self, address: str, network: str) -> None:
        headers = {"X-Forwarded-For": network, "Accept-Language": "zh-CN", "Origin": address.rstrip("/")}
        self.client = httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False)

    def page(self, where: str) -> BeautifulSoup:
        answer = self.client.get(where, follow_redirects=True)
        answer.raise_for_status()
        return BeautifulSoup(answer.text, "lxml")

    def post(self, where: str, data: dict[str, str], **more: Any) -> httpx.Response:
        return self.client.post(
            where, data=data, headers={"Referer": str(self.client.base_url)} | more.pop("headers", {}), **more
        )

    def sign_in(self, username: str) -> None:
        """By one click on 演练入口."""
        button = need(self.page("rehearsal/").select_one(f'button[name=username][value="{username}"]'))
        form = button.find_parent("form")
        data = {str(c["name"]): str(c.get("value", "")) for c in form.select("input[type=hidden]")}  # type: ignore[union-attr]
        expect(self.post("rehearsal/sign-in/", data | {"username": username}).status_code < 400, "nobody signed in")

    def read_notice(self) -> None:
        """注册须知 of a unit, accepted; the hidden fields of the form that follows are kept."""
        form = need(self.page("register/unit/").select_one("main form"))
        data = {str(c["name"]): str(c.get("value", "")) for c in form.select("input[type=hidden]")}
        expect(self.post("register/unit/", data | {"accepted": "on"}).status_code == 303, "the notice was not accepted")
        fields = self.page("register/unit/form/").select("main form input[type=hidden]")
        self.hidden = {
            str(c["name"]): str(c.get("value", "")) for c in fields if c.get("name") in {"csrfmiddlewaretoken", "_once"}
        }

    def send_licence(self, content: bytes) -> httpx.Response:
        return self.post(LICENCE, self.hidden, files={"licence": ("执照.pdf", content)}, headers={"HX-Request": "true"})


class Strangers:
    """Who sends the hostile files, in waves that keep the queue full."""

    def __init__(self, address: str, number: int, files: Iterator[bytes]) -> None:
        self.address, self.number, self.files = address, number, files
        self.answers: list[tuple[float, int]] = []
        self.networks = (f"198.18.{n // 250}.{n % 250 + 1}" for n in itertools.count())
        self.waves = 0

    def prepare(self) -> list[tuple[Person, bytes]]:
        """As many as send at once, each having read the notice."""
        ready = []
        for _one in range(self.number):
            person = Person(self.address, next(self.networks))
            person.read_notice()
            ready.append((person, next(self.files)))
        return ready

    def attack(self, ready: list[tuple[Person, bytes]]) -> None:
        """All at once; comes back when all have been answered."""
        gate = threading.Barrier(len(ready))
        self.waves += 1

        def send(person: Person, content: bytes) -> None:
            gate.wait()
            began = time.monotonic()
            status = person.send_licence(content).status_code
            self.answers.append((time.monotonic() - began, status))

        threads = [threading.Thread(target=send, args=one) for one in ready]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


# --- measuring ---------------------------------------------------------------------------------------------------------------


def busiest_pages(applicant: Person, officer: Person) -> list[tuple[Person, str]]:
    """Twenty pages: an applicant's application with its sections and materials, and a county's lists and cases."""
    found: list[tuple[Person, str]] = []
    for person, start, wanted in ((applicant, "my/applications/", 12), (officer, "desk/", 8)):
        seen, waiting = {start}, [start]
        while waiting and len([p for p, _where in found if p is person]) < wanted:
            where = waiting.pop(0)
            answer = person.client.get(where, follow_redirects=True)
            if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
                continue
            found.append((person, where))
            for link in BeautifulSoup(answer.text, "lxml").select("main a[href^='/'], nav a[href^='/']"):
                path = urlsplit(str(link["href"]))
                address = path.path + (f"?{path.query}" if path.query else "")
                if address not in seen and not any(
                    word in address for word in ("logout", "/pdf", "file", "rehearsal", "download")
                ):
                    seen.add(address)
                    waiting.append(address)
    return found


def slots_of(applicant: Person) -> list[str]:
    """The pages of the materials of the applicant's applications."""
    links = [str(a["href"]) for a in applicant.page("my/applications/").select("main a[href*='/my/applications/']")]
    numbers = sorted({part for link in links for part in link.split("/") if part.isdigit()})
    found = [
        str(a["href"])
        for n in numbers
        for a in applicant.page(f"my/applications/{n}/tasks/").select("main a[href*='/materials/']")
    ]
    return [link.partition("#")[0] for link in found]


def read_pages(pages: list[tuple[Person, str]], requests: int, meanwhile: Callable[[], None]) -> list[float]:
    """Read the pages in turn; the seconds of each request."""
    took = []
    for number in range(requests):
        person, where = pages[number % len(pages)]
        began = time.monotonic()
        status = person.client.get(where, follow_redirects=True).status_code
        took.append(time.monotonic() - began)
        expect(status == 200, f"{where}: {status}")
        if number % 20 == 0:
            meanwhile()
    return took


@contextlib.contextmanager
def watching_health(address: str) -> Iterator[list[float]]:
    """Ask /healthz four times a second; the seconds of each answer, 999 for one that did not say OK."""
    took: list[float] = []
    over = threading.Event()

    def watch() -> None:
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            while not over.wait(0.25):
                began = time.monotonic()
                good = client.get("healthz").status_code == 200
                took.append(time.monotonic() - began if good else 999)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def seconds_of_scan(person: Person, slots: list[str]) -> float:
    """An honest scan into the first box of the applicant's that takes a PDF and has room: from sending it until its page shows it as kept."""
    for where in slots:
        form = person.page(where).select_one("form.upload")
        box = form.select_one("input[type=file]") if form is not None else None
        if form is not None and box is not None and ".pdf" in str(box.get("accept", "")):  # a photograph's box takes none
            break
    else:
        raise RuntimeError("no box has room")
    data = {str(c["name"]): str(c.get("value", "")) for c in form.select("input[type=hidden]")}
    name = f"诚实的扫描件{time.time_ns()}.pdf"
    began = time.monotonic()
    answer = person.post(str(form["action"]), data, files={"file": (name, honest_scan(name))}, follow_redirects=True)
    while "refresh" in answer.headers and time.monotonic() - began < 300:
        time.sleep(0.5)
        answer = person.client.get(answer.url, follow_redirects=True)
    expect(answer.status_code == 200 and name in answer.text, f"the scan is not there ({answer.status_code})")
    return time.monotonic() - began


def seconds_of_licence(person: Person) -> float:
    """An honest visitor's licence: from sending it until the form shows it as kept."""
    began = time.monotonic()
    answer = person.send_licence(honest_scan("执照"))
    while time.monotonic() - began < 600:
        part = BeautifulSoup(answer.text, "lxml")
        if answer.status_code != 204:
            expect(answer.status_code == 200, part.get_text())
            if part.select_one("[data-checking]") is None:
                return time.monotonic() - began
            token = str(part.select_one("input[name=licence_token]")["value"])  # type: ignore[index]
        time.sleep(1)
        answer = person.post(LICENCE, person.hidden | {"licence_token": token}, headers={"HX-Request": "true"})
    raise RuntimeError("the licence was never examined")


def waiting(cluster: Cluster) -> int:
    """How many of the strangers' files are still to be examined."""
    import psycopg

    with psycopg.connect(cluster.url) as database:
        row = database.execute("select count(*) from evidence_intake where lane = 'visitors' and ended_at is null").fetchone()
    return int(need(row)[0])


def measure(address: str, cluster: Cluster, strangers: int, requests: int) -> int:
    """The same pages without and with the attack, then the figures."""
    applicant, officer, visitor = (Person(address, f"203.0.113.{n}") for n in (1, 2, 3))
    applicant.sign_in("sbr01")
    officer.sign_in("xian-bole")
    visitor.read_notice()
    pages = busiest_pages(applicant, officer)
    expect(len(pages) == 20, f"{len(pages)} pages were found, not twenty")
    slots = slots_of(applicant)
    quiet = read_pages(pages, requests, lambda: None)
    attackers = Strangers(address, strangers, hostile_files())
    waves = [attackers.prepare() for _wave in range(2)]
    honest: dict[str, float] = {}
    errors: list[BaseException] = []
    attacks: list[threading.Thread] = []

    def another_wave() -> None:
        if attackers.waves < min(WAVES, len(waves)) and waiting(cluster) < strangers // 2:
            attacks.append(threading.Thread(target=attackers.attack, args=(waves[attackers.waves],)))
            attacks[-1].start()
            time.sleep(0.5)

    def note(name: str, act: Callable[[], float]) -> None:
        try:
            honest[name] = act()
        except BaseException as error:
            errors.append(error)

    with watching_health(address) as health:
        another_wave()
        others = [
            threading.Thread(target=note, args=("scan", lambda: seconds_of_scan(applicant, slots))),
            threading.Thread(target=note, args=("licence", lambda: seconds_of_licence(visitor))),
        ]
        for thread in others:
            thread.start()
        attacked = read_pages(pages, requests, another_wave)
        left = waiting(cluster)
        for thread in [*others, *attacks]:
            thread.join()
    if errors:
        raise errors[0]
    return report(quiet, attacked, honest, health, attackers, left)


def report(
    quiet: list[float], attacked: list[float], honest: dict[str, float], health: list[float], strangers: Strangers, left: int
) -> int:
    """Print the figures; the status says whether all are within their limits."""
    figures = Figures("hostile_uploads.py: hostile files of strangers, PostgreSQL", ("quiet", "attacked"))
    for name, of in (("p50", 0.50), ("p95", 0.95), ("slowest", 1.0)):
        calm, under = quantile(quiet, of), quantile(attacked, of)
        most = "1.00 s" if name == "p95" else ""
        figures.add(f"{len(attacked)} pages, {name}", f"{calm:.2f} s", f"{under:.2f} s", most=most, bad=bool(most) and under > 1)
    figures.add("honest scan, signed in", "", f"{honest['scan']:.1f} s", most="30 s", bad=honest["scan"] > 30)
    figures.add("honest licence of a visitor", "", f"{honest['licence']:.1f} s", most="180 s", bad=honest["licence"] > 180)
    for name, of in (("p95", 0.95), ("slowest", 1.0)):
        under = quantile(health, of)
        figures.add(
            f"/healthz, {name} of {len(health)}", "", f"{under:.2f} s", most="5 s" if of < 1 else "", bad=of < 1 and under > 5
        )
    answered = [seconds for seconds, _status in strangers.answers]
    slowest = max(answered)
    figures.add("strangers' uploads answered within", "", f"{slowest:.1f} s", most="2 s", bad=slowest > 2)
    figures.add("strangers' uploads", "", f"{len(answered)}")
    figures.add("of these, still to be examined at the end", "", f"{left}")
    return figures.status()


def quantile(values: list[float], of: float) -> float:
    """The value below which that share of ``values`` lies."""
    return max(values) if of >= 1 else statistics.quantiles(values, n=100)[round(of * 100) - 1]


def main() -> int:
    """Start an instance, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strangers", type=int, default=50)
    parser.add_argument("--requests", type=int, default=500)
    asked = parser.parse_args()
    os.chdir(ROOT)
    run = load_run()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")))
        cluster = Cluster()
        stack.callback(cluster.stop)
        instance = run.Instance(folder, run.take_port(0), cluster.url)
        instance.environment["ZHICHENG_BEHIND_PROXY"] = "true"  # each stranger says where he comes from
        stack.callback(instance.stop)
        instance.prepare()
        instance.start()
        print(flush=True)
        status = measure(instance.address + "/", cluster, asked.strangers, asked.requests)
        return still_whole(instance.environment) or status


if __name__ == "__main__":
    sys.exit(main())
