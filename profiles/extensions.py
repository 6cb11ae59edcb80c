"""What the slices of this app plug into the kernel and into each other."""

from kernel.client_api.base import VERIFIER, verifiers
from kernel.events import register_event_type, register_log
from kernel.operations.queues import register_queue
from kernel.retention.contracts import retained_logs
from kernel.ui import navigation, palette, settings_pages
from kernel.ui.navigation import NavItem
from kernel.ui.settings_pages import SettingsPage
from profiles.accounts.selectors import AccountCount, AccountName, AccountSection
from profiles.accounts.services import AccountData, AccountMerger
from profiles.accounts.trait_selectors import AccountTraitFields
from profiles.clients.services import verify_client_token
from profiles.computed.selectors.reading import ComputedFields, ComputedSection
from profiles.computed.services.people import ComputedData, ComputedMerger
from profiles.consent.services import ConsentData, ConsentMerger
from profiles.consent.timeline import ConsentTimeline
from profiles.contracts import (
    ComputedDrifted,
    ComputedFailed,
    OptInAsked,
    SegmentDrifted,
    SegmentFailed,
    StitchingHeld,
)
from profiles.directory.services import DirectoryData
from profiles.duplicates.services import DuplicateData
from profiles.exports.services.erasing import ExportData
from profiles.extension_points import (
    customer_mergers,
    personal_data_sources,
    profile_sections,
    segment_field_sources,
    segment_fields,
    straggler_followers,
    timeline_sources,
)
from profiles.identities.services.erasing import IdentityData
from profiles.imports.services.erasing import UploadData
from profiles.palette_sources import SOURCES
from profiles.segments.selectors.timeline import SegmentTimeline
from profiles.segments.services.erasing import SegmentData
from profiles.segments.services.merging import SegmentMerger
from profiles.touchpoints.queries import read_inbox_depth
from profiles.touchpoints.services.erasing import TouchpointData
from profiles.touchpoints.services.retention import TouchpointRetention
from profiles.touchpoints.services.translating import translators
from profiles.touchpoints.services.upkeep import TouchpointMerger
from profiles.webhooks.services.erasing import WebhookData
from profiles.webhooks.services.taking import ROUTE
from profiles.webhooks.services.translating import WebhookTranslator

register_log("profiles.touchpoint", "profiles_touchpoint", time_column="received_at")
retained_logs.register("profiles.touchpoint", TouchpointRetention())
register_log("profiles.consent_entry", "profiles_consent_entry", time_column="at")
register_log("profiles.trait_entry", "profiles_trait_entry", time_column="recorded_at")
register_event_type("profiles.opt_in_asked", version=1, payload=OptInAsked)
register_event_type("profiles.segment_drifted", version=1, payload=SegmentDrifted)
register_event_type("profiles.segment_failed", version=1, payload=SegmentFailed)
register_event_type("profiles.computed_drifted", version=1, payload=ComputedDrifted)
register_event_type("profiles.computed_failed", version=1, payload=ComputedFailed)
register_event_type("profiles.stitching_held", version=1, payload=StitchingHeld)
register_log("profiles.segment_change", "profiles_segment_change", time_column="at")
customer_mergers.register(TouchpointMerger.key, TouchpointMerger())
navigation.register(
    NavItem(section="Workspace", label="Sources", url_name="profiles:sources", icon="plug", order=20,
            keywords="events quarantine write key debugger live collection")
)  # fmt: skip
navigation.register(
    NavItem(section="Workspace", label="Schema", url_name="profiles:schema", icon="braces", order=22,
            keywords="tracking plan events properties traits violations catalog")
)  # fmt: skip
navigation.register(
    NavItem(section="Audience", label="Profiles", url_name="profiles:list", icon="users", order=10,
            keywords="people customers contacts")
)  # fmt: skip
navigation.register(
    NavItem(section="Workspace", label="Imports", url_name="profiles:uploads", icon="upload", order=21,
            keywords="csv jsonl parquet upload file spreadsheet excel pull sql database singer tap")
)  # fmt: skip
navigation.register(
    NavItem(section="Workspace", label="Exports", url_name="profiles:exports", icon="download", order=21,
            permission="view_personal_data", keywords="csv jsonl download file dump extract people touchpoints")
)  # fmt: skip
navigation.register(
    NavItem(section="Audience", label="Accounts", url_name="profiles:accounts", icon="building-2", order=15,
            keywords="companies groups teams organizations households")
)  # fmt: skip
navigation.register(
    NavItem(section="Audience", label="Duplicates", url_name="profiles:duplicates", icon="copy", order=16,
            keywords="merge same person held over-merged blocked values shared")
)  # fmt: skip
settings_pages.register(
    SettingsPage(label="Retention by event", text="Which events or sources are kept for less time than all.",
                 url_name="profiles:retention_rules", icon="archive-x", order=71)
)  # fmt: skip
# Accounts ask the touchpoints, which moved before, whose later group calls were whose.
customer_mergers.register(AccountMerger.key, AccountMerger())
profile_sections.register(AccountSection.key, AccountSection())
segment_fields.register(AccountCount.key, AccountCount())
segment_fields.register(AccountName.key, AccountName())
segment_field_sources.register(AccountTraitFields.key, AccountTraitFields())
navigation.register(
    NavItem(section="Audience", label="Consent", url_name="profiles:consent", icon="shield-check", order=40,
            keywords="opt-in opt-out preferences topics suppression unsubscribe gdpr permission")
)  # fmt: skip
customer_mergers.register(ConsentMerger.key, ConsentMerger())
customer_mergers.register(SegmentMerger.key, SegmentMerger())
customer_mergers.register(ComputedMerger.key, ComputedMerger())
segment_field_sources.register(ComputedFields.key, ComputedFields())
profile_sections.register(ComputedSection.key, ComputedSection())
navigation.register(
    NavItem(section="Audience", label="Computed traits", url_name="profiles:computed", icon="sigma", order=25,
            keywords="calculated attributes count sum rfm scores")
)  # fmt: skip
navigation.register(
    NavItem(section="Audience", label="Segments", url_name="profiles:segments", icon="funnel", order=20,
            keywords="audiences lists rules groups of people")
)  # fmt: skip
for found in SOURCES:
    palette.register_source(found)
for follower in (AccountMerger(), ComputedMerger(), SegmentMerger()):
    straggler_followers.register(follower.key, follower)
register_queue("profiles.inbox", "Requests to store", read_inbox_depth)
translators.register(ROUTE, WebhookTranslator())
# Identifiers go last: the others find by them what to erase.
_personal = (
    TouchpointData(), AccountData(), DuplicateData(), DirectoryData(), WebhookData(), UploadData(), ExportData(), ConsentData(), SegmentData(), ComputedData(), IdentityData()
)  # fmt: skip
for source in _personal:
    personal_data_sources.register(source.key, source)
timeline_sources.register(ConsentTimeline.key, ConsentTimeline())
timeline_sources.register(SegmentTimeline.key, SegmentTimeline())
verifiers.register(VERIFIER, verify_client_token)
