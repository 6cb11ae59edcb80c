"""Splits use the bucket function of the kernel; the second one of campaigns goes."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
FORWARD = (FOLDER / "journey_functions_v2.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION campaigns_outlet;" + (FOLDER / "journey_functions_v1.sql").read_text(
    encoding="utf-8"
)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0005_journey_drafts'),
        ('kernel', '0010_bucket'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
