"""The form in which e-mail addresses of one mailbox agree."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "duplicates_v1.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0020_duplicates'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION profiles_email_base"),
    ]
