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


class Topic(models.Model):
    """A subject people may want to hear about or not; the preference center lists those in use."""

    id = models.BigAutoField(primary_key=True)
    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "profiles_consent_topic"

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """How often a person wants marketing messages, and until when none at all.

    `recorded_for` is whom it was said for and differs from the customer after a merge. Of several
    rows the most restrictive holds.
    """

    recorded_for = models.BigIntegerField(primary_key=True)
    customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    paused_until = models.DateTimeField(null=True)
    weekly_limit = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_preference"

    def __str__(self) -> str:
        return f"preference of {self.recorded_for}"


class OptIn(models.Model):
    """Consent that was asked for and waits until the owner of the address confirms it."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    recorded_for = models.BigIntegerField()
    channel = models.TextField()
    topic = models.TextField(default="", db_default="")
    address = models.TextField(default="", db_default="")
    source = models.TextField()
    text_version = models.TextField(default="", db_default="")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "profiles_opt_in"
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "topic", "address"],
                condition=models.Q(confirmed_at__isnull=True),
                name="opt_in_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class ConsentCount(models.Model):
    """How many people hold a state on a channel and topic, as counted last."""

    id = models.BigAutoField(primary_key=True)
    channel = models.TextField()
    topic = models.TextField()
    state = models.TextField()
    people = models.BigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_consent_count"
        constraints = [
            models.UniqueConstraint(fields=["channel", "topic", "state"], name="consent_count_one")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.topic} {self.state}"
