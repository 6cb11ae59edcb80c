"""Programs, their immutable versions, and the advocates with their codes."""

from django.db import models
from django.db.models.functions import Now

from referrals.programs.rules import Terms


class Program(models.Model):
    """The terms under which customers refer others. The live version is the one people join."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        ENDED = "ended"

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    live_version = models.ForeignKey(
        "ProgramVersion", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "referrals_program"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "live", "ended"]),
                name="referrals_program_status",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(live_version__isnull=False),
                name="referrals_program_live_has_version",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgramVersion(models.Model):
    """One published state of the terms. Never changed: referrals point at it."""

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "referrals_program_version"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"], name="referrals_program_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.program_id} v{self.number}"

    @property
    def read_terms(self) -> Terms:
        return Terms.model_validate(self.terms)


class Advocate(models.Model):
    """A customer who may refer others under one program, with the code that names them.

    After a merge of customers both codes go on working: `recorded_for` keeps the customer for
    whom the code was made, `customer` is who owns it now.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="advocates", db_index=False
    )
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_for = models.BigIntegerField()
    code = models.CharField(max_length=10, unique=True)
    joined_at = models.DateTimeField()

    class Meta:
        db_table = "referrals_advocate"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "recorded_for"], name="referrals_advocate_once"
            )
        ]
        indexes = [models.Index(fields=["customer", "program"], name="referrals_advocate_customer")]

    def __str__(self) -> str:
        return f"advocate {self.pk}"
