"""Identifiers and whom they belong to."""

from typing import ClassVar

from django.db import models


class Identity(models.Model):
    """One identifier of one person.

    Unique by kind and value, without the customer: this table is the directory by which a person
    is found, so it could only be distributed by value.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.CASCADE, related_name="identities"
    )
    kind = models.CharField(max_length=64)
    value = models.CharField(max_length=255)
    source_id = models.IntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    linked_at = models.DateTimeField(null=True, blank=True)
    """Time of the newest event that showed this identifier together with a user id."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="profiles_identity_unique")
        ]
        verbose_name_plural = "identities"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Tombstone(models.Model):
    """A keyed hash of an identifier of somebody who was erased; says nothing without the secret key."""

    digest = models.CharField(primary_key=True, max_length=64)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:8]


class DeviceMove(models.Model):
    """A device that went from one known person to another: evidence that they may be one."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    value = models.CharField(max_length=255)
    from_customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    to_customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_device_move"

    def __str__(self) -> str:
        return str(self.id)


class BlockedValue(models.Model):
    """A value that names nobody, or is suspected to: many people say it is theirs.

    A blocked one is no identifier any more; values that are refused everywhere are in the rules.
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", "Suggested"
        BLOCKED = "blocked", "Blocked"
        IGNORED = "ignored", "Left as it is"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    value = models.CharField(max_length=255)
    state = models.CharField(max_length=9, choices=State.choices)
    people = models.IntegerField()
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        db_table = "profiles_blocked_value"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="profiles_blocked_value_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class StitchHold(models.Model):
    """A person who gathered too much in too short a time: events join nobody to them meanwhile."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    merges = models.IntegerField()
    identifiers = models.IntegerField()
    is_full = models.BooleanField(default=False, db_default=False)
    """Whether events that bring more identified ids wait in quarantine, others being joined."""
    held_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        db_table = "profiles_stitch_hold"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(released_at__isnull=True),
                name="profiles_stitch_hold_one_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
