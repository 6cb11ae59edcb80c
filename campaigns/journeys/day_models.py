"""The days among traits that journeys wait for."""

from django.db import models


class TraitDay(models.Model):
    """The day that a trait of a person says, where a journey ever waited for that trait.

    Kept up by the log of trait changes, so that nobody looks through all people for a date.
    `month_day` is 310 for 10 March, the same in every year.
    """

    pk = models.CompositePrimaryKey("trait", "customer_id")
    trait = models.TextField()
    customer_id = models.BigIntegerField()
    day = models.DateField()
    month_day = models.SmallIntegerField()

    class Meta:
        db_table = "campaigns_trait_day"
        indexes = [
            models.Index(fields=["trait", "day"], name="campaigns_trait_day_once"),
            models.Index(fields=["trait", "month_day"], name="campaigns_trait_day_yearly"),
            models.Index(fields=["customer_id"], name="campaigns_trait_day_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.trait}"
