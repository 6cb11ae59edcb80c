"""Findings: what looked wrong about a referral, with the evidence."""

from django.db import models
from django.db.models.functions import Now

from referrals.abuse.rules import FindingKind, Severity
from referrals.programs.models import Advocate, Program


class Finding(models.Model):
    """One suspicion about one friend of one advocate, and what was decided about it.

    The evidence names facts and ids, never an address. An open finding of severity `hold` keeps
    rewards from being released.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="findings", db_index=False
    )
    advocate = models.ForeignKey(
        Advocate, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    friend = models.ForeignKey("profiles.Customer", on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(
        "referrals.Referral", null=True, on_delete=models.PROTECT, related_name="findings"
    )
    kind = models.CharField(max_length=30)
    severity = models.CharField(max_length=8)
    evidence = models.JSONField()
    found_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=12, default="", db_default="")
    resolution_reason = models.CharField(max_length=300, default="", db_default="")
    resolved_by = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        db_table = "referrals_finding"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in FindingKind]),
                name="referrals_finding_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=[severity.value for severity in Severity]),
                name="referrals_finding_severity",
            ),
            models.CheckConstraint(
                condition=models.Q(resolution__in=["", "cleared", "confirmed"]),
                name="referrals_finding_resolution",
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolution="")
                | models.Q(resolved_at__isnull=False) & ~models.Q(resolution=""),
                name="referrals_finding_resolved_says_how",
            ),
            models.UniqueConstraint(
                fields=["program", "advocate", "friend", "kind"], name="referrals_finding_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["referral"],
                condition=models.Q(resolved_at__isnull=True, severity="hold"),
                name="referrals_finding_open_hold",
            )
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"
