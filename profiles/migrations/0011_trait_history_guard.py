"""How values of a trait compare under each policy, and the guard of the history of traits."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "trait_history_v1.sql"
UNDO = """
DROP TRIGGER profiles_trait_entry_guard ON profiles_trait_entry;
DROP FUNCTION profiles_guard_trait_entry;
DROP FUNCTION profiles_trait_prevails;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0010_trait_history'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
