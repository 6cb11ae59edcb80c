"""A trigger that keeps the audit trail append-only."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0008_audit_trail")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql=(SQL / "audit_guard_v1.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP TRIGGER audit_is_append_only ON kernel_auditentry; "
            "DROP FUNCTION kernel_refuse_audit_change()",
        )
    ]
