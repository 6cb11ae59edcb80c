"""Raw records of journeys for operators, with links into the pages that change them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from campaigns.journeys.models import Enrollment, Journey, JourneyVersion
from kernel.admin import ReadOnlyAdmin


@admin.register(Journey)
class JourneyAdmin(ReadOnlyAdmin):
    list_display = ("name", "status", "people_inside", "created_at", "results", "builder")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("name",)
    list_select_related = ("live_version",)

    @admin.display(description="Results")
    def results(self, journey: Journey) -> str:
        return _link("campaigns:journey", "Results", key=journey.key)

    @admin.display(description="Builder")
    def builder(self, journey: Journey) -> str:
        return _link("campaigns:journey-build", "Open the builder", key=journey.key)


@admin.register(JourneyVersion)
class JourneyVersionAdmin(ReadOnlyAdmin):
    list_display = ("journey", "number", "published_at", "versions")
    list_filter = ("journey",)
    ordering = ("-published_at",)
    list_select_related = ("journey",)

    @admin.display(description="Pages")
    def versions(self, version: JourneyVersion) -> str:
        return _link("campaigns:journey-versions", "All versions", key=version.journey.key)


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    list_display = ("id", "journey", "customer_key", "state", "arm", "entered_at", "steps")
    list_filter = ("state", "arm")
    search_fields: ClassVar[Any] = ("=customer_key",)
    ordering = ("-id",)
    list_select_related = ("journey",)
    raw_id_fields = ("customer", "journey", "version")

    @admin.display(description="Steps")
    def steps(self, way: Enrollment) -> str:
        return _link("campaigns:journey-run", "Every step", key=way.journey.key, enrollment=way.pk)


def _link(name: str, text: str, **parts: Any) -> str:
    return format_html('<a href="{}">{}</a>', reverse(name, kwargs=parts), text)
