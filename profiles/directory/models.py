"""What makes the list of people quick to search and to come back to."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class PersonName(models.Model):
    """Names and addresses of one person as one lower-case text, for search that forgives typos.

    Kept by a subscriber, seconds behind the profile, so that taking events in pays nothing for it.
    """

    customer = models.OneToOneField(
        "profiles.Customer", models.CASCADE, primary_key=True, related_name="+"
    )
    text = models.TextField()

    class Meta:
        db_table = "profiles_person_name"

    def __str__(self) -> str:
        return str(self.customer_id)


class SavedView(models.Model):
    """Filters of the list of people under a name; everybody may open a shared one."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500)
    owner = models.CharField(max_length=254)
    is_shared = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles_saved_view"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="profiles_saved_view_unique")
        ]

    def __str__(self) -> str:
        return self.name
