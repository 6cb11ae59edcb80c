"""Pairs of people who may be the same."""

from typing import ClassVar

from django.db import models


class Duplicate(models.Model):
    """Two people and what speaks for their being one. Values are not kept here, only kinds.

    `one` is the smaller id. A pair that staff dismissed is not suggested again.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        DISMISSED = "dismissed", "Not a duplicate"

    id = models.BigAutoField(primary_key=True)
    one = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    other = models.ForeignKey("profiles.Customer", models.CASCADE, related_name="+")
    evidence = models.JSONField()
    score = models.SmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, db_default="open")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        db_table = "profiles_duplicate"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="profiles_duplicate_pair"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="profiles_duplicate_in_order"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-score", "id"],
                condition=models.Q(state="open"),
                name="profiles_duplicate_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"
