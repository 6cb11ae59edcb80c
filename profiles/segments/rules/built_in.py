"""Fields that every installation has; other apps register theirs in `profiles.extension_points`."""

from profiles.segments.rules.sqlbuilder import FieldSql

BUILT_IN = {
    "first_seen_at": FieldSql(type="date", expression="c.first_seen_at", label="First seen"),
    "last_seen_at": FieldSql(type="date", expression="c.last_seen_at", label="Last seen"),
    "time_zone": FieldSql(type="text", expression="c.time_zone", label="Time zone"),
    "locale": FieldSql(type="text", expression="c.locale", label="Language and country"),
}
