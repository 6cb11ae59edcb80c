"""Channels and providers as people call them."""

from campaigns.contracts import Channel

CHANNELS = {
    Channel.EMAIL: "E-mail",
    Channel.SMS: "Text message",
    Channel.WHATSAPP: "WhatsApp",
    Channel.PUSH: "Push to phones",
    Channel.WEBPUSH: "Push to browsers",
    Channel.INAPP: "In-app inbox",
    Channel.WEBHOOK: "Webhook",
    Channel.AUDIENCE: "Advertising audience",
    Channel.TASK: "Store card",
}
PROVIDERS = {
    "smtp": ("SMTP server", "Any mail server."),
    "anymail": ("E-mail service", "Postmark, Mailgun, Resend and others, with their reports."),
    "twilio": ("Twilio", "Or whoever speaks its Messages API, with reports, STOP and HELP."),
    "fcm": ("Firebase", "Firebase Cloud Messaging, HTTP v1."),
    "webpush": ("Web push", "Straight to the browsers' push services; needs no account."),
    "cards": ("Kept here", "Shown by the client API, or on the page Store cards."),
    "webhook": ("Standard Webhooks", "A signed post to a server of yours."),
    "meta_audience": ("Meta custom audience", "Adds and removes hashed people."),
    "google_audience": ("Google Customer Match", "Adds and removes hashed people."),
    "console": ("Captured", "Nothing leaves: messages are shown under Captured messages."),
}


def channel_label(channel: str) -> str:
    """Return what people call a channel."""
    return CHANNELS[Channel(channel)]


def provider_label(kind: str) -> str:
    """Return what people call a provider; one of an extension goes by its key."""
    return PROVIDERS.get(kind, (kind, ""))[0]
