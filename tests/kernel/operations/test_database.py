import pytest
from django.db import connection

from kernel.operations.database import describe_database, list_tables

pytestmark = pytest.mark.django_db


def test_server_describes_itself():
    state = describe_database()
    assert int(state.version.split(".")[0]) >= 16
    assert 1 <= state.connections <= state.most_connections
    assert state.bytes > 1_000_000


def test_partitioned_table_counts_with_all_its_partitions():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kernel_plain (id bigint)")
        cursor.execute("CREATE TABLE kernel_log (day int) PARTITION BY RANGE (day)")
        for day in (1, 2):
            cursor.execute(
                f"CREATE TABLE kernel_log_{day} PARTITION OF kernel_log "
                f"FOR VALUES FROM ({day}) TO ({day + 1})"
            )
        cursor.execute("INSERT INTO kernel_log SELECT 1 FROM generate_series(1, 20000)")
    found = {table.name: table for table in list_tables(most=1_000)}
    log, plain = found["kernel_log"], found["kernel_plain"]
    assert (log.partitions, log.first_partition, log.last_partition) == (
        2, "kernel_log_1", "kernel_log_2",
    )  # fmt: skip
    assert log.bytes > 500_000
    assert (plain.partitions, plain.bytes, plain.first_partition) == (0, 0, None)
    assert "kernel_log_1" not in found


def test_largest_table_comes_first_and_the_list_is_cut():
    found = list_tables(most=3)
    assert len(found) == 3
    assert [t.bytes for t in found] == sorted((t.bytes for t in found), reverse=True)
