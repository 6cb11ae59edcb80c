"""Gathers the slices' models for Django."""

from campaigns.broadcasts.models import Broadcast, Recipient
from campaigns.channels.models import Card, Device, Sender, SendingPause
from campaigns.content.models import Template, TemplateVersion, Translation, WorkingDraft
from campaigns.content.piece_models import (
    BrandKit,
    BrandVersion,
    SharedBlock,
    SharedBlockVersion,
)
from campaigns.content.source_models import Catalog, CatalogItem, Coupon, CouponPool
from campaigns.deliveries.models import (
    Decision,
    Delivery,
    DeliveryEvent,
    FrequencyCap,
    MergeMove,
    QuietHours,
    SendingRule,
)
from campaigns.journeys.models import (
    Call,
    Enrollment,
    HeldTimer,
    Journey,
    JourneyDraft,
    JourneyEdit,
    JourneyLeave,
    JourneyNode,
    JourneyRoute,
    JourneyTrigger,
    JourneyVersion,
    NodeTally,
    Step,
    Throttling,
    Timer,
    Waiting,
)
from campaigns.journeys.outcome_models import MessageTally, Refusal
from campaigns.journeys.trial_models import DryRun, JourneySpec

__all__ = [
    "BrandKit",
    "BrandVersion",
    "Broadcast",
    "Call",
    "Card",
    "Catalog",
    "CatalogItem",
    "Coupon",
    "CouponPool",
    "Decision",
    "Delivery",
    "DeliveryEvent",
    "Device",
    "DryRun",
    "Enrollment",
    "FrequencyCap",
    "HeldTimer",
    "Journey",
    "JourneyDraft",
    "JourneyEdit",
    "JourneyLeave",
    "JourneyNode",
    "JourneyRoute",
    "JourneySpec",
    "JourneyTrigger",
    "JourneyVersion",
    "MergeMove",
    "MessageTally",
    "NodeTally",
    "QuietHours",
    "Recipient",
    "Refusal",
    "Sender",
    "SendingPause",
    "SendingRule",
    "SharedBlock",
    "SharedBlockVersion",
    "Step",
    "Template",
    "TemplateVersion",
    "Throttling",
    "Timer",
    "Translation",
    "Waiting",
    "WorkingDraft",
]
