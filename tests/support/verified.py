"""``zhicheng verify`` for tests: whatever a story did, every invariant of the system holds afterwards."""

from __future__ import annotations

from zhicheng.foundation import invariants


def everything_holds() -> None:
    """Fail with everything that violates an invariant."""
    found = [str(one) for one in invariants.verify()]
    assert not found, "\n".join(found)


def violated(*names: str) -> set[tuple[str, str]]:
    """Which invariants are violated, and about what; of ``names`` or of all."""
    return {(one.invariant.name, one.violation.subject) for one in invariants.verify(names)}
