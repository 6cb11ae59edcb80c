"""The REST API of campaigns, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from campaigns.journeys import api as journeys

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys/<str:key>/entries/", journeys.Entries.as_view(), name="api_journey_entries"),
]
