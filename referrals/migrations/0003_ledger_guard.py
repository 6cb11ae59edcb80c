"""The triggers that keep the ledger balanced, append-only and members above zero."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_fact_logs")]

    operations = [
        migrations.RunSQL(
            (SQL / "ledger_guard_v1.sql").read_text(encoding="utf-8"),
            (SQL / "ledger_guard_v1_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
