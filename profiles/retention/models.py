"""Retention rules: the staff's choice for an event, a source, or an event of a source."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from profiles.touchpoints.models import Event, Source


class RetentionRule(models.Model):
    """For how many days touchpoints are kept; where several rules fit, the shortest holds.

    `next_at` says when touchpoints are next forgotten, for the first time some while after the
    choice, so that it can be taken back.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    keep_days = models.PositiveIntegerField()
    next_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True, blank=True)
    last_forgotten = models.BigIntegerField(default=0, db_default=0)
    forgotten = models.BigIntegerField(default=0, db_default=0)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles_retention_rule"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "source"], nulls_distinct=False, name="profiles_retention_rule_once"
            ),
            models.CheckConstraint(
                condition=models.Q(event__isnull=False) | models.Q(source__isnull=False),
                name="profiles_retention_rule_of",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event or 'every event'} of {self.source or 'every source'}"
