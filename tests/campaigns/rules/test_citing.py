"""What a rule rests on, in the words of the notice's reader."""

from __future__ import annotations

import pytest

from tests.campaigns.files import bortala
from zhicheng.campaigns.rules import cited


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("S-60", "通知（九）"),
        ("S-58；S-59", "通知（八）"),
        ("S-55；S-56", "通知（六）、（七）"),
        ("S-54；人社部令40号 第十三条", "通知（五）；人社部令40号 第十三条"),
        ("S-56；ZC 0006-2003", "通知（七）；ZC 0006-2003"),
        ("S-999", ""),
        ("人社部发〔2019〕16号 附件", "人社部发〔2019〕16号 附件"),
        ("", ""),
    ],
)
def test_number_of_ours_becomes_a_place_of_the_notice(source: str, words: str) -> None:
    assert cited(bortala(), source) == words
