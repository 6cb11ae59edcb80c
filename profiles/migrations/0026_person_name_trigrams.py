"""The index by which names are found in spite of typos; needs the extension pg_trgm."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "person_names_v1.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0025_person_names'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION profiles_search_names; DROP INDEX profiles_person_name_trigrams"),
    ]
