"""Exports: what was asked for, how far it is, and which file came of it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from profiles.segments.models import Segment


class Export(models.Model):
    """One file of people or touchpoints. What arrived after `created_at` is not in it.

    `turn` counts how often a worker began: it names the file, and one whose turn is over changes
    nothing more. `tries` counts since the export was last to be made anew. `found_ids`
    are the people whom a search found when it was asked for; the words of the search may name
    somebody, so they are not kept.
    """

    class What(models.TextChoices):
        PEOPLE = "people", "People"
        TOUCHPOINTS = "touchpoints", "Touchpoints"

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        JSONL = "jsonl", "JSON lines"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        DELETED = "deleted", "Deleted"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    what = models.CharField(max_length=11, choices=What.choices)
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    seen_since = models.DateTimeField(null=True, blank=True)
    is_known = models.BooleanField(null=True, blank=True)
    found_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    form = models.CharField(max_length=5, choices=Form.choices)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    newest_id = models.BigIntegerField()
    turn = models.IntegerField(default=0)
    tries = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    progress_percent = models.IntegerField(default=0)
    size = models.BigIntegerField(null=True, blank=True)
    failure = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_export"
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(status__in=["waiting", "running"]),
                name="profiles_export_to_make",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_working(self) -> bool:
        """Say whether its file is still to be made."""
        return self.status in {self.Status.WAITING, self.Status.RUNNING}

    def file_name(self, turn: int) -> str:
        """Return where the file of a turn lies in the storage."""
        return f"exports/{self.key}-{turn}.{self.form}.gz"
