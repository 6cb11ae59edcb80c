"""Raw records for operators: read-only unless a slice says otherwise."""

from functools import cached_property
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest

from kernel.access.models import ApiKey, User
from kernel.access.permissions import may
from kernel.audit.models import AuditEntry
from kernel.events.models import Cursor, Event, Parked
from kernel.heartbeats.models import Heartbeat

# Counting a hundred million rows would take longer than anybody reads pages.
MOST_COUNTED: Final = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to a limit; what lies behind is reached by filters."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or the limit when there are more."""
        rows: Any = self.object_list
        return int(rows.values("pk")[:MOST_COUNTED].count())


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows records and changes none: services own the writes.

    Subclass it for every table. `permission` is a permission of `kernel.access`; raw records hold
    personal data, so viewers do not see them unless a subclass says so.
    """

    permission: ClassVar[str] = "view_personal_data"
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the table in the list of tables to those who may see its rows."""
        return may(request.user, self.permission)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those see who have the permission."""
        return may(request.user, self.permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


class OperatorAdmin(ReadOnlyAdmin):
    """Shows records about the installation and its staff, to admins."""

    permission = "administer"


@admin.register(User)
class UserAdmin(OperatorAdmin):
    list_display = ("email", "first_name", "last_login", "is_active", "is_superuser")
    list_filter = ("is_active", "groups")
    search_fields = ("email",)
    ordering = ("email",)
    exclude = ("password", "user_permissions", "last_name")


@admin.register(ApiKey)
class ApiKeyAdmin(OperatorAdmin):
    list_display = ("name", "prefix", "role", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("role",)
    exclude = ("secret_hash",)


@admin.register(AuditEntry)
class AuditEntryAdmin(OperatorAdmin):
    list_display = ("at", "actor", "verb", "object_type", "object_id")
    search_fields = ("=actor", "=verb", "=object_id")
    ordering = ("-id",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "subject", "occurred_at", "hop")
    search_fields = ("=type", "=subject")
    ordering = ("-id",)


@admin.register(Cursor)
class CursorAdmin(OperatorAdmin):
    list_display = ("name", "source", "fact_id", "handled", "moved_at", "error")
    ordering = ("name",)


@admin.register(Parked)
class ParkedAdmin(OperatorAdmin):
    list_display = ("subscriber", "source", "fact_id", "error", "attempts", "replayed_at")
    list_filter = ("subscriber",)
    ordering = ("-id",)


@admin.register(Heartbeat)
class HeartbeatAdmin(OperatorAdmin):
    list_display = ("name", "kind", "started_at", "last_at")
    ordering = ("kind", "name")
