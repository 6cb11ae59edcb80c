"""The table of Django's database cache, which holds the counters of failed log-ins."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0002_api_keys_and_permissions")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql=(SQL / "cache_table_v1.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP TABLE kernel_cache",
        )
    ]
