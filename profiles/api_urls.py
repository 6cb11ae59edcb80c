"""The REST API of people, and the collection API that stands beside Django."""

from django.urls import URLPattern, URLResolver, path

from profiles.changes import api as changes
from profiles.computed import api as computed
from profiles.directory import account_api, api, consent_api, merge_api, trait_api
from profiles.exports import api as exports
from profiles.imports import api as imports
from profiles.retention import api as retention
from profiles.schema import api as schema
from profiles.segments.api import definitions as segments
from profiles.segments.api import members
from profiles.touchpoints import api as sources
from profiles.touchpoints.collection import application as collection
from profiles.touchpoints.collection import is_collection
from profiles.webhooks import api as webhook_api
from profiles.webhooks.endpoint import application as webhooks
from profiles.webhooks.endpoint import is_webhook

__all__ = ["collection", "is_collection", "is_webhook", "urlpatterns", "webhooks"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", api.Customers.as_view(), name="api_customers"),
    path("customers/<str:key>/", api.OneCustomer.as_view(), name="api_customer"),
    path("customers/<str:key>/touchpoints/", api.Touchpoints.as_view(), name="api_touchpoints"),
    path("customers/<str:key>/export/", api.Export.as_view(), name="api_export"),
    path("customers/<str:key>/erase/", api.Erase.as_view(), name="api_erase"),
    path("customers/<str:key>/past/", trait_api.PastCustomer.as_view(), name="api_past"),
    path(
        "customers/<str:key>/trait-history/",
        trait_api.TraitHistory.as_view(),
        name="api_trait_history",
    ),
    path("traits/", trait_api.Traits.as_view(), name="api_traits"),
    path("traits/<path:name>/", trait_api.TraitPolicies.as_view(), name="api_trait"),
    path("trait-changes/", changes.TraitChanges.as_view(), name="api_trait_changes"),
    path("trait-changes/<str:key>/", changes.OneTraitChange.as_view(), name="api_trait_change"),
    path(
        "trait-changes/<str:key>/stop/",
        changes.StoppedTraitChange.as_view(),
        name="api_trait_change_stop",
    ),
    path(
        "trait-changes/<str:key>/undo/",
        changes.UndoneTraitChange.as_view(),
        name="api_trait_change_undo",
    ),
    path("merges/", merge_api.Merges.as_view(), name="api_merges"),
    path("merges/preview/", merge_api.MergePreviews.as_view(), name="api_merge_preview"),
    path("merges/<str:merge_id>/undo/", merge_api.UndoneMerges.as_view(), name="api_merge_undo"),
    path("duplicates/", merge_api.Duplicates.as_view(), name="api_duplicates"),
    path(
        "duplicates/<str:pair_id>/dismiss/",
        merge_api.DismissedDuplicates.as_view(),
        name="api_duplicate_dismiss",
    ),
    path("accounts/", account_api.Accounts.as_view(), name="api_accounts"),
    path("accounts/<str:key>/", account_api.OneAccount.as_view(), name="api_account"),
    path("accounts/<str:key>/members/", account_api.Members.as_view(), name="api_members"),
    path("account-traits/", account_api.AccountTraits.as_view(), name="api_account_traits"),
    path(
        "account-traits/<slug:slug>/",
        account_api.OneAccountTrait.as_view(),
        name="api_account_trait",
    ),
    path("events/", schema.Events.as_view(), name="api_events"),
    path("events/<int:event_id>/", schema.OneEvent.as_view(), name="api_event"),
    path("plan/violations/", schema.Violations.as_view(), name="api_violations"),
    path("plan/actions/", schema.Actions.as_view(), name="api_plan_actions"),
    path("retention-rules/", retention.RetentionRules.as_view(), name="api_retention_rules"),
    path(
        "retention-rules/<str:key>/",
        retention.OneRetentionRule.as_view(),
        name="api_retention_rule",
    ),
    path("segments/", segments.Segments.as_view(), name="api_segments"),
    path("segments/count/", segments.Count.as_view(), name="api_segment_count"),
    path("segments/changes/", members.Changes.as_view(), name="api_segment_changes"),
    path("segments/<str:key>/", segments.OneSegment.as_view(), name="api_segment"),
    path("segments/<str:key>/publish/", segments.Publish.as_view(), name="api_segment_publish"),
    path("segments/<str:key>/members/", members.Members.as_view(), name="api_segment_members"),
    path(
        "segments/<str:key>/members/<str:person>/",
        members.Membership.as_view(),
        name="api_membership",
    ),
    path("segments/<str:key>/people/", members.People.as_view(), name="api_segment_people"),
    path("segments/<str:key>/snapshot/", members.Snapshot.as_view(), name="api_segment_snapshot"),
    path("computed-traits/", computed.Traits.as_view(), name="api_computed"),
    path("computed-traits/<str:key>/", computed.OneTrait.as_view(), name="api_computed_trait"),
    path(
        "customers/<str:person>/computed-traits/",
        computed.Values.as_view(),
        name="api_computed_values",
    ),
    path("customers/<str:key>/consents/", consent_api.Consents.as_view(), name="api_consents"),
    path("consent-topics/", consent_api.Topics.as_view(), name="api_consent_topics"),
    path("suppressions/", consent_api.Suppressions.as_view(), name="api_suppressions"),
    path("suppressions/change/", consent_api.ChangeSuppressions.as_view(), name="api_suppress"),
    path("exports/", exports.Exports.as_view(), name="api_exports"),
    path("exports/<str:key>/", exports.OneExport.as_view(), name="api_one_export"),
    path("uploads/", imports.Uploads.as_view(), name="api_uploads"),
    path("uploads/<str:key>/", imports.OneUpload.as_view(), name="api_upload"),
    path("uploads/<str:key>/mapping/", imports.UploadMapping.as_view(), name="api_upload_mapping"),
    path("uploads/<str:key>/start/", imports.StartedUpload.as_view(), name="api_upload_start"),
    path("uploads/<str:key>/stop/", imports.StoppedUpload.as_view(), name="api_upload_stop"),
    path("uploads/<str:key>/resume/", imports.ResumedUpload.as_view(), name="api_upload_resume"),
    path(
        "uploads/<str:key>/problems/", imports.UploadProblems.as_view(), name="api_upload_problems"
    ),
    path("sources/", sources.Sources.as_view(), name="api_sources"),
    path("sources/<str:key>/", sources.OneSource.as_view(), name="api_source"),
    path("sources/<str:key>/write-key/", sources.RenewedKey.as_view(), name="api_write_key"),
    path("sources/<str:key>/mapping/", webhook_api.SourceMapping.as_view(), name="api_mapping"),
    path("sources/<str:key>/deliveries/", webhook_api.Deliveries.as_view(), name="api_deliveries"),
]
