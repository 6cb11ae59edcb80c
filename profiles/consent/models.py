"""What people allowed us to send them, the proof of it, and addresses we must not write to."""

from django.db import models
from django.db.models.functions import Now


class ConsentState(models.TextChoices):
    GRANTED = "granted", "Given"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NEVER = "never", "Never given"


class Consent(models.Model):
    """The state that holds now, for one address on one channel and topic.

    An empty topic stands for the whole channel; an empty address stands for any address that the
    customer has on the channel.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    channel = models.TextField()
    topic = models.TextField(default="", db_default="")
    address = models.TextField(default="", db_default="")
    state = models.TextField(choices=ConsentState)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "topic", "address"], name="consent_one_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ConsentState.values), name="consent_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class ConsentEntry(models.Model):
    """One line of the ledger: who said what, where, under which words.

    A trigger refuses to change or delete it. The column `xid` (see `kernel.events`) exists in the
    table only.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("profiles.Customer", models.PROTECT, related_name="+")
    recorded_for = models.BigIntegerField()
    """The customer it was recorded under; differs after a merge."""
    channel = models.TextField()
    topic = models.TextField(default="", db_default="")
    address = models.TextField(default="", db_default="")
    state = models.TextField()
    source = models.TextField()
    text_version = models.TextField(default="", db_default="")
    proof = models.JSONField(default=dict, db_default={})
    at = models.DateTimeField()

    class Meta:
        db_table = "profiles_consent_entry"
        indexes = [models.Index(fields=["customer", "-at"], name="consent_entry_customer_idx")]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Suppression(models.Model):
    """An address nobody may be written to: hard bounce, complaint, or by hand."""

    id = models.BigAutoField(primary_key=True)
    channel = models.TextField()
    address = models.TextField()
    reason = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "profiles_suppression"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"],
                condition=models.Q(released_at__isnull=True),
                name="suppression_one_active",
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="suppression_recent_idx")]

    def __str__(self) -> str:
        return f"{self.channel} {self.id}"
