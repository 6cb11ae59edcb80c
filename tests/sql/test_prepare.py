"""PostgreSQL itself reads every named statement against the migrated schema, without data."""

import pytest
from django.db import connection, transaction
from psycopg.pq import ExecStatus

from kernel.sql.parsing import to_prepared
from tests.sql.statements import all_statements


def prepare_error(text: str) -> str | None:
    """Return why PostgreSQL refuses the statement, or `None` when it accepts it."""
    with transaction.atomic():
        link = connection.connection.pgconn
        point = transaction.savepoint()
        result = link.prepare(b"", to_prepared(text).text.encode())
        transaction.savepoint_rollback(point)
    return None if result.status == ExecStatus.COMMAND_OK else result.error_message.decode("utf-8")


@pytest.mark.django_db
def test_postgresql_accepts_every_statement():
    errors = {
        f"{path.name}: {query.name}": error
        for path, query in all_statements()
        if (error := prepare_error(query.text)) is not None
    }
    assert errors == {}


def test_every_parameter_carries_its_cast():
    uncast = {
        f"{path.name}: {query.name}": names
        for path, query in all_statements()
        if (names := to_prepared(query.text).uncast)
    }
    assert uncast == {}


def test_every_statement_says_what_it_does_in_one_to_four_lines():
    wrong = [
        f"{path.name}: {query.name}"
        for path, query in all_statements()
        if not 1 <= len(query.comment.splitlines()) <= 4
    ]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("SELECT no_such_column FROM kernel_user", 'column "no_such_column" does not exist'),
        ("SELECT id FROM kernel_user WHERE id = %(id)s::text", "operator does not exist"),
        ("SELECT 1; SELECT 2", "multiple commands"),
    ],
    ids=["missing column", "wrong cast", "two statements"],
)
def test_a_wrong_statement_is_refused(text, part):
    assert part in (prepare_error(text) or "")
