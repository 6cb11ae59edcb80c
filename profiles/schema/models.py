"""What events look like in truth, what they should look like, and where the two differ."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class EventSchema(models.Model):
    """What was found out about one event; the subscriber `profiles.schema_discovery` adds to it.

    `seen` counts every touchpoint; `examined` those whose properties were looked at, which are all
    of them except under load, when a part of a large batch speaks for the rest.
    """

    event = models.OneToOneField(
        "profiles.Event", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    seen = models.BigIntegerField()
    examined = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_event_schema"

    def __str__(self) -> str:
        return str(self.pk)


class EventDay(models.Model):
    """How often an event of one source happened on one day (UTC)."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(
        "profiles.Event", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    source_id = models.IntegerField()
    day = models.DateField()
    seen = models.BigIntegerField()

    class Meta:
        db_table = "profiles_event_day"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "day", "source_id"], name="profiles_event_day_unique"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="profiles_event_day_day")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.day}"


class Property(models.Model):
    """A property of an event, with how often it had which type. Values are never kept here.

    The properties of “Identify” are the traits of people. A name with a dot is a member of an
    object.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(
        "profiles.Event", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.TextField()
    seen = models.BigIntegerField()
    texts = models.BigIntegerField()
    times = models.BigIntegerField()
    numbers = models.BigIntegerField()
    booleans = models.BigIntegerField()
    nested = models.BigIntegerField(db_column="objects")
    lists = models.BigIntegerField()
    nulls = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_property"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "name"], name="profiles_property_unique")
        ]
        verbose_name_plural = "properties"

    def __str__(self) -> str:
        return self.name


class EventLibrary(models.Model):
    """A client library, with its version, that sends an event by one source."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(
        "profiles.Event", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    source_id = models.IntegerField()
    library = models.TextField()
    seen = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_event_library"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "source_id", "library"], name="profiles_event_library_unique"
            )
        ]
        verbose_name_plural = "event libraries"

    def __str__(self) -> str:
        return self.library


class PlannedEvent(models.Model):
    """One event of the tracking plan."""

    event = models.OneToOneField(
        "profiles.Event", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    description = models.TextField(blank=True)
    owner = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_planned_event"

    def __str__(self) -> str:
        return str(self.pk)


class PlannedPropertyRow(models.Model):
    """One property of a planned event; `type` is a key of `rules.TYPES`."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(
        PlannedEvent, on_delete=models.CASCADE, related_name="properties", db_index=False
    )
    name = models.TextField()
    description = models.TextField(blank=True)
    type = models.CharField(max_length=10)
    is_required = models.BooleanField()
    values = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "profiles_planned_property"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "name"], name="profiles_planned_property_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanAction(models.Model):
    """What is done about one kind of violation; without a source, in all that say nothing."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(
        "profiles.Source", on_delete=models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=5)

    class Meta:
        db_table = "profiles_plan_action"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "kind"], name="profiles_plan_action_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action}"


class PlanVersion(models.Model):
    """The one row that says whether there is a plan, and changes whenever the plan does."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.UUIDField()
    is_empty = models.BooleanField()

    class Meta:
        db_table = "profiles_plan_version"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="profiles_plan_version_one")
        ]

    def __str__(self) -> str:
        return str(self.version)


class PlanViolation(models.Model):
    """How often one thing was not as planned on one day, with the newest event that shows it."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    source_id = models.IntegerField()
    event_name = models.TextField()
    kind = models.CharField(max_length=20)
    property = models.TextField(blank=True)
    found = models.CharField(max_length=10, blank=True)
    action = models.CharField(max_length=5)
    seen = models.BigIntegerField()
    last_at = models.DateTimeField()
    message_id = models.UUIDField()
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_plan_violation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "source_id", "event_name", "kind", "property", "found", "action"],
                name="profiles_plan_violation_unique",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-last_at"], name="profiles_plan_violation_last")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_name}"
