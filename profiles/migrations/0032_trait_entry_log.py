"""Lets apps read changes of traits as a fact log."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "trait_entry_log_v1.sql").read_text(encoding="utf-8")
BACK = "ALTER TABLE profiles_trait_entry DROP COLUMN xid;"


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0031_trait_history_by_time'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
