"""What the pages about staff and API keys show."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from kernel.access.models import ApiKey, User
from mcps_site.operations.deeds import Deed, find_entries, list_deeds

# The history on a page; the audit log has all of it.
SHOWN_HISTORY = 20


def list_staff() -> QuerySet[User]:
    """Return all accounts, the open ones first, with `has_second_factor`."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return (
        User.objects.annotate(has_second_factor=Exists(factor))
        .prefetch_related(Prefetch("groups", Group.objects.only("name")))
        .order_by("-is_active", "email")
    )


def list_api_keys() -> QuerySet[ApiKey]:
    """Return all keys, the open ones first, then the newest."""
    return ApiKey.objects.select_related("created_by").order_by("-revoked_at", "-created_at")


def list_history(object_type: str, object_id: object) -> list[Deed]:
    """Return the latest deeds done to a thing."""
    entries = find_entries({"object_type": object_type, "object_id": str(object_id)})
    return list_deeds(entries[:SHOWN_HISTORY])
