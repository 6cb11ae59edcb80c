"""The clock of the demo world: one row that staff turn and the living world reads."""

from typing import ClassVar

from django.db import models

SPEEDS: tuple[tuple[int, str], ...] = (
    (1, "As the clock"),
    (10, "1 minute = 10 minutes"),
    (60, "1 minute = 1 hour"),
    (360, "1 minute = 6 hours"),
)


class Clock(models.Model):
    """Which world runs and how fast. There is one row, with id 1."""

    seed = models.IntegerField()
    people = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    speed = models.PositiveIntegerField(choices=SPEEDS, default=60)
    is_paused = models.BooleanField(default=False)
    pending_step_seconds = models.PositiveIntegerField(default=0)
    lived_seconds = models.FloatField(default=0)
    sent = models.PositiveBigIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)
    ticked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="world_has_one_clock")
        ]

    def __str__(self) -> str:
        return f"World {self.seed} of {self.people} people"
