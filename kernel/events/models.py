"""The tables of the fact log: low-volume facts, cursors of their readers, facts set aside."""

from typing import ClassVar

from django.db import models

from kernel.events.fields import Xid8Field


class Event(models.Model):
    """A published event: a fact without a table of its own. Append-only.

    `key` is unique over all events, which a database sharded by customer would not allow; it
    belongs to the floor, which is not sharded.
    """

    xid = Xid8Field()
    type = models.TextField()
    version = models.PositiveSmallIntegerField()
    subject = models.TextField()
    payload = models.JSONField()
    key = models.TextField(null=True)  # noqa: DJ001 (unknown keys must not collide)
    cause_id = models.BigIntegerField(null=True)
    hop = models.PositiveSmallIntegerField(db_default=0)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key"], name="event_key_once")]
        indexes: ClassVar = [
            models.Index(fields=["xid", "id"], name="event_log_idx"),
            models.Index(fields=["type", "-id"], name="event_type_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Cursor(models.Model):
    """How far one subscriber has read its log."""

    name = models.TextField(primary_key=True)
    source = models.TextField()
    fact_xid = Xid8Field(db_default="0")
    fact_id = models.BigIntegerField(db_default=0)
    handled = models.BigIntegerField(db_default=0)
    moved_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Parked(models.Model):
    """A fact that its subscriber could not handle, set aside so that the others go on."""

    subscriber = models.TextField()
    source = models.TextField()
    fact_xid = Xid8Field()
    fact_id = models.BigIntegerField()
    error = models.TextField()
    attempts = models.PositiveIntegerField(db_default=1)
    parked_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "parked facts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber", "fact_xid", "fact_id"], name="parked_fact_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subscriber", "id"],
                name="parked_waiting_idx",
                condition=models.Q(replayed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber}: fact {self.fact_id} of {self.source}"
