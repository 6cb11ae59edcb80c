"""The REST API of campaigns, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from campaigns.broadcasts import api as broadcasts
from campaigns.content import piece_api as pieces
from campaigns.journeys import api as journeys
from campaigns.journeys import running_api as running

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys/<str:key>/entries/", journeys.Entries.as_view(), name="api_journey_entries"),
    path("broadcasts/", broadcasts.Broadcasts.as_view(), name="api_broadcasts"),
    path("broadcasts/<str:key>/", broadcasts.OneBroadcast.as_view(), name="api_broadcast"),
    path("broadcasts/<str:key>/start/", broadcasts.Start.as_view(), name="api_broadcast_start"),
    path("broadcasts/<str:key>/stop/", broadcasts.Stop.as_view(), name="api_broadcast_stop"),
    path("brand-kits/", pieces.BrandKits.as_view(), name="api_brand_kits"),
    path("brand-kits/<str:key>/", pieces.OneBrandKit.as_view(), name="api_brand_kit"),
    path(
        "brand-kits/<str:key>/renew/", pieces.BrandKitRenewal.as_view(), name="api_brand_kit_renew"
    ),
    path("shared-blocks/", pieces.SharedBlocks.as_view(), name="api_shared_blocks"),
    path("shared-blocks/<str:key>/", pieces.OneSharedBlock.as_view(), name="api_shared_block"),
    path(
        "shared-blocks/<str:key>/renew/",
        pieces.SharedBlockRenewal.as_view(),
        name="api_shared_block_renew",
    ),
    path("journeys/", running.Journeys.as_view(), name="api_journeys"),
    path("journeys/<str:key>/draft/", running.Draft.as_view(), name="api_journey_draft"),
    path("journeys/<str:key>/publish/", running.Publication.as_view(), name="api_journey_publish"),
    path("journeys/<str:key>/status/", running.Status.as_view(), name="api_journey_status"),
    path(
        "journeys/<str:key>/enrollments/",
        running.Enrollments.as_view(),
        name="api_journey_enrollments",
    ),
    path(
        "journeys/<str:key>/enrollments/<int:enrollment_id>/",
        running.Run.as_view(),
        name="api_journey_run",
    ),
]
