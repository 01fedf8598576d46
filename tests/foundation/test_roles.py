"""On PostgreSQL the service works under a role that owns nothing: it can do its work, and none of what only an owner may do."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.support.elsewhere import Elsewhere, elsewhere_on
from zhicheng.foundation import roles, triggers

OWNER, SERVICE = "zhicheng_owner", "zhicheng_service"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Elsewhere]:
    """The road in another process, as the service, on a database that the owner has migrated."""
    import psycopg

    script = Path(__file__).with_name("road.py")
    with django_db_blocker.unblock(), elsewhere_on(script, tmp_path_factory.mktemp("road")) as elsewhere:
        superuser = elsewhere.environment["ZHICHENG_DATABASE_URL"]
        name = superuser.partition("?")[0].rpartition("/")[2]
        with psycopg.connect(superuser.replace("postgres://", "postgresql://"), autocommit=True) as server:
            for role in (OWNER, SERVICE):
                server.execute(f"DROP ROLE IF EXISTS {role}")
                server.execute(f"CREATE ROLE {role} LOGIN")
            server.execute(f"ALTER DATABASE {name} OWNER TO {OWNER}")
        user = superuser.removeprefix("postgres://").partition("@")[0]
        elsewhere.environment["ZHICHENG_DATABASE_URL"] = superuser.replace(f"//{user}@", f"//{SERVICE}@")
        elsewhere.run("as_role", OWNER, "migrate")
        with psycopg.connect(superuser.replace("postgres://", "postgresql://"), autocommit=True) as server:
            server.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")  # as those do who harden a server
            server.execute(f"GRANT TEMPORARY ON DATABASE {name} TO {SERVICE}")  # as an earlier version did
        elsewhere.run("as_role", OWNER, "grant")
        elsewhere.run("as_role", OWNER, "grant")  # after the next migration, again
        yield elsewhere
    with psycopg.connect(
        superuser.replace(f"/{name}?", "/postgres?").replace("postgres://", "postgresql://"), autocommit=True
    ) as server:
        for role in (OWNER, SERVICE):
            server.execute(f"DROP ROLE {role}")


@pytest.mark.postgres
def test_service_walks_the_road_without_owning_a_table(there: Elsewhere) -> None:
    assert there.run("walk") == "closed_for_year 3 True"
    said = there.run("try_what_only_an_owner_may").splitlines()
    assert said and all(line.endswith("InsufficientPrivilege") for line in said), said


@pytest.mark.postgres
def test_service_can_find_out_whether_the_database_still_grows(there: Elsewhere) -> None:
    assert there.run("probe") == "database ''"


@pytest.mark.django_db
def test_grants_leave_what_is_append_only_without_update_and_delete() -> None:
    granted = [s for s in roles.grant_statements(connection, SERVICE) if s.startswith("GRANT SELECT")]
    for one in triggers.declared():
        if one.rule:  # refused only where a condition holds: the right itself is needed
            continue
        mine = next(s for s in granted if f'"{one.table}"' in s)
        assert not [operation for operation in one.operations if operation in mine.partition(" ON ")[0]]
    assert [s for s in granted if '"django_migrations"' in s] == [f'GRANT SELECT ON "django_migrations" TO "{SERVICE}"']


@pytest.mark.postgres
@pytest.mark.django_db
def test_grant_says_what_only_the_owner_of_the_database_can_take_away() -> None:
    owner, service, database = "of_the_tables", "of_the_service", connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        for role in (owner, service):
            cursor.execute(f"CREATE ROLE {role}")
        assert roles.may_make_temporary_tables(connection, service), "PUBLIC may, in a database that nobody has looked at"
        cursor.execute(f"SET ROLE {owner}")
        assert not roles.owns_the_database(connection)
        assert not [one for one in roles.grant_statements(connection, service) if "TEMPORARY" in one]
        cursor.execute("RESET ROLE")
    call_command("database", "grant", service, stdout=StringIO(), stderr=(said := StringIO()))
    assert said.getvalue() == "" and not roles.may_make_temporary_tables(connection, service)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE others; GRANT TEMPORARY ON DATABASE {database} TO others; GRANT others TO {service}")
    call_command("database", "grant", service, stdout=StringIO(), stderr=(said := StringIO()))
    assert "仍能建临时表" in said.getvalue() and "REVOKE TEMPORARY ON DATABASE" in said.getvalue()


@pytest.mark.django_db
def test_database_command_says_what_it_needs() -> None:
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="PostgreSQL"):
            call_command("database", "grant", SERVICE, stdout=StringIO())
        return
    with pytest.raises(CommandError, match="没有授权成功"):
        call_command("database", "grant", "nobody_of_this_name", stdout=StringIO())


@pytest.mark.django_db
def test_production_is_told_that_its_role_owns_the_tables(settings: Any) -> None:
    assert not roles.check_role(None, databases=["default"])
    settings.MODE = "production"
    found = roles.check_role(None, databases=["default"])
    assert [problem.id for problem in found] == (["zhicheng.W022"] if connection.vendor == "postgresql" else [])
