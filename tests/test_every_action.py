"""The list of actions is read from the code, and what is none of them says why."""

from __future__ import annotations

from tests.support import every_action


def test_every_reason_names_a_function_of_an_action_module() -> None:
    assert not set(every_action.NO_ACTION) - every_action.public_functions()
    assert all(reason.strip() for reason in every_action.NO_ACTION.values())


def test_every_action_can_be_called_by_its_name() -> None:
    names = every_action.actions()
    assert len(names) > 90
    assert all(callable(every_action.function(name)) for name in names)
