"""The database's own account of itself: version, connections, sizes, partitions."""

from dataclasses import dataclass
from datetime import datetime

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "database")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """The server as a whole."""

    version: str
    started_at: datetime
    bytes: int
    connections: int
    most_connections: int
    oldest_transaction_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """A table with its indexes and, where it has them, its partitions."""

    name: str
    bytes: int
    row_estimate: int
    partitions: int
    first_partition: str | None
    last_partition: str | None


def ping_database() -> None:
    """Ask the database for a sign of life.

    Raises:
        OperationalError: it does not answer.
    """
    SQL.run("ping")


def describe_database() -> DatabaseState:
    """Return the state of the server. One statement."""
    return SQL.one("describe_database", into=DatabaseState)


def list_tables(*, most: int) -> list[TableSize]:
    """Return the largest tables first. One statement over the system catalog."""
    return SQL.all("list_tables", {"most": most}, into=TableSize)
