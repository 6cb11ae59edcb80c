"""Reasons in words for people. The keys are the reasons that decisions carry."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from kernel.stats.estimates import NotEstimable
from kernel.stats.proportions import Counts, wilson

# Nobody reads a message this soon after it was handed over: a scanner at the receiving end does.
_TOO_SOON: Final = timedelta(seconds=2)
# Programs that say what they are. Proxies that fetch pictures when a person opens are not here.
_BOT_AGENTS: Final = re.compile(
    r"bot\b|crawl|spider|scan|preview|proofpoint|mimecast|barracuda|safelinks|virus|curl/|wget/"
    r"|python-|go-http-client|okhttp|java/|headless|facebookexternalhit",
    re.IGNORECASE,
)

# What else the gate may have read, in words; times are in UTC.
_READ = {
    "consent": "Consent: {}",
    "suppression": "Suppressed because of: {}",
    "until": "Quiet until {}",
    "paused_until": "Paused by the person until {}",
    "gap_minutes": "At least {} minutes between two",
    "gap_until": "The next one may leave at {}",
    "attempt": "Attempt {}",
    "locale": "In the words of “{}”",
}

# What was decided, in words and with the tone of its pill.
OUTCOMES: Final = {
    "sent": ("Sent", "ok"),
    "held_back": ("Held back", "warn"),
    "delayed": ("Delayed", "info"),
    "failed": ("Failed", "danger"),
    "unknown": ("Unknown", "danger"),
}

REASONS = {
    "accepted": "Taken by the provider.",
    "allowed": "Nothing stands in the way.",
    "held_out": "The person is held out, for comparison.",
    "no_consent": "No consent for this channel or topic.",
    "consent_withdrawn": "Consent was withdrawn.",
    "suppressed": "The address is on the suppression list.",
    "no_address": "No usable address on this channel.",
    "erased": "The person was erased.",
    "enrollment_stopped": "The person was taken out of the journey.",
    "broadcast_stopped": "The broadcast was stopped.",
    "journey_ended": "The journey was ended.",
    "paused": "The person paused marketing messages.",
    "weekly_limit": "The person wants no more marketing messages this week.",
    "frequency_cap": "A frequency cap was reached.",
    "quiet_hours": "Quiet hours where the person is; sent when they end.",
    "best_hour": "Planned for the hour at which the person is most likely active.",
    "quiet_dropped": "Quiet hours where the person is; this channel drops such messages.",
    "minimum_gap": "The last message is too recent; sent when the least time between two is over.",
    "throttled": "A volume limit is reached; sent when there is room again.",
    "budget_spent": "A budget is spent for this period.",
    "no_sender": "No sender is set up for this channel.",
    "render_limit": "The template ran too long and was stopped.",
    "render_error": "The template failed on this person's values.",
    "worker_lost": "A worker was lost while handing over: it may or may not have arrived.",
    "connection_lost": "The connection broke while handing over.",
    "provider_unreachable": "The provider did not answer.",
    "senders_broken": "Every sender of this channel fails and is left alone for a while.",
    "provider_timeout": "The provider did not answer in time: it may or may not have arrived.",
    "no_access_token": "The provider's log-in service gave no access.",
    "unregistered": "The app or the browser is gone; its address is suppressed.",
    "sender_id_mismatch": "The phone's token belongs to another app; it is suppressed.",
    "invalid_number": "Nobody has this phone number; it is suppressed.",
    "not_mobile": "This number takes no text messages; it is suppressed.",
    "stopped_at_provider": "The person told the provider to stop; the number is suppressed.",
    "private_address": "The address lies in a private network.",
    "not_json": "The content of the webhook is not JSON.",
    "invalid_entry": "The platform cannot read this person.",
    "unknown_person": "There is no such delivery any more.",
    "skipped": "Given up by a member of staff.",
    "provider_error": "The provider failed while handing over: it may or may not have arrived.",
    "message_malformed": "No valid message could be built for this address.",
    "marked_sent": "Marked as sent by a member of staff.",
    "sent_again": "Sent again on the word of a member of staff.",
    "provider_has_it": "The provider says that it took the message.",
    "provider_never_got_it": "The provider says that it never got the message; sent again.",
    "in_server_log": "The log of the mail server names the message: it took it.",
    "not_in_server_log": "The log of the mail server does not name the message; sent again.",
    "left_journey": "The person left the journey.",
    "bounced": "The message bounced.",
}

# Reasons that carry something of their own, after a colon or at the end of their name.
_DETAILED = {
    "missing_value": "The value “{}” is missing and has no default.",
    "coupon_pool_empty": "The coupon pool “{}” has no code left.",
    "template": "The template held it back: {}.",
    "smtp_": "The mail server answered {}.",
    "http_": "The provider answered {}.",
    "twilio_": "The provider refused it with the error {}.",
}


def reason_text(reason: str) -> str:
    """Return a reason as a sentence; one that is not in the list is shown as it is."""
    kind, _, detail = reason.partition(":")
    for prefix, words in _DETAILED.items():
        if kind.startswith(prefix):
            return words.format(detail or kind.removeprefix(prefix))
    return REASONS.get(reason, reason)


def say_cap(most: int, length: int, period: str) -> str:
    """Return a cap in words: so many within such a period."""
    unit = {"rolling": "day", "hours": "hour"}.get(period)
    if unit is None:
        return f"{most:,} in the calendar {period}"
    return f"{most:,} in {length:,} {unit}{'' if length == 1 else 's'}"


def say_numbers(numbers: Mapping[str, Any]) -> list[str]:
    """Return what the gate read for one decision, each number in words."""
    said = [
        f"{name}: {cap['count']} so far, at most "
        f"{say_cap(cap['max'], cap['days'], cap.get('period', 'rolling'))}"
        for name, cap in numbers.get("caps", {}).items()
    ]
    if "slot" in numbers:
        said.append(say_winner(numbers["slot"]))
    if "best_hour" in numbers:
        said.append(say_best_hour(numbers["best_hour"]))
    if "pace" in numbers:
        pace = numbers["pace"]
        said.append(f"Of their own limit: {pace['count']} of {pace['max']} in {pace['days']} days")
    if "limit" in numbers:
        said.append(say_volume(numbers["limit"]))
    for name, words in _READ.items():
        if name in numbers:
            said.append(words.format(numbers[name]))
    if "zone" in (clock := numbers.get("clock", {})):
        of_whom = "the person" if clock.get("from") == "person" else "the channel"
        said.append(f"Local time {clock['local']} in {clock['zone']}, the zone of {of_whom}")
    return said


def say_winner(slot: Mapping[str, Any]) -> str:
    """Return in words which message has the last slot under a cap, and why that one."""
    own, winner = slot["own_priority"], slot["priority"]
    name = f"“{slot['template']}”" + (f" of “{slot['by']}”" if "by" in slot else "")
    if not slot["was_waiting"]:
        why = "it left before this one was due"
    elif slot["class"] == "transactional":
        why = "it is transactional"
    elif winner > own:
        why = "its priority is higher"
    elif winner == own:
        why = "with the same priority it was due first"
    else:
        why = "it was due earlier and taken up first"
    return f"The last slot went to {name}: {why}. Its priority is {winner}, that of this one {own}."


def say_best_hour(read: Mapping[str, Any]) -> str:
    """Return a best hour in words, with how much is known of it."""
    hour = f"{read['hour']}:00 in {read['zone']}"
    rate = wilson(Counts(converted=read["near"], exposed=read["own"]))
    of_all = f"{read['audience_near']:,} of {read['audience']:,} active hours of the audience"
    if isinstance(rate, NotEstimable):
        return f"No history of the person: {hour}, as {of_all} lie within two hours of it"
    return (
        f"Best hour {hour}: {read['near']:,} of the person's {read['own']:,} active hours in 90 days "
        f"lie within two hours of it ({rate.low:.0%} to {rate.high:.0%}), as do {of_all}"
    )


def say_volume(limit: Mapping[str, Any]) -> str:
    """Return what was read of a volume limit, in words."""
    used, most = (
        f"{Decimal(str(limit[name])):,.2f}".removesuffix(".00") for name in ("used", "most")
    )
    of = "" if limit["measure"] == "messages" else " in money"
    return f"{limit['name']}: {used} of {most}{of} used in the running {limit['period']}"


def is_bot_act(agent: str, *, handed_over_at: datetime | None, at: datetime) -> bool:
    """Say whether a program opened or clicked: by its own word, without one, or by its haste."""
    if not agent.strip() or _BOT_AGENTS.search(agent):
        return True
    return handed_over_at is not None and at - handed_over_at < _TOO_SOON


def add_parameters(target: str, parameters: Mapping[str, str]) -> str:
    """Return an http(s) address with parameters added; what stands in it already stays as it is."""
    if not target.lower().startswith(("http://", "https://")):
        return target
    page, mark, fragment = target.partition("#")
    page, _, query = page.partition("?")
    there = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    added = {name: value for name, value in parameters.items() if value and name not in there}
    whole = "&".join(part for part in (query.rstrip("&"), urlencode(added)) if part)
    return f"{page}{'?' if whole else ''}{whole}{mark}{fragment}" if added else target
