"""Which tables of libraries “Data and records” shows, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from kernel import audit
from kernel.access.actors import actor_of
from kernel.access.permissions import may

# Their rows belong to other pages, which check and audit what is done: staff, keys, sessions.
HIDDEN_APPS = ("auth", "account", "mfa", "usersessions", "sessions")
EDITED_BY_ADMINS = "django_celery_beat"


class AdminsMixin:
    """Opens a library's own page to admins, whatever Django's permissions say."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission of admins."""
        return may(request.user, "administer")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Ask for the permission of admins."""
        return may(request.user, "administer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission of admins."""
        return may(request.user, "administer")

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def log_addition(self, request: HttpRequest, obj: Model, message: object) -> None:
        """Write the deed into our audit trail instead of Django's."""
        _record(request, "created", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: object) -> None:
        """Write the deed into our audit trail instead of Django's."""
        _record(request, "changed", obj)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        """Write the deeds into our audit trail instead of Django's."""
        for obj in queryset:
            _record(request, "deleted", obj)


def _record(request: HttpRequest, verb: str, obj: Model) -> None:
    audit.record(
        actor=actor_of(request.user), verb=verb, object_type=obj._meta.model_name or "",  # noqa: SLF001
        object_id=obj.pk, after={"name": str(obj)}, now=timezone.now(),
    )  # fmt: skip


def arrange_records(site: AdminSite) -> None:
    """Take the tables of log-in libraries away, and open the schedules of beat to admins."""
    for label in HIDDEN_APPS:
        for model in apps.get_app_config(label).get_models():
            if site.is_registered(model):
                site.unregister(model)
    for model in apps.get_app_config(EDITED_BY_ADMINS).get_models():
        if site.is_registered(model):
            shown: type[ModelAdmin[Any]] = type(site._registry[model])  # noqa: SLF001
            site.unregister(model)
            site.register(model, type(shown.__name__, (AdminsMixin, shown), {}))
