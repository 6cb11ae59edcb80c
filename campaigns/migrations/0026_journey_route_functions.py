"""Writes the routes of versions, also of those there are, and leaves room in the pages of enrollments."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "journey_routes_v1.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION campaigns_make_routes; ALTER TABLE campaigns_enrollment SET (fillfactor = 70);"


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0025_journey_routes'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
