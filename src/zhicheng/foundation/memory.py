"""How often a web process looks for what nobody needs any more."""

from __future__ import annotations

import gc

_NEW_OBJECTS, _YOUNG, _OLD = 25_000, 20, 20  # a page makes some thousands; by itself Python would look over them a dozen times


def settle() -> None:
    """Called once, when everything is loaded: what is there now stays, and is looked over no more; nor copied after a fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)
