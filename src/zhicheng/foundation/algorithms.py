"""The ids of the algorithms that stored hashes were made with, and the column that says it beside each.

A column whose own name holds the id (``pdf_sha256``) needs no other: what is hashed by another algorithm comes as another column. Every
other one has :class:`AlgorithmField` beside it, so that values of two algorithms (SHA-256 and SM3) can lie in one table and each is
still known for what it is. Sealed text carries its algorithm within itself (``foundation.sealing``), a signature of the ledger's
head and a password likewise. ``tests/foundation/test_algorithms.py`` reads every model.
"""

from __future__ import annotations

from typing import Any

from django.db import models

SHA_256 = "sha256"
HMAC_SHA_256 = "hmac-sha256"


class AlgorithmField(models.CharField):
    """The id of the algorithm of the columns ``of`` beside it. The database fills it in for a version that does not know it."""

    def __init__(self, algorithm: str = SHA_256, *, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("default", algorithm)
        kwargs.setdefault("db_default", algorithm)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
