"""SQL twins of the rule values, the consent gate, and the guards of both ledgers."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
REVERSE_VALUES = """
DROP FUNCTION profiles_next_anniversary;
DROP FUNCTION profiles_moment;
DROP FUNCTION profiles_texts;
DROP FUNCTION profiles_boolean;
DROP FUNCTION profiles_number;
DROP FUNCTION profiles_text;
"""
REVERSE_CONSENT = """
DROP FUNCTION profiles_strictness;
DROP FUNCTION profiles_may_contact;
DROP TRIGGER profiles_consent_entry_guard ON profiles_consent_entry;
DROP FUNCTION profiles_guard_consent_entry;
ALTER TABLE profiles_consent_entry DROP COLUMN xid;
"""
REVERSE_CHANGE_LOG = """
DROP TRIGGER profiles_segment_change_guard ON profiles_segment_change;
DROP FUNCTION profiles_guard_segment_change;
ALTER TABLE profiles_segment_change DROP COLUMN xid;
"""


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0003_consent_and_segments'),
    ]

    operations = [
        migrations.RunSQL(_text("rule_values_v1.sql"), REVERSE_VALUES),
        migrations.RunSQL(_text("consent_v1.sql"), REVERSE_CONSENT),
        migrations.RunSQL(_text("segment_change_log_v1.sql"), REVERSE_CHANGE_LOG),
    ]
