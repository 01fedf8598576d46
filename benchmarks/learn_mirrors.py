"""Learns how upright hanzi differ from mirrored ones, and writes the weights that ``evidence/inspection/legibility/mirror.py`` uses: pages of
hanzi of GB 2312 drawn at random in the faces of this machine, and a linear answer to them (ridge regression). The same on every run.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import cv2
import numpy as np
import pylopdf_fonts_zh_cn
from figures import ROOT
from PIL import Image, ImageDraw, ImageFont

_SHIPPED = Path(pylopdf_fonts_zh_cn.__file__).parent
_SYSTEM = ("truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf", "truetype/lxgw-wenkai/LXGWWenKai-Light.ttf",
           "opentype/noto/NotoSansCJK-Bold.ttc", "opentype/noto/NotoSerifCJK-Bold.ttc")  # fmt: skip
FACES = [
    _SHIPPED / "NotoSerifSC-Regular.otf",
    _SHIPPED / "NotoSansSC-Regular.otf",
    *(Path("/usr/share/fonts") / one for one in _SYSTEM),
]
HANZI = [bytes([row, cell]).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]
PAGES, STIFFNESS = 240, 1e-3
TARGET = ROOT / "src/zhicheng/evidence/inspection/legibility/mirror_weights.py"


def page(dice: random.Random, face: Path) -> np.ndarray:
    """Twelve lines of hanzi, more or less sharp."""
    size = dice.choice((24, 30, 36, 44))
    sheet = Image.new("RGB", (size * 30, size * 40), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(face, size)
    for line in range(16):
        pen.text(
            (size * 3, size * 3 + line * size * 2), "".join(dice.choice(HANZI) for _ in range(22)), font=font, fill="#181818"
        )
    return cv2.GaussianBlur(cv2.cvtColor(np.asarray(sheet), cv2.COLOR_RGB2BGR), (0, 0), dice.uniform(0.3, 1.2))


def main() -> int:
    """Learn, say how well it fits, write."""
    from zhicheng.evidence.inspection.legibility.mirror import difference, features
    from zhicheng.evidence.inspection.legibility.print import Page

    dice = random.Random(11)  # noqa: S311 - the same pages again
    faces = [face for face in FACES if face.exists()]
    seen = [features(Page(page(dice, faces[number % len(faces)]))) for number in range(PAGES)]
    rows = np.array([difference(one).ravel() for one in seen if one is not None])
    both, answers = np.concatenate([rows, -rows]), np.repeat((1.0, -1.0), len(rows))
    weights = np.linalg.solve(both.T @ both + STIFFNESS * np.eye(both.shape[1]), both.T @ answers)
    print(f"{len(rows)} pages, {len(faces)} faces; least sure of an upright one: {(rows @ weights).min():.2f}")
    told = "\n".join("    " + " ".join(f"{one:.2f}," for one in weights[at : at + 12]) for at in range(0, len(weights), 12))
    TARGET.write_text(
        '"""Learned by ``benchmarks/learn_mirrors.py``; one weight for each of ``mirror.features``."""\n\n# fmt: off\n'
        f"WEIGHTS = (\n{told}\n)\n",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
