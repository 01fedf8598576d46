"""Everything an instance would have written into its log, as it would have written it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from zhicheng.foundation.logs import ContextFilter, JsonLineFormatter, LineFormatter


@contextmanager
def written_log(*, as_json: bool = False) -> Iterator[io.StringIO]:
    """The text of every record of every logger down to INFO, as long as the block lasts."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLineFormatter() if as_json else LineFormatter())
    handler.addFilter(ContextFilter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
