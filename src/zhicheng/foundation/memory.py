"""How often a process that makes many objects looks for what nobody needs any more."""

from __future__ import annotations

import gc

# A page makes some thousands, and a step of ``migrate`` makes many models anew; by itself Python would look over them a dozen times.
_NEW_OBJECTS, _YOUNG, _OLD = 25_000, 20, 20


def settle() -> None:
    """Called once, when everything is loaded: what is there now stays, and is looked over no more; nor copied after a fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)
