"""Companies, teams and households that people belong to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Account(models.Model):
    """What group calls speak about. `external_id` is their `groupId`, whatever the source.

    `traits` are as sent, of each the newest; `trait_stamps` say when and by which source.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    external_id = models.CharField(max_length=255, unique=True)
    traits = models.JSONField(default=dict, db_default={})
    trait_stamps = models.JSONField(default=dict, db_default={})
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles_account"

    def __str__(self) -> str:
        return str(self.key)


class AccountTrait(models.Model):
    """A trait that accounts have, as rules and messages name it: `account_trait.SLUG`, `account.SLUG`.

    `name` is as group calls write it; `type`, how rules read it, is that of the first value until
    staff choose another.
    """

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        BOOLEAN = "boolean", "Yes or no"
        LIST = "list", "List"

    name = models.CharField(max_length=255, unique=True)
    slug = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=7, choices=Type.choices)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_account_trait"

    def __str__(self) -> str:
        return self.slug

    @property
    def field(self) -> str:
        """How rules of segments name it."""
        return f"account_trait.{self.slug}"


class AccountMember(models.Model):
    """A person who belongs to an account since a group call said so.

    `recorded_for` is the person it was said of; it differs from the customer after a merge, so two
    rows of one account may name the same customer.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    recorded_for = models.BigIntegerField()
    since = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_account_member"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "recorded_for"], name="profiles_account_member_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} of {self.account_id}"
