"""The function that drops drained days of the inbox."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "inbox_upkeep_v1.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0004_rule_functions'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION profiles_drop_drained_days"),
    ]
