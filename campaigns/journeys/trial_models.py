"""What is tried before publishing: dry runs over real days, and the specs of a journey."""

from django.db import models

from campaigns.journeys.models import Journey


class DryRun(models.Model):
    """One dry run that staff asked for. `parts` are the definitions side by side, each with a label.

    `results` holds one result for each part: counts only, nobody's data.
    """

    class Status(models.TextChoices):
        ASKED = "asked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    key = models.UUIDField(unique=True)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="dry_runs")
    days = models.SmallIntegerField()
    with_imports = models.BooleanField(default=False)
    parts = models.JSONField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    results = models.JSONField(default=list)
    error = models.TextField(default="")
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "campaigns_dry_run"
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(status__in=["asked", "running"]),
                name="campaigns_dry_run_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} over {self.days} days"


class JourneySpec(models.Model):
    """One executable spec of a journey: given a person, when this happens, then that is expected."""

    key = models.UUIDField(unique=True)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="specs")
    name = models.CharField(max_length=120)
    document = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=40)

    class Meta:
        db_table = "campaigns_journey_spec"
        constraints = [
            models.UniqueConstraint(fields=["journey", "name"], name="campaigns_journey_spec_name"),
        ]

    def __str__(self) -> str:
        return self.name
