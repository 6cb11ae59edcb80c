"""Coupon pools with their codes."""

from django.db import models
from django.db.models.functions import Now


class CouponPool(models.Model):
    """Codes to be given away one by one. `total` counts those that were ever added."""

    key = models.UUIDField(unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120, unique=True)
    warn_below = models.IntegerField(db_default=100)
    total = models.IntegerField(db_default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_coupon_pool"

    def __str__(self) -> str:
        return self.name


class Coupon(models.Model):
    """One code. It is given to one delivery, once; the unique keys say so.

    Whose it is follows from the delivery, and moves with it when people merge. When they are erased
    the delivery is forgotten here, and the code stays given.
    """

    id = models.BigAutoField(primary_key=True)
    pool = models.ForeignKey(
        CouponPool, on_delete=models.CASCADE, related_name="codes", db_index=False
    )
    code = models.TextField()
    delivery_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "campaigns_coupon"
        constraints = [
            models.UniqueConstraint(fields=["pool", "code"], name="campaigns_coupon_code"),
            models.UniqueConstraint(
                fields=["delivery_id", "pool"], condition=models.Q(delivery_id__isnull=False),
                name="campaigns_coupon_delivery",
            ),
            models.CheckConstraint(
                condition=models.Q(delivery_id__isnull=True) | models.Q(given_at__isnull=False),
                name="campaigns_coupon_given",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["pool", "id"], condition=models.Q(given_at__isnull=True),
                name="campaigns_coupon_free",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pool_id} {self.pk}"
