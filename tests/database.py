"""The test databases: copies of one template that is migrated once for each state of the code."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from mcps_site.runtime import places

LOCK = 0x54455354
# Where the sequences of a fresh copy stand: their last number, or none before the first.
STARTS: dict[str, int | None] = {}


def prepare_template() -> None:
    """Migrate the template where it is missing. Called before the workers start: it may take long."""
    with _connect() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if _template_name() not in _databases(server):
            _make_template(server, _template_name())


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Give this worker a fresh copy of the template; takes the place of Django's own set-up."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    name = f"test_mcps_{worker}"
    with _connect() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _recreate(server, name, _template_name())
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        settings.DATABASES["default"]["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(sequencename), last_value FROM pg_sequences")
            STARTS.update(cursor.fetchall())
        yield
        connection.close_pool()  # type: ignore[attr-defined]


def count_from_start() -> None:
    """Set every sequence back to where a fresh copy has it; what is committed must be gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(name::regclass, coalesce(last, 1), last IS NOT NULL)"
            " FROM unnest(%s::text[], %s::bigint[]) AS s (name, last)",
            [list(STARTS), list(STARTS.values())],
        )


def _template_name() -> str:
    mark = hashlib.blake2b((places.ROOT / "requirements.lock").read_bytes(), digest_size=5)
    for path in sorted(places.ROOT.rglob("migrations/**/*")):
        if path.suffix in {".py", ".sql"} and ".venv" not in path.parts:
            mark.update(path.read_bytes())
    return f"template_{mark.hexdigest()}"


def _make_template(server: Connection, template: str) -> None:
    for name in _databases(server):
        if name.startswith("template_"):
            server.execute(SQL("DROP DATABASE {}").format(Identifier(name)))
    draft = "draft_of_template"
    server.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(draft)))
    server.execute(SQL("CREATE DATABASE {}").format(Identifier(draft)))
    command = [sys.executable, str(places.ROOT / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(command, check=True, env={**os.environ, "DATABASE_URL": address_of(draft)})
    renamed = SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(renamed.format(Identifier(draft), Identifier(template)))


def _recreate(server: Connection, name: str, template: str) -> None:
    server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
    made = SQL("CREATE DATABASE {} TEMPLATE {}")
    server.execute(made.format(Identifier(name), Identifier(template)))


def _databases(server: Connection) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def _connect() -> Connection:
    return psycopg.connect(address_of("postgres"), autocommit=True)


def address_of(name: str) -> str:
    url = os.environ.get("DATABASE_URL")
    return f"{url.rsplit('/', 1)[0]}/{name}" if url else places.embedded_database_url(name)
