"""Reads days out of traits, and notes those that journeys wait for already."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "trait_day_v1.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION campaigns_day;"


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0034_trait_days'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
