"""The last sign of life of each process."""

from typing import ClassVar

from django.db import models


class HeartbeatKind(models.TextChoices):
    BEAT = "beat", "Beat"
    WORKER = "worker", "Worker"
    TASKS = "tasks", "Task round trip"


class Heartbeat(models.Model):
    """When a process last said that it lives. One row for each process, overwritten."""

    name = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=10, choices=HeartbeatKind.choices)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=HeartbeatKind.values), name="heartbeat_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name
