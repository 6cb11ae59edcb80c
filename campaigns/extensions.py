"""What `campaigns` plugs in: its own providers, and its part of a person's timeline."""

from campaigns.channels.providers.console.provider import ConsoleProvider
from campaigns.channels.providers.smtp.provider import SmtpProvider
from campaigns.extension_points import channel_providers

PROVIDERS = (SmtpProvider(), ConsoleProvider())


def register() -> None:
    """Register everything; called once while the app starts."""
    for provider in PROVIDERS:
        channel_providers.register(provider.kind, provider)
