"""A guard is looked at for what it does: a name alone refuses nothing. And nobody but the program's own tables answers what it asks."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import violated
from zhicheng.applications.models import Application
from zhicheng.foundation import clock, trigger_state, triggers

pytestmark = pytest.mark.django_db
POSTGRES = pytest.mark.postgres
LEDGER = "foundation_ledgerentry_no_update"
STATE = "applications_application_state_update"


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def returned() -> Application:
    """An application that reached the prefecture three times: its person's year is closed."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.to_bureau(world, application)
    w.arrive(world, application, 3)
    w.give_back(world.bureau, application)
    application.refresh_from_db()
    return application


def test_guards_are_as_the_program_makes_them() -> None:
    assert list(trigger_state.findings(connection)) == []
    assert not trigger_state.all_switched_off(connection)
    assert not violated("foundation.guards")


def test_guard_that_refuses_nothing_any_more_is_named() -> None:
    if connection.vendor == "sqlite":
        run(
            f"DROP TRIGGER {LEDGER}",
            f"CREATE TRIGGER {LEDGER} BEFORE UPDATE ON foundation_ledgerentry FOR EACH ROW WHEN (0) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        )
    else:
        run(
            f"DROP TRIGGER {LEDGER} ON foundation_ledgerentry",
            f"CREATE TRIGGER {LEDGER} BEFORE UPDATE OF actor ON foundation_ledgerentry FOR EACH ROW "
            "EXECUTE FUNCTION foundation_append_only('the ledger is append-only')",
        )
    assert list(trigger_state.findings(connection)) == [(LEDGER, trigger_state.Fault.OTHER)]
    assert violated("foundation.guards") == {("foundation.guards", f"trigger:{LEDGER}")}
    triggers.put_on(connection)
    assert not violated("foundation.guards")


@pytest.mark.parametrize("guarded", [True, False])
def test_strange_trigger_on_a_guarded_table_is_named_and_elsewhere_it_is_not(guarded: bool) -> None:
    """It would fire after ours, on what ours has let pass."""
    table = "applications_application" if guarded else "foundation_probe"
    if connection.vendor == "sqlite":
        run(f"CREATE TRIGGER zz AFTER UPDATE ON {table} FOR EACH ROW BEGIN SELECT 1; END")
    else:
        run(
            "CREATE FUNCTION zz() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            f"CREATE TRIGGER zz BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION zz()",
        )
    assert list(trigger_state.findings(connection)) == ([("zz", trigger_state.Fault.STRANGE)] if guarded else [])


@POSTGRES
@pytest.mark.parametrize(
    ("change", "named", "fault"),
    [
        (
            "CREATE OR REPLACE FUNCTION foundation_append_only() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {triggers.SEARCH_PATH} AS $$ BEGIN RETURN NEW; END $$",
            LEDGER,
            trigger_state.Fault.OTHER,
        ),
        ("ALTER FUNCTION applications_application_state() RESET search_path", STATE, trigger_state.Fault.OTHER),
        ("ALTER FUNCTION applications_application_state() SET search_path = pg_temp, public", STATE, trigger_state.Fault.OTHER),
        ("ALTER FUNCTION applications_application_state() SECURITY DEFINER", STATE, trigger_state.Fault.OTHER),
        (f"ALTER TABLE applications_application DISABLE TRIGGER {STATE}", STATE, trigger_state.Fault.MISSING),
        (f"ALTER TABLE applications_application ENABLE REPLICA TRIGGER {STATE}", STATE, trigger_state.Fault.MISSING),
        (
            "CREATE RULE past AS ON DELETE TO applications_submission DO INSTEAD NOTHING",
            "past",
            trigger_state.Fault.STRANGE,
        ),
    ],
)
def test_guard_that_keeps_its_name_and_does_something_else_is_named(change: str, named: str, fault: trigger_state.Fault) -> None:
    run(change)
    assert (named, fault) in list(trigger_state.findings(connection))


@POSTGRES
def test_every_trigger_switched_off_at_once_is_named() -> None:
    run("SET LOCAL session_replication_role = replica")
    assert trigger_state.all_switched_off(connection)
    assert ("foundation.guards", "trigger:*") in violated("foundation.guards")
    run("SET LOCAL session_replication_role = origin")


@pytest.fixture
def service() -> Iterator[None]:
    """The session is one of a role that may write every row, and still may make temporary tables."""
    if connection.vendor == "sqlite":
        yield
        return
    role, database = f"served_{os.getpid()}", connection.ops.quote_name(connection.settings_dict["NAME"])
    run(
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"CREATE ROLE {role}",  # gone with the test's transaction, as what follows
        f"GRANT TEMPORARY ON DATABASE {database} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"SET ROLE {role}",
    )
    yield
    run("RESET ROLE")


ATTACKS = {
    "state": (
        "CREATE TEMPORARY TABLE applications_statuschange AS SELECT 1 AS id, {id} AS application_id, 'accepted' AS to_state, "
        "NULL AS from_state, NULL AS submission_id, 'x' AS move",
        "UPDATE {main}applications_application SET state = 'accepted' WHERE id = {id}",
        "only with its history",
    ),
    "year opened": (
        "CREATE TEMPORARY TABLE applications_committeearrival AS SELECT 1 AS id, {year} AS person_year_id, 1 AS annulled_at",
        "UPDATE {main}applications_personyear SET closed_at = NULL WHERE id = {year}",
        "opened by an annulled arrival",
    ),
    "arrivals gone": (
        "CREATE TEMPORARY TABLE applications_committeearrival AS SELECT 1 AS id, 0 AS person_year_id, NULL AS annulled_at",
        "UPDATE {main}applications_personyear SET arrivals = 0 WHERE id = {year}",
        "the number of its arrivals",
    ),
    "another person": (
        "CREATE TEMPORARY TABLE accounts_identitycorrection AS SELECT person_index AS old_index, 'x' AS new_index "
        "FROM {main}applications_personyear",
        "UPDATE {main}applications_personyear SET person_index = 'x' WHERE id = {year}",
        "stays with its person",
    ),
    "material of a sent form": (
        "CREATE TEMPORARY TABLE applications_application AS SELECT {id} AS id, 'draft' AS state",
        "UPDATE {main}applications_material SET removed_at = added_at WHERE application_id = {id}",
        "taken out while the form is open",
    ),
    "where somebody belonged": (
        "CREATE TEMPORARY TABLE account_emailaddress AS SELECT 0 AS user_id, true AS verified",
        "DELETE FROM {main}organizations_membership",
        "stays",
    ),
}


@pytest.mark.parametrize("what", ATTACKS)
@pytest.mark.usefixtures("service")
def test_temporary_table_does_not_answer_for_the_real_one(returned: Application, what: str) -> None:
    prepare, attack, sentence = ATTACKS[what]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM applications_personyear WHERE closed_at IS NOT NULL")
        [(year,)] = cursor.fetchall()
    words = {"id": returned.pk, "year": year, "main": "main." if connection.vendor == "sqlite" else "public."}
    with transaction.atomic():
        run(prepare.format(**words))
        if what == "where somebody belonged":
            run("CREATE TEMPORARY TABLE accounts_user AS SELECT 0 AS id, NULL AS last_login")
        with pytest.raises(DatabaseError, match=sentence), transaction.atomic():
            run(attack.format(**words))
        transaction.set_rollback(True)
