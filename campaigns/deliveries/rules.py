"""Reasons in words for people. The keys are the reasons that decisions carry."""

REASONS = {
    "accepted": "Taken by the provider.",
    "no_consent": "No consent for this channel or topic.",
    "consent_withdrawn": "Consent was withdrawn.",
    "suppressed": "The address is on the suppression list.",
    "no_address": "No usable address on this channel.",
    "erased": "The person was erased.",
    "enrollment_stopped": "The person was taken out of the journey.",
    "journey_ended": "The journey was ended.",
    "frequency_cap": "A frequency cap was reached.",
    "quiet_hours": "Quiet hours where the person is; sent when they end.",
    "no_sender": "No sender is set up for this channel.",
    "render_limit": "The template ran too long and was stopped.",
    "render_error": "The template failed on this person's values.",
    "worker_lost": "A worker was lost while handing over: it may or may not have arrived.",
    "connection_lost": "The connection broke while handing over.",
    "provider_unreachable": "The provider did not answer.",
    "provider_error": "The provider failed while handing over: it may or may not have arrived.",
    "message_malformed": "No valid message could be built for this address.",
    "marked_sent": "Marked as sent by a member of staff.",
    "sent_again": "Sent again on the word of a member of staff.",
    "provider_has_it": "The provider says that it took the message.",
    "provider_never_got_it": "The provider says that it never got the message; sent again.",
    "left_journey": "The person left the journey.",
    "bounced": "The message bounced.",
}


def reason_text(reason: str) -> str:
    """Return a reason as a sentence; one that is not in the list is shown as it is."""
    kind, _, detail = reason.partition(":")
    if kind == "missing_value":
        return f"The value “{detail}” is missing and has no default."
    if kind == "template":
        return f"The template held it back: {detail}."
    if kind.startswith("smtp_"):
        return f"The mail server answered {kind.removeprefix('smtp_')}."
    return REASONS.get(reason, reason)
