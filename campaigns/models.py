"""Gathers the slices' models for Django."""

from campaigns.channels.models import Card, Device, Sender, SendingPause
from campaigns.content.models import Template, TemplateVersion
from campaigns.deliveries.models import (
    Decision,
    Delivery,
    DeliveryEvent,
    FrequencyCap,
    MergeMove,
    QuietHours,
)
from campaigns.journeys.models import (
    Enrollment,
    Journey,
    JourneyDraft,
    JourneyEdit,
    JourneyLeave,
    JourneyNode,
    JourneyTrigger,
    JourneyVersion,
    NodeTally,
    Step,
    Timer,
    Waiting,
)

__all__ = [
    "Card",
    "Decision",
    "Delivery",
    "DeliveryEvent",
    "Device",
    "Enrollment",
    "FrequencyCap",
    "Journey",
    "JourneyDraft",
    "JourneyEdit",
    "JourneyLeave",
    "JourneyNode",
    "JourneyTrigger",
    "JourneyVersion",
    "MergeMove",
    "NodeTally",
    "QuietHours",
    "Sender",
    "SendingPause",
    "Step",
    "Template",
    "TemplateVersion",
    "Timer",
    "Waiting",
]
