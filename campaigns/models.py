"""Gathers the slices' models for Django."""

from campaigns.broadcasts.models import Broadcast, Recipient
from campaigns.catalogs.models import Catalog, CatalogItem
from campaigns.channels.models import Card, Device, Sender, SendingPause
from campaigns.content.models import (
    DraftEdit,
    Template,
    TemplateVersion,
    Translation,
    WorkingDraft,
)
from campaigns.content.piece_models import (
    BrandKit,
    BrandVersion,
    SharedBlock,
    SharedBlockVersion,
)
from campaigns.coupons.models import Coupon, CouponPool
from campaigns.deliveries.models import (
    Decision,
    Delivery,
    DeliveryEvent,
    FrequencyCap,
    MergeMove,
    QuietHours,
    SendingRule,
    VolumeLimit,
    VolumeUse,
)
from campaigns.journeys.day_models import TraitDay
from campaigns.journeys.models import (
    Call,
    Enrollment,
    HeldTimer,
    Journey,
    JourneyDraft,
    JourneyEdit,
    JourneyLeave,
    JourneyNode,
    JourneyTrigger,
    JourneyVersion,
    NodeTally,
    Step,
    Throttling,
    Timer,
    Waiting,
)
from campaigns.journeys.outcome_models import MessageTally, Refusal
from campaigns.journeys.route_models import JourneyRoute, StepRow
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
    "DraftEdit",
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
    "StepRow",
    "Template",
    "TemplateVersion",
    "Throttling",
    "Timer",
    "TraitDay",
    "Translation",
    "VolumeLimit",
    "VolumeUse",
    "Waiting",
    "WorkingDraft",
]
