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
