"""Gathers the slices' models for Django."""

from profiles.accounts.models import Account, AccountMember, AccountTrait
from profiles.changes.models import TraitChange
from profiles.clients.models import ClientAccess, ClientKey
from profiles.computed.models import ComputedDue, ComputedTrait, ComputedValue
from profiles.consent.models import (
    Consent,
    ConsentCount,
    ConsentEntry,
    OptIn,
    Preference,
    Suppression,
    Topic,
)
from profiles.customers.models import Customer, Merge, TraitEntry, TraitPolicy
from profiles.directory.models import PersonName, SavedView
from profiles.duplicates.models import Duplicate
from profiles.exports.models import Export
from profiles.identities.models import BlockedValue, DeviceMove, Identity, StitchHold, Tombstone
from profiles.imports.models import Pull, PullRun, Upload, UploadPerson, UploadPiece, UploadProblem
from profiles.retention.models import RetentionRule
from profiles.schema.models import (
    EventDay,
    EventLibrary,
    EventSchema,
    PlanAction,
    PlannedEvent,
    PlannedPropertyRow,
    PlanVersion,
    PlanViolation,
    Property,
)
from profiles.segments.models import (
    Segment,
    SegmentChange,
    SegmentDue,
    SegmentHeld,
    SegmentMember,
    SegmentMention,
    SegmentVersion,
)
from profiles.touchpoints.models import (
    Event,
    InboxItem,
    MessageLedger,
    QuarantinedMessage,
    Source,
    SourceActivity,
    Touchpoint,
)
from profiles.webhooks.models import Webhook, WebhookDelivery, WebhookRefusal

__all__ = [
    "Account",
    "AccountMember",
    "AccountTrait",
    "BlockedValue",
    "ClientAccess",
    "ClientKey",
    "ComputedDue",
    "ComputedTrait",
    "ComputedValue",
    "Consent",
    "ConsentCount",
    "ConsentEntry",
    "Customer",
    "DeviceMove",
    "Duplicate",
    "Event",
    "EventDay",
    "EventLibrary",
    "EventSchema",
    "Export",
    "Identity",
    "InboxItem",
    "Merge",
    "MessageLedger",
    "OptIn",
    "PersonName",
    "PlanAction",
    "PlanVersion",
    "PlanViolation",
    "PlannedEvent",
    "PlannedPropertyRow",
    "Preference",
    "Property",
    "Pull",
    "PullRun",
    "QuarantinedMessage",
    "RetentionRule",
    "SavedView",
    "Segment",
    "SegmentChange",
    "SegmentDue",
    "SegmentHeld",
    "SegmentMember",
    "SegmentMention",
    "SegmentVersion",
    "Source",
    "SourceActivity",
    "StitchHold",
    "Suppression",
    "Tombstone",
    "Topic",
    "Touchpoint",
    "TraitChange",
    "TraitEntry",
    "TraitPolicy",
    "Upload",
    "UploadPerson",
    "UploadPiece",
    "UploadProblem",
    "Webhook",
    "WebhookDelivery",
    "WebhookRefusal",
]
