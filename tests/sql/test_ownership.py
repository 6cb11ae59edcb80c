"""Reading joins go downward only, and an app writes nothing but its own tables."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.sql.ownership import APPS, read_and_written, trespasses
from tests.sql.statements import all_statements


def test_statements_respect_the_order_of_the_apps():
    found = {}
    for path, query in all_statements():
        app = path.relative_to(Path(settings.BASE_DIR)).parts[0]
        if app in APPS and (wrong := trespasses(app, query.text)):
            found[f"{app}/{path.name}: {query.name}"] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("app", "text", "expected"),
    [
        ("profiles", "SELECT 1 FROM campaigns_delivery", ["reads campaigns_delivery"]),
        (
            "analytics",
            "UPDATE campaigns_delivery SET status = %(s)s::text WHERE id = 1",
            ["writes campaigns_delivery"],
        ),
        (
            "campaigns",
            """WITH gone AS (DELETE FROM profiles_touchpoint t WHERE t.id = 1 RETURNING t.id)
            INSERT INTO campaigns_delivery (id) SELECT id FROM gone ON CONFLICT DO NOTHING""",
            ["writes profiles_touchpoint"],
        ),
        ("analytics", "SELECT 1 FROM campaigns_delivery JOIN profiles_customer c ON true", []),
        (
            "campaigns",
            "WITH profiles_seen AS (SELECT 1 AS id) SELECT id FROM profiles_seen FOR UPDATE",
            [],
        ),
    ],
    ids=["upward read", "write of another app", "write inside a CTE", "downward join", "CTE name"],
)
def test_a_trespass_is_found(app, text, expected):
    assert trespasses(app, text) == expected


def test_targets_and_sources_are_told_apart():
    text = (
        "INSERT INTO campaigns_enrollment (xid, id) SELECT t.xid, t.id FROM profiles_touchpoint t"
        " WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)"
        " ORDER BY t.xid, t.id LIMIT %(batch)s::int FOR UPDATE OF t SKIP LOCKED"
    )
    assert read_and_written(text) == (
        {"campaigns_enrollment", "profiles_touchpoint"},
        {"campaigns_enrollment"},
    )
