"""The pages of people, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from profiles.changes import views as changes
from profiles.clients import views as clients
from profiles.computed import views as computed
from profiles.consent import public as consent_public
from profiles.consent import views as consent
from profiles.directory import account_views as account_pages
from profiles.directory import debug_views as debugging
from profiles.directory import duplicate_views as doubles
from profiles.directory import list_views as people
from profiles.directory import merge_views as merging
from profiles.directory import privacy_views as privacy
from profiles.directory import trait_views as traits
from profiles.directory import views as directory
from profiles.exports import views as exports
from profiles.imports.views import pulls
from profiles.imports.views import uploads as imports
from profiles.retention import views as retention
from profiles.schema import views as schema
from profiles.segments.views import builder, lists, pages
from profiles.touchpoints import source_views as sources
from profiles.touchpoints import views as touchpoints
from profiles.webhooks.views import editor as mappings
from profiles.webhooks.views import pages as webhooks

app_name = "profiles"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sources/", touchpoints.sources, name="sources"),
    path("sources/new/", touchpoints.new_source, name="source_new"),
    path("sources/events/", touchpoints.events, name="events"),
    path("sources/events/<int:xid>/<int:touchpoint_id>/", debugging.debug, name="debug"),
    path("sources/<uuid:key>/settings/", sources.settings, name="source_settings"),
    path("sources/<uuid:key>/write-key/", sources.renew_key, name="source_renew_key"),
    path("sources/<uuid:key>/state/", sources.state, name="source_state"),
    path("sources/<uuid:key>/connect/", clients.connect, name="source_connect"),
    path("sources/<uuid:key>/client-keys/new/", clients.new_key, name="client_key_new"),
    path("sources/<uuid:key>/client-keys/revoke/", clients.revoke_key, name="client_key_revoke"),
    path("sources/<uuid:key>/client-access/", clients.change_access, name="client_access"),
    path("sources/quarantine/", touchpoints.quarantine, name="quarantine"),
    path("sources/quarantine/replay/", touchpoints.replay, name="replay"),
    path("sources/webhooks/", webhooks.gallery, name="webhooks"),
    path("sources/webhooks/new/<slug:ready>/", webhooks.new, name="webhook-new"),
    path("sources/webhooks/<uuid:key>/", webhooks.webhook, name="webhook"),
    path("sources/webhooks/<uuid:key>/mapping/", mappings.mapping, name="webhook-mapping"),
    path("sources/webhooks/<uuid:key>/signature/", webhooks.signature, name="webhook-signature"),
    path("sources/webhooks/<uuid:key>/address/", webhooks.address, name="webhook-address"),
    path("sources/webhooks/<uuid:key>/state/", webhooks.state, name="webhook-state"),
    path("sources/webhooks/<uuid:key>/replay/", webhooks.replay, name="webhook-replay"),
    path("imports/", imports.uploads, name="uploads"),
    path("imports/new/", imports.new_upload, name="upload-new"),
    path("imports/pulls/", pulls.pulls, name="pulls"),
    path("imports/pulls/new/", pulls.new_pull, name="pull-new"),
    path("imports/pulls/<uuid:key>/", pulls.pull, name="pull"),
    path("imports/pulls/<uuid:key>/mapping/", pulls.mapping, name="pull-mapping"),
    *(
        path(f"imports/pulls/<uuid:key>/{action}/", pulls.act, {"action": action}, f"pull-{action}")
        for action in ("run", "pause", "delete")
    ),
    path("imports/<uuid:key>/", imports.upload, name="upload"),
    path("imports/<uuid:key>/mapping/", imports.mapping, name="upload-mapping"),
    path("imports/<uuid:key>/format/", imports.change_format, name="upload-format"),
    path("imports/<uuid:key>/discard/", imports.discard, name="upload-discard"),
    path("imports/<uuid:key>/problems.csv", imports.problems, name="upload-problems"),
    *(
        path(f"imports/<uuid:key>/{action}/", imports.act, {"action": action}, f"upload-{action}")
        for action in ("start", "stop", "resume")
    ),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.new_export, name="export_new"),
    path("exports/files/<uuid:key>/", exports.download, name="export_download"),
    path("exports/files/<uuid:key>/delete/", exports.delete, name="export_delete"),
    path("exports/<str:token>/", exports.export_file, name="export_file"),
    path("schema/", schema.events, name="schema"),
    path("schema/new/", schema.new_event, name="schema_new"),
    path("schema/violations/", schema.violations, name="schema_violations"),
    path("schema/actions/", schema.actions, name="schema_actions"),
    path("schema/retention/", retention.rules, name="retention_rules"),
    path("schema/retention/<uuid:key>/lift/", retention.lift, name="retention_rule_lift"),
    path("schema/<int:event_id>/", schema.event, name="schema_event"),
    path("schema/<int:event_id>/unplan/", schema.unplan, name="schema_unplan"),
    path("profiles/", people.people, name="list"),
    path("profiles/people.csv", people.export, name="people_export"),
    path("profiles/views/", people.save_view, name="view_save"),
    path("profiles/act/", people.act, name="people_act"),
    path("profiles/erased/", privacy.tombstones, name="tombstones"),
    path("profiles/attributes/", traits.policies, name="trait_policies"),
    path("profiles/attributes/changes/", changes.changes, name="trait_changes"),
    path("profiles/attributes/changes/new/", changes.new_change, name="trait_change_new"),
    *(
        path(
            f"profiles/attributes/changes/<uuid:key>/{action}/",
            changes.act,
            {"action": action},
            name=f"trait_change_{action}",
        )
        for action in ("stop", "undo")
    ),
    path("profiles/duplicates/", doubles.duplicates, name="duplicates"),
    path("profiles/duplicates/search/", doubles.look, name="duplicates_look"),
    path("profiles/duplicates/held/", doubles.held, name="held"),
    path("profiles/duplicates/held/<int:hold_id>/release/", doubles.release, name="hold_release"),
    path("profiles/duplicates/values/", doubles.shared_values, name="shared_values"),
    path(
        "profiles/duplicates/values/<int:value_id>/",
        doubles.decide_value,
        name="shared_value_decide",
    ),
    path("profiles/duplicates/<int:pair_id>/dismiss/", doubles.dismiss, name="duplicate_dismiss"),
    path("profiles/<uuid:key>/", directory.timeline, name="profile"),
    path("profiles/<uuid:key>/attributes/", directory.attributes, name="attributes"),
    path("profiles/<uuid:key>/identities/", directory.identities, name="identities"),
    path("profiles/<uuid:key>/consent/", directory.consent, name="person_consent"),
    path("profiles/<uuid:key>/tabs/<slug:slug>/", directory.tab, name="tab"),
    path("profiles/<uuid:key>/past/", directory.past, name="past"),
    path("profiles/<uuid:key>/merge/", merging.merge, name="merge"),
    path("profiles/<uuid:key>/merges/<int:merge_id>/undo/", merging.undo, name="merge_undo"),
    path("profiles/<uuid:key>/export/", privacy.export, name="export"),
    path("profiles/<uuid:key>/erase/", privacy.erase, name="erase"),
    path("computed-traits/", computed.traits, name="computed"),
    path("computed-traits/new/", computed.new, name="computed-new"),
    path("computed-traits/rfm/", computed.rfm, name="computed-rfm"),
    path("computed-traits/<uuid:key>/", computed.trait, name="computed-trait"),
    path("computed-traits/<uuid:key>/edit/", computed.edit, name="computed-edit"),
    path("computed-traits/<uuid:key>/archive/", computed.archive, name="computed-archive"),
    path("profiles/accounts/", account_pages.accounts, name="accounts"),
    path("profiles/accounts/traits/", account_pages.traits, name="account_traits"),
    path("profiles/accounts/<uuid:key>/", account_pages.account, name="account"),
    path("consent/", consent.overview, name="consent"),
    path("consent/topics/", consent.topics, name="consent_topics"),
    path("consent/topics/<slug:key>/", consent.topic, name="consent_topic"),
    path("consent/suppressions/", consent.suppressions, name="suppressions"),
    path("preferences/<str:token>/", consent_public.preference_center, name="preferences"),
    path("confirm/<str:token>/", consent_public.confirm, name="confirm"),
    path("segments/", pages.segments, name="segments"),
    path("segments/new/", builder.new, name="segment-new"),
    path("segments/lists/new/", lists.new, name="segment-list-new"),
    path("segments/<uuid:key>/people/", lists.people, name="segment-people"),
    path("segments/<uuid:key>/take/", lists.take, name="segment-take"),
    path("segments/<uuid:key>/query/", lists.query, name="segment-query"),
    path("segments/<uuid:key>/snapshot/", lists.snapshot, name="segment-snapshot"),
    path("segments/<uuid:key>/overlap/", lists.overlap, name="segment-overlap"),
    path("segments/suggestions/", builder.suggestions, name="segment-suggestions"),
    path("segments/<uuid:key>/", pages.segment, name="segment"),
    path("segments/<uuid:key>/edit/", builder.edit, name="segment-edit"),
    path("segments/<uuid:key>/check/", pages.check, name="segment-check"),
    path("segments/<uuid:key>/members.csv", pages.export, name="segment-export"),
    path("segments/<uuid:key>/duplicate/", pages.duplicate, name="segment-duplicate"),
    path("segments/<uuid:key>/verify/", pages.verify, name="segment-verify"),
    path("segments/<uuid:key>/archive/", pages.archive, name="segment-archive"),
]
