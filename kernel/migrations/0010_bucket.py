"""The stable random split as a function of the database; its twin is `kernel.buckets`."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0009_audit_guard")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql=(SQL / "bucket_v1.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION kernel_bucket(text, text)",
        )
    ]
