"""May we speak to a person? The decision in memory; its twin in SQL is `profiles_may_contact`."""

from collections.abc import Iterable
from dataclasses import dataclass

# Where the address of a channel comes from; other channels need none.
ADDRESS_KINDS = {"email": "email", "sms": "phone", "push": "device_token"}

REASONS = {
    "allowed": "May be contacted",
    "no_address": "No address for this channel",
    "suppressed": "The address is on the suppression list",
    "consent_withdrawn": "Consent was withdrawn",
    "no_consent": "No consent was given",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One consent that holds: topic and address may be empty for “all of them”."""

    topic: str
    address: str
    state: str


def effective_consent(stated: Iterable[Stated], *, topic: str, address: str | None) -> str:
    """Return `granted`, `withdrawn`, `never` or `none` for a topic and address.

    Withdrawing the whole channel beats every topic; otherwise the topic speaks before the channel,
    and of two contradicting statements the stricter one counts.
    """
    held = [
        one for one in stated if one.topic in {"", topic} and one.address in {"", address or ""}
    ]
    whole = {one.state for one in held if one.topic == ""}
    if "withdrawn" in whole:
        return "withdrawn"
    for states in ({one.state for one in held if one.topic != ""}, whole):
        for state in ("withdrawn", "never", "granted"):
            if state in states:
                return state
    return "none"


def decide_contact(*, address: str | None, suppressed: bool, consent: str) -> str:
    """Return why a person may or may not be contacted: one of `REASONS`."""
    if address is None:
        return "no_address"
    if suppressed:
        return "suppressed"
    return {"granted": "allowed", "withdrawn": "consent_withdrawn"}.get(consent, "no_consent")
