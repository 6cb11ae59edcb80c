"""What `campaigns` plugs in: providers, its part of timelines, navigation, queues."""

from campaigns.audience import (
    AccountValues,
    BroadcastTemplates,
    CampaignUsage,
    ComputedValues,
    DrawingTemplates,
    JourneyTemplates,
)
from campaigns.channels.pausing import pause_badge
from campaigns.channels.providers.anymail_services.provider import AnymailProvider
from campaigns.channels.providers.audiences.google import GoogleAudienceProvider
from campaigns.channels.providers.audiences.meta import MetaAudienceProvider
from campaigns.channels.providers.cards.provider import CardsProvider
from campaigns.channels.providers.console.provider import ConsoleProvider
from campaigns.channels.providers.fcm.provider import FcmProvider
from campaigns.channels.providers.smtp.provider import SmtpProvider
from campaigns.channels.providers.twilio.provider import TwilioProvider
from campaigns.channels.providers.webhook.provider import WebhookProvider
from campaigns.channels.providers.webpush.provider import WebPushProvider
from campaigns.content.consent_values import ConsentValues
from campaigns.contracts import CouponsLow
from campaigns.deliveries.selectors import queue_depth
from campaigns.extension_points import (
    channel_providers,
    drawing_usages,
    merge_sources,
    template_usages,
)
from campaigns.palette_sources import SOURCES
from campaigns.people import CampaignsData, CampaignsMerger
from campaigns.profile_tab import MessagesTab
from campaigns.timeline import DelayTimeline, JourneyEffects, RefusalTimeline, StepTimeline
from kernel.events import register_event_type
from kernel.operations.queues import Depth, register_queue
from kernel.ui import navigation, palette, settings_pages
from kernel.ui.navigation import NavItem
from kernel.ui.settings_pages import SettingsPage
from kernel.ui.shell import register_badge
from profiles.extension_points import (
    customer_mergers,
    personal_data_sources,
    profile_tabs,
    timeline_sources,
    touchpoint_effects,
    usage_sources,
)

PROVIDERS = (
    SmtpProvider(),
    AnymailProvider(),
    TwilioProvider(),
    FcmProvider(),
    WebPushProvider(),
    CardsProvider(),
    WebhookProvider(),
    MetaAudienceProvider(),
    GoogleAudienceProvider(),
    ConsoleProvider(),
)
PAGES = (
    NavItem(
        section="Engage", label="Journeys", url_name="campaigns:journeys", icon="workflow", order=10,
        keywords="automation flow canvas",
    ),
    NavItem(
        section="Engage", label="Campaigns", url_name="campaigns:broadcasts", icon="megaphone",
        order=20, keywords="broadcast blast newsletter calendar schedule",
    ),
    NavItem(
        section="Engage", label="Templates", url_name="campaigns:templates", icon="mail", order=30,
        keywords="content e-mail mjml liquid",
    ),
    NavItem(
        section="Engage", label="Store cards", url_name="campaigns:cards", icon="store", order=50,
        permission="view_personal_data", keywords="associate clerk shop task",
    ),
    NavItem(
        section="Engage", label="Message activity", url_name="campaigns:messages", icon="send",
        order=40, keywords="deliveries decisions sent held back reason",
    ),
)  # fmt: skip
SENDERS = SettingsPage(
    label="Channels and senders",
    text="The providers that messages leave by: adding, checking and pausing them.",
    url_name="campaigns:senders",
    icon="send",
    order=40,
    permission="view",
)
LIMITS = SettingsPage(
    label="Sending limits",
    text="Frequency caps, quiet hours, the least time between two messages, who is held out of all.",
    url_name="campaigns:limits",
    icon="gauge",
    order=45,
    permission="view",
)


def register() -> None:
    """Register everything; called once while the app starts."""
    for provider in PROVIDERS:
        channel_providers.register(provider.kind, provider)
    for source in (StepTimeline(), RefusalTimeline(), DelayTimeline()):
        timeline_sources.register(source.key, source)
    touchpoint_effects.register(JourneyEffects.key, JourneyEffects())
    customer_mergers.register(CampaignsMerger.key, CampaignsMerger())
    personal_data_sources.register(CampaignsData.key, CampaignsData())
    profile_tabs.register(MessagesTab.key, MessagesTab())
    for page in PAGES:
        navigation.register(page)
    for found in SOURCES:
        palette.register_source(found)
    settings_pages.register(SENDERS)
    settings_pages.register(LIMITS)
    merge_sources.register(AccountValues.key, AccountValues())
    merge_sources.register(ComputedValues.key, ComputedValues())
    merge_sources.register(ConsentValues.key, ConsentValues())
    usage_sources.register(CampaignUsage.key, CampaignUsage())
    for usage in (JourneyTemplates(), BroadcastTemplates()):
        template_usages.register(usage.key, usage)
    drawing_usages.register(DrawingTemplates.key, DrawingTemplates())
    register_event_type("campaigns.coupons_low", version=1, payload=CouponsLow)
    register_badge("campaigns.sending", pause_badge)
    register_queue("campaigns.deliveries", "Messages that are due", _due_messages)


def _due_messages() -> Depth:
    waiting, oldest_at = queue_depth()
    return Depth(waiting=waiting, oldest_at=oldest_at)
