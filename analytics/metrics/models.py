"""Rollups that pages read, and what is kept per person so that they count people once."""

from django.db import models


class RollupPoint(models.Model):
    """One metric in one hour or day, in all (`breakdown` empty) or for one member of a breakdown.

    Written by subscribers with additions, in the transaction that moves their cursor, so every
    fact counts once. `analytics.metrics.definitions` says what each metric means.
    """

    pk = models.CompositePrimaryKey("metric", "breakdown", "granularity", "bucket_start", "member")
    metric = models.CharField(max_length=60)
    breakdown = models.CharField(max_length=20, db_default="")
    granularity = models.CharField(max_length=4)
    bucket_start = models.DateTimeField()
    member = models.CharField(max_length=200, db_default="")
    value = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        db_table = "analytics_rollup"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(granularity__in=["hour", "day"]),
                name="analytics_rollup_granularity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.bucket_start}"


class CustomerDay(models.Model):
    """A person was active on a day. Counts people once a day, however many facts they left."""

    pk = models.CompositePrimaryKey("day", "customer_id")
    day = models.DateField()
    customer_id = models.BigIntegerField()

    class Meta:
        db_table = "analytics_customer_day"
        indexes = [models.Index(fields=["customer_id"], name="analytics_customer_day_person")]

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.day}"


class CustomerStart(models.Model):
    """When a person was first seen. An earlier fact that arrives late moves it."""

    customer_id = models.BigIntegerField(primary_key=True)
    first_at = models.DateTimeField()

    class Meta:
        db_table = "analytics_customer_start"

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.first_at}"


class CustomerRefresh(models.Model):
    """A person to count again from the facts, because a merge moved facts to or from them."""

    customer_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "analytics_customer_refresh"

    def __str__(self) -> str:
        return str(self.customer_id)


class JourneyExposure(models.Model):
    """A person's first entry into a journey, treated or held out, and what came of it.

    The exposure of a held-out person is the moment of entry, as for everybody else. A purchase
    within the window counts, whatever happened to the message. A journey counts only once its
    window is over (`is_closed`), so that young entries are not taken for failures.
    """

    pk = models.CompositePrimaryKey("journey_id", "customer_id")
    journey_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField(unique=True)
    arm = models.CharField(max_length=10)
    goal_event = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    window_ends_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    is_closed = models.BooleanField(db_default=False)

    class Meta:
        db_table = "analytics_journey_exposure"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(arm__in=["treatment", "holdout"]),
                name="analytics_journey_exposure_arm",
            )
        ]
        indexes = [
            models.Index(fields=["journey_id", "-entered_at"], name="analytics_exposure_newest"),
            models.Index(fields=["customer_id"], name="analytics_exposure_customer"),
            models.Index(
                fields=["window_ends_at"],
                condition=models.Q(is_closed=False),
                name="analytics_exposure_open",
            ),
        ]

    def __str__(self) -> str:
        return f"journey {self.journey_id}: {self.customer_id} {self.arm}"
