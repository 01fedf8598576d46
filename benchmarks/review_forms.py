"""How many review forms are printed per second, warm, on one thread and on two.

    python benchmarks/review_forms.py [--seconds 10]

The data is made here: ten invented people whose forms fill every part, each with another name and serial, so that nothing but the
templates and fonts can be remembered from one to the next. Forms per second go by the clock and want a machine that does nothing else;
the processor time of a form (user and system) changes far less with what else it does. Memory is the most the process has had.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import threading
import time
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

os.environ.setdefault("ZHICHENG_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")

import pikepdf
from figures import Figures

from zhicheng.documents.papers import ReviewForm
from zhicheng.documents.rendering import Marks, render_pdf
from zhicheng.documents.scanning import scan_address

NAMES = (
    "艾合买提江·吐尔逊",
    "巴特尔·孟克",
    "李红",
    "王喆",
    "古丽米热·阿不都",
    "赛力克·木拉提",
    "张䶮",
    "马小燕",
    "乌兰其其格",
    "陈堃",
)


def form(number: int) -> ReviewForm:
    """One filled review form; ``number`` makes it unlike every other."""
    name = NAMES[number % len(NAMES)]
    text = "负责工程质量监督与检测数据审核，主持现场试验，提出的做法被写入技术导则并在全州推广应用。"
    values: dict[str, Any] = {
        "name": name,
        "year": 2023,
        "number": f"SB2023-{number:06d}",
        "employer": "博乐市城乡建设工程质量监督站",
        "series": "工程",
        "specialty": "建筑工程",
        "level": "中级",
        "title": "工程师",
        "filled_on": "2023年10月9日",
        "basic": {
            "name": name,
            "sex": "男",
            "birth_date": "1990年3月7日",
            "id_number": "652701199003071233",
            "mobile": "13899651234",
        },
        "education": [{"school": "新疆大学", "major": "土木工程", "education": "大学本科", "graduated_on": "2013年7月"}] * 2,
        "current_title": {"title_name": "助理工程师", "acquired_on": "2018年9月30日", "certificate_number": f"新职资字{number}"},
        "appointment": {"post": "助理工程师", "appointed_on": "2018年12月1日"},
        "work_history": [{"started_on": "2013年8月", "employer": "博乐市城乡建设工程质量监督站", "duty": text}] * 3,
        "continuing_education": [
            {"year": str(year), "hours_total": "90", "hours_professional": "60"} for year in range(2018, 2023)
        ],
        "appraisals": [{"year": str(year), "result": "合格", "employer_nature": "事业单位"} for year in range(2018, 2023)],
        "achievements": [{"name": f"项目{n}", "role": "负责人", "description": text * 3, "contribution": text} for n in range(4)],
        "publications": [{"kind": "论文", "title": f"论文{number}-{n}", "publication": "《新疆建筑科技》"} for n in range(3)],
        "awards": [{"name": "自治州科学技术进步奖", "issuer": "自治州人民政府", "grade": "三等奖"}],
        "summary": "\n".join(f"{n}. {text * 5}" for n in range(6)),
        "materials": [
            {"label": "《继续教育证书》", "name": f"{n}.pdf", "pages": "1", "sha256": f"{number:064x}"} for n in range(18)
        ],
    }
    return ReviewForm.model_validate(values)


def print_form(number: int) -> bytes:
    """The PDF of form ``number``."""
    marks = Marks(
        serial=f"PS2023-{number:06d}",
        verification_url=scan_address(f"PS2023-{number:06d}", "7KQ2MXW9RT34CDEF7KQ2MXW9RT34"),
        snapshot_sha256=f"{number:064x}",
        version_label="第1次上报",
        draft=False,
        created_at=datetime(2023, 10, 9, 4, tzinfo=UTC),
    )
    return render_pdf(form(number), marks=marks)


def measure(*, threads: int, seconds: float, start: int) -> tuple[float, float]:
    """Forms per second and processor seconds per form on ``threads`` threads, each warmed up before the clock starts."""
    counts = [0] * threads
    ready = threading.Barrier(threads + 1)

    def work(which: int) -> None:
        number = start + which * 100_000
        print_form(number)
        ready.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            number += 1
            print_form(number)
            counts[which] += 1

    workers = [threading.Thread(target=work, args=(which,)) for which in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    began, used = time.perf_counter(), time.process_time()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.perf_counter() - began), (time.process_time() - used) / sum(counts)


def _memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def main() -> int:
    """Print forms, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement runs (default 10)")
    seconds = parser.parse_args().seconds
    figures = Figures("review_forms.py: printing review forms")
    began = time.perf_counter()
    pdf = print_form(0)
    figures.add("first form, cold", f"{time.perf_counter() - began:.2f} s")
    with pikepdf.open(BytesIO(pdf)) as document:
        figures.add("pages of a form", str(len(document.pages)))
    figures.add("size of a form", f"{len(pdf) / 1024:.0f} KiB")
    figures.add("memory after the first form", _memory())
    for threads, words in ((1, "1 thread"), (2, "2 threads")):
        rate, used = measure(threads=threads, seconds=seconds, start=threads * 10_000_000)
        figures.add(f"forms per second, {words}", f"{rate:.1f}")
        figures.add(f"CPU per form, {words}", f"{used * 1000:.0f} ms")
    figures.add("memory after the last form", _memory())
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
