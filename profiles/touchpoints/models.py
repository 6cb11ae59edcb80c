"""Sources, the inbox, the log of touchpoints, and what could not be used.

Inbox and touchpoints are partitioned; their tables are made by the files in `migrations/sql`.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Source(models.Model):
    """A system that sends events. Its write key may only append; we keep only the key's hash.

    A key that was renewed goes on working as the former one until `former_key_until`.
    """

    class Kind(models.TextChoices):
        API = "api", "Collection API"
        IMPORT = "import", "Import"
        WEBHOOK = "webhook", "Webhook"
        SYSTEM = "system", "This system"
        STAFF = "staff", "Staff and journeys"

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.API)
    write_key_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    write_key_hint = models.CharField(max_length=12, blank=True)
    former_key_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    former_key_until = models.DateTimeField(null=True, blank=True)
    starts_journeys = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class InboxItem(models.Model):
    """One accepted request, as it came. The drain deletes it once its events are stored."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField(db_default=Now())
    source_id = models.IntegerField()
    route = models.CharField(max_length=10)
    message_count = models.IntegerField()
    ip = models.GenericIPAddressField(null=True)
    body = models.BinaryField()

    class Meta:
        db_table = "profiles_inbox"

    def __str__(self) -> str:
        return str(self.id)


class MessageLedger(models.Model):
    """Every message ever stored: blake2b-128 of source and messageId. Makes ingestion exact."""

    message_id = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles_message_ledger"

    def __str__(self) -> str:
        return str(self.message_id)


class Event(models.Model):
    """The dictionary of event names."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    first_seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Touchpoint(models.Model):
    """One thing a person did or we did to them. Append-only; the log `profiles.touchpoint`.

    `recorded_for` is the person under whom it was first recorded; it differs from `customer_id`
    after a merge. `starts_journeys` is false for history that was imported late.
    The column `xid` (see `kernel.events`) exists in the table only.
    """

    class Type(models.IntegerChoices):
        TRACK = 1, "track"
        IDENTIFY = 2, "identify"
        PAGE = 3, "page"
        SCREEN = 4, "screen"
        GROUP = 5, "group"
        ALIAS = 6, "alias"
        SYSTEM = 7, "system"

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField()
    customer_id = models.BigIntegerField()
    recorded_for = models.BigIntegerField()
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    type = models.SmallIntegerField(choices=Type.choices)
    starts_journeys = models.BooleanField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    original_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    properties = models.JSONField()
    context = models.JSONField()

    def __str__(self) -> str:
        return str(self.id)


class SourceActivity(models.Model):
    """What one source sent in one hour; the drain adds to it, pages read it."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    stored = models.BigIntegerField(default=0, db_default=0)
    duplicates = models.BigIntegerField(default=0, db_default=0)
    quarantined = models.BigIntegerField(default=0, db_default=0)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_source_activity"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "hour"], name="profiles_source_activity_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.hour}"


class QuarantinedMessage(models.Model):
    """An event that could not be used, kept whole until its cause is mended and it is replayed."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(unique=True)
    source_id = models.IntegerField()
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=64)
    field = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    body = models.BinaryField()
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_quarantine"
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=models.Q(replayed_at__isnull=True),
                         name="profiles_quarantine_open"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.message_id)
