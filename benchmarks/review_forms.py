"""How many review forms are printed per second, warm, on one thread and on two.

    python benchmarks/review_forms.py [--seconds 10]

The data is made here: ten invented people whose forms fill every part, each with another name and serial, so that nothing but the
templates and fonts can be remembered from one to the next. Prints forms per second, pages and bytes per form, and the memory
of the process after the first and after the last form.
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

from zhicheng.documents.papers import ReviewForm
from zhicheng.documents.rendering import Marks, render_pdf

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
        verification_url=f"https://zc.example.cn/verify/?serial=PS2023-{number:06d}&code=7KQ2MXW9RT",
        snapshot_sha256=f"{number:064x}",
        version_label="第1次上报",
        draft=False,
        created_at=datetime(2023, 10, 9, 4, tzinfo=UTC),
    )
    return render_pdf(form(number), marks=marks)


def measure(*, threads: int, seconds: float, start: int) -> float:
    """Forms per second on ``threads`` threads, each warmed up before the clock starts."""
    counts = [0] * threads
    ready = threading.Barrier(threads)

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
    for worker in workers:
        worker.join()
    return sum(counts) / seconds


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement runs (default 10)")
    seconds = parser.parse_args().seconds
    began = time.perf_counter()
    pdf = print_form(0)
    first = time.perf_counter() - began
    with pikepdf.open(BytesIO(pdf)) as document:
        pages = len(document.pages)
    out = sys.stdout.write
    out(f"first form (cold): {first:.2f} s; {pages} pages, {len(pdf) / 1024:.0f} KiB; memory {_memory_mb():.0f} MiB\n")
    for threads in (1, 2):
        rate = measure(threads=threads, seconds=seconds, start=threads * 10_000_000)
        out(f"{threads} thread(s): {rate:.1f} forms/s, {rate * pages:.0f} pages/s; memory {_memory_mb():.0f} MiB\n")


if __name__ == "__main__":
    main()
