"""The REST API of campaigns, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from campaigns.broadcasts import api as broadcasts
from campaigns.journeys import api as journeys

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys/<str:key>/entries/", journeys.Entries.as_view(), name="api_journey_entries"),
    path("broadcasts/", broadcasts.Broadcasts.as_view(), name="api_broadcasts"),
    path("broadcasts/<uuid:key>/", broadcasts.OneBroadcast.as_view(), name="api_broadcast"),
    path("broadcasts/<uuid:key>/start/", broadcasts.Start.as_view(), name="api_broadcast_start"),
    path("broadcasts/<uuid:key>/stop/", broadcasts.Stop.as_view(), name="api_broadcast_stop"),
    path("journeys/<uuid:key>/entries/", journeys.Entries.as_view(), name="api_journey_entries"),
]
