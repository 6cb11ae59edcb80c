"""Trait changes: what is set for whom, how far it is, and whether it was undone."""

from typing import ClassVar

from django.db import models

from profiles.segments.models import Segment


class TraitChange(models.Model):
    """One attribute that is set or removed for everybody who matches; `value` null removes it.

    People are taken newest first; `before_id` is where the next set starts. The value counts as
    said at `created_at`, so what a source says meanwhile is newer, and undoing finds in the history
    whom this change reached.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "Being set"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    trait = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_since = models.DateTimeField(null=True, blank=True)
    is_known = models.BooleanField(null=True, blank=True)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    newest_id = models.BigIntegerField()
    before_id = models.BigIntegerField()
    reached = models.BigIntegerField(default=0)
    restored = models.BigIntegerField(default=0)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_trait_change"
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(status__in=["running", "undoing"]),
                name="profiles_trait_change_to_do",
            ),
        ]  # fmt: skip
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["running", "done", "stopped", "undoing", "undone"]),
                name="profiles_trait_change_known_status",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trait} ({self.key})"

    @property
    def is_working(self) -> bool:
        """Say whether people are still to be passed."""
        return self.status in {self.Status.RUNNING, self.Status.UNDOING}

    @property
    def progress_percent(self) -> int:
        """Return the share of the people passed, newest first."""
        return int(100 * (1 - self.before_id / (self.newest_id + 1)))
