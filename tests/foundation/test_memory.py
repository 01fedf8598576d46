"""What a web process has loaded is looked over no more."""

from __future__ import annotations

import gc

from zhicheng.foundation import memory


def test_what_is_loaded_is_left_alone_and_what_a_page_leaves_is_still_taken_away() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        memory.settle()
        assert gc.get_freeze_count() >= max(frozen, 10_000)
        assert gc.isenabled() and gc.get_threshold()[0] == 25_000
        circle: list[object] = []
        circle.append(circle)
        del circle
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        if frozen:  # as it is for all tests
            gc.freeze()
