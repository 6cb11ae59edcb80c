"""Computed traits: what is computed, each person's value, and when it next changes by time."""

from django.db import models
from django.db.models.functions import Now


class TraitStatus(models.TextChoices):
    LIVE = "live", "Live"
    ARCHIVED = "archived", "Archived"


class ComputedTrait(models.Model):
    """A value that is kept for everybody: a figure over touchpoints, or a score against others.

    `slug` is how rules (`computed.SLUG`) and templates (`{{ computed.SLUG }}`) name it, so it never
    changes. `kind` and `event` repeat the definition, to find the traits that a fact concerns.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    slug = models.TextField(unique=True)
    name = models.TextField(unique=True)
    description = models.TextField(default="", db_default="")
    kind = models.TextField()
    event = models.TextField()
    definition = models.JSONField()
    status = models.TextField(choices=TraitStatus, default=TraitStatus.LIVE)
    value_count = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    # Set while a computation over everybody waits for a worker; the row is the job.
    requested_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_differences = models.BigIntegerField(null=True)
    parked_at = models.DateTimeField(null=True)
    parked_reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "profiles_computed_trait"
        indexes = [models.Index(fields=["event"], name="computed_trait_event_idx")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=TraitStatus.values),
                name="computed_trait_status_known",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def computation(self) -> str:
        """Say where the computation over everybody stands."""
        if self.requested_at:
            return "waiting"
        return "set_aside" if self.parked_at else "computed"

    @property
    def field(self) -> str:
        """How rules and templates name it."""
        return f"computed.{self.slug}"


class ComputedValue(models.Model):
    """The value of one trait of one person; without a row there is none (a count is 0 then).

    Derived and written by the million, so the customer is no database foreign key.
    """

    pk = models.CompositePrimaryKey("trait_id", "customer_id")
    trait = models.ForeignKey(ComputedTrait, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey(
        "profiles.Customer", models.CASCADE, db_constraint=False, related_name="+"
    )
    value = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_computed_value"

    def __str__(self) -> str:
        return f"{self.trait_id} of {self.customer_id}"


class ComputedDue(models.Model):
    """When the value of one person may next change without anything happening."""

    pk = models.CompositePrimaryKey("trait_id", "customer_id")
    trait = models.ForeignKey(ComputedTrait, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey(
        "profiles.Customer", models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "profiles_computed_due"

    def __str__(self) -> str:
        return f"{self.trait_id} of {self.customer_id}"
