"""The person, and the record of every merge."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Customer(models.Model):
    """One person. `traits` are as sent; `trait_stamps` say when and by which source each was set.

    A merged person keeps its row: `merged_into` names the one who took over, always directly.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    traits = models.JSONField(default=dict, db_default={})
    trait_stamps = models.JSONField(default=dict, db_default={})
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  unknown is not empty
    locale = models.CharField(max_length=35, null=True, blank=True)  # noqa: DJ001  unknown is not empty
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")),
                name="profiles_customer_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return str(self.key)


class Merge(models.Model):
    """Two people who became one, with what is needed to part them again."""

    class Kind(models.TextChoices):
        STITCHED = "stitched", "An anonymous visitor became known"
        EXPLICIT = "explicit", "Merged by a person"

    id = models.BigAutoField(primary_key=True)
    winner = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    loser = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.TextField()
    actor = models.CharField(max_length=254, blank=True)
    winner_before = models.JSONField()
    loser_before = models.JSONField()
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["loser"],
                condition=models.Q(undone_at__isnull=True),
                name="profiles_merge_one_in_force_per_loser",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["merged_at"], name="profiles_merge_recent")]

    def __str__(self) -> str:
        return f"{self.loser_id} into {self.winner_id}"


class TraitPolicy(models.Model):
    """Which of several values of a trait a person keeps; a trait without a row keeps the newest."""

    class Rule(models.TextChoices):
        NEWEST = "newest", "Newest"
        OLDEST = "oldest", "First ever"
        LARGEST = "largest", "Largest"
        SMALLEST = "smallest", "Smallest"
        UNION = "union", "Everything ever, as a list"

    name = models.CharField(primary_key=True, max_length=200)
    rule = models.CharField(max_length=10, choices=Rule.choices)
    changed_by = models.CharField(max_length=254)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_trait_policy"
        verbose_name_plural = "trait policies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(rule__in=["newest", "oldest", "largest", "smallest", "union"]),
                name="profiles_trait_policy_known_rule",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TraitEntry(models.Model):
    """What one source said about traits of a person at one time, where it was news. Append-only.

    `recorded_for` is the person on whose profile it was written; `customer_id` whom it is about by
    what is known today. `prevailed` says whether the values became those of the profile. A null
    in `traits` is a removal. `cause` tells what a source said from what merging and parting wrote.
    A fact log: the column `xid` (see `kernel.events`) exists in the table only.
    """

    class Cause(models.TextChoices):
        TOLD = "told", "Told by a source"
        MERGED = "merged", "Came with a merge"
        PARTED = "parted", "A merge was undone"

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField()
    recorded_for = models.BigIntegerField()
    traits = models.JSONField()
    prevailed = models.BooleanField()
    source_id = models.IntegerField()
    cause = models.CharField(max_length=6, choices=Cause.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_trait_entry"
        verbose_name_plural = "trait entries"
        indexes: ClassVar = [
            models.Index(fields=["customer_id", "id"], name="profiles_trait_entry_person"),
            models.Index(fields=["customer_id", "at"], name="profiles_trait_entry_time"),
            models.Index(
                fields=["recorded_for"],
                condition=~models.Q(customer_id=models.F("recorded_for")),
                name="profiles_trait_entry_moved",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
