"""The table of the rate limits."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0006_idempotency_keys")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql=(SQL / "rate_limits_v1.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP TABLE kernel_rate",
        )
    ]
