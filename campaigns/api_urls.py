"""The REST API of campaigns, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from campaigns.broadcasts import api as broadcasts
from campaigns.catalogs import api as catalogs
from campaigns.channels import api as senders
from campaigns.content import piece_api as pieces
from campaigns.content import template_api as templates
from campaigns.coupons import api as coupons
from campaigns.deliveries import api as messages
from campaigns.deliveries import limits_api as limits
from campaigns.journeys import api as journeys
from campaigns.journeys import building_api as building
from campaigns.journeys import errors_api as failing
from campaigns.journeys import running_api as running
from campaigns.journeys import trying_api as trying

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys/<str:key>/entries/", journeys.Entries.as_view(), name="api_journey_entries"),
    path("broadcasts/", broadcasts.Broadcasts.as_view(), name="api_broadcasts"),
    path("broadcasts/<str:key>/", broadcasts.OneBroadcast.as_view(), name="api_broadcast"),
    path("broadcasts/<str:key>/start/", broadcasts.Start.as_view(), name="api_broadcast_start"),
    path("broadcasts/<str:key>/stop/", broadcasts.Stop.as_view(), name="api_broadcast_stop"),
    path("templates/", templates.Templates.as_view(), name="api_templates"),
    path("templates/<str:key>/draft/", templates.Draft.as_view(), name="api_template_draft"),
    path(
        "templates/<str:key>/versions/", templates.Versions.as_view(), name="api_template_versions"
    ),
    path("templates/<str:key>/preview/", templates.Preview.as_view(), name="api_template_preview"),
    path(
        "templates/<str:key>/publish/", templates.Publication.as_view(), name="api_template_publish"
    ),
    path("templates/<str:key>/tags/", templates.Tags.as_view(), name="api_template_tags"),
    path("templates/<str:key>/checks/", templates.Checks.as_view(), name="api_template_checks"),
    path("templates/<str:key>/utm/", templates.Utm.as_view(), name="api_template_utm"),
    path("templates/<str:key>/archive/", templates.Archive.as_view(), name="api_template_archive"),
    path("catalogs/", catalogs.Catalogs.as_view(), name="api_catalogs"),
    path("catalogs/<str:slug>/items/", catalogs.Items.as_view(), name="api_catalog_items"),
    path(
        "catalogs/<str:slug>/items/<str:key>/", catalogs.OneItem.as_view(), name="api_catalog_item"
    ),
    path("coupon-pools/", coupons.Pools.as_view(), name="api_coupon_pools"),
    path("coupon-pools/<str:slug>/codes/", coupons.Codes.as_view(), name="api_coupon_codes"),
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
    path("journeys/", building.Journeys.as_view(), name="api_journeys"),
    path("journeys/<str:key>/", building.OneJourney.as_view(), name="api_journey"),
    path("journeys/<str:key>/tags/", building.Tags.as_view(), name="api_journey_tags"),
    path("journeys/<str:key>/draft/", building.Draft.as_view(), name="api_journey_draft"),
    path("journeys/<str:key>/publish/", building.Publication.as_view(), name="api_journey_publish"),
    path("journeys/<str:key>/versions/", building.Versions.as_view(), name="api_journey_versions"),
    path(
        "journeys/<str:key>/versions/<int:number>/",
        building.OneVersion.as_view(),
        name="api_journey_version",
    ),
    path("journeys/<str:key>/try/", trying.Trial.as_view(), name="api_journey_try"),
    path("journeys/<str:key>/dry-runs/", trying.DryRuns.as_view(), name="api_journey_dry_runs"),
    path(
        "journeys/<str:key>/dry-runs/<str:run>/",
        trying.OneDryRun.as_view(),
        name="api_journey_dry_run",
    ),
    path("journeys/<str:key>/specs/", trying.Specs.as_view(), name="api_journey_specs"),
    path("journeys/<str:key>/specs/run/", trying.SpecsRun.as_view(), name="api_journey_specs_run"),
    path("journeys/<str:key>/specs/<str:spec>/", trying.OneSpec.as_view(), name="api_journey_spec"),
    path("journeys/<str:key>/results/", running.Results.as_view(), name="api_journey_results"),
    path(
        "journeys/<str:key>/steps/<str:node>/people/",
        running.StandingPeople.as_view(),
        name="api_journey_people_at",
    ),
    path("journeys/<str:key>/errors/", failing.Errors.as_view(), name="api_journey_errors"),
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
    path("senders/", senders.Senders.as_view(), name="api_senders"),
    path("senders/<str:key>/pause/", senders.Pausing.as_view(), name="api_sender_pause"),
    path("message-activity/", messages.Activity.as_view(), name="api_message_activity"),
    path("messages/<str:key>/", messages.OneMessage.as_view(), name="api_message"),
    path(
        "customers/<str:key>/messages/",
        messages.PersonMessages.as_view(),
        name="api_customer_messages",
    ),
    path("frequency-caps/", limits.Caps.as_view(), name="api_caps"),
    path("frequency-caps/<int:number>/", limits.OneCap.as_view(), name="api_cap"),
    path("quiet-hours/", limits.AllQuietHours.as_view(), name="api_all_quiet_hours"),
    path("quiet-hours/<int:number>/", limits.OneQuietHours.as_view(), name="api_quiet_hours"),
    path("volume-limits/", limits.Volumes.as_view(), name="api_volumes"),
    path("volume-limits/<int:number>/", limits.OneVolume.as_view(), name="api_volume"),
    path("sending-rule/", limits.Rule.as_view(), name="api_sending_rule"),
]
