"""Every declared fact log can be read in order, quickly."""

import pytest
from django.db import connection

from kernel.events.registry import logs

COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attname = ANY (%s) ORDER BY a.attname"""

INDEXES = """
SELECT array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k (number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY place)
FROM pg_index i WHERE i.indrelid = %s::regclass AND i.indpred IS NULL"""


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, _ in logs.items()])
def test_a_log_has_its_columns_and_the_index_by_which_it_is_read(name):
    log = logs.get(name)
    wanted = [log.time_column] if log.time_column else []
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [log.table, ["id", "xid", *wanted]])
        columns = {column: rest for column, *rest in cursor.fetchall()}
        assert columns["id"][0] == "bigint"
        assert columns["xid"] == ["xid8", True, "pg_current_xact_id()"]
        assert [columns[column][0] for column in wanted] == ["timestamp with time zone"] * len(
            wanted
        )
        cursor.execute(INDEXES, [log.table])
        assert ["xid", "id"] in [row[0][:2] for row in cursor.fetchall()]
