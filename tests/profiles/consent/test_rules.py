"""May we speak to a person? The decision in memory, example by example."""

import pytest

from profiles.consent.rules import Stated, decide_contact, effective_consent

HERE, ELSEWHERE = "ada@example.com", "other@example.com"


def stated(*statements):
    return [
        Stated(topic=topic, address=address, state=state) for topic, address, state in statements
    ]


@pytest.mark.parametrize(
    ("statements", "state"),
    [
        ([], "none"),
        ([("", "", "granted")], "granted"),
        ([("news", "", "granted")], "granted"),
        ([("offers", "", "granted")], "none"),
        ([("", ELSEWHERE, "granted")], "none"),
        ([("", HERE, "granted")], "granted"),
        ([("", "", "withdrawn"), ("news", HERE, "granted")], "withdrawn"),
        ([("", "", "granted"), ("news", "", "withdrawn")], "withdrawn"),
        ([("", "", "never"), ("news", "", "granted")], "granted"),
        ([("", "", "granted"), ("news", "", "never")], "never"),
        ([("news", "", "granted"), ("news", HERE, "withdrawn")], "withdrawn"),
        ([("news", "", "never"), ("news", HERE, "granted")], "never"),
        ([("", "", "granted"), ("", HERE, "never")], "never"),
    ],
    ids=[
        "nothing was said",
        "the channel alone speaks",
        "the topic alone speaks",
        "another topic says nothing",
        "another address says nothing",
        "a statement about the address speaks",
        "withdrawing the channel beats the topic",
        "the topic may be stricter than the channel",
        "the topic may allow what the channel never did",
        "a topic that was never allowed beats the channel",
        "withdrawn is stricter than granted",
        "never is stricter than granted",
        "so also for the whole channel",
    ],
)
def test_the_consent_that_counts(statements, state):
    assert effective_consent(stated(*statements), topic="news", address=HERE) == state


def test_without_an_address_only_statements_about_all_addresses_count():
    held = stated(("", HERE, "withdrawn"), ("", "", "granted"))
    assert effective_consent(held, topic="news", address=None) == "granted"


@pytest.mark.parametrize(
    ("address", "suppressed", "consent", "reason"),
    [
        (None, True, "withdrawn", "no_address"),
        (HERE, True, "withdrawn", "suppressed"),
        (HERE, True, "granted", "suppressed"),
        (HERE, False, "granted", "allowed"),
        (HERE, False, "withdrawn", "consent_withdrawn"),
        (HERE, False, "never", "no_consent"),
        (HERE, False, "none", "no_consent"),
        ("", False, "granted", "allowed"),
    ],
    ids=[
        "a missing address is named first",
        "suppression is named before consent",
        "suppression beats consent",
        "consent allows",
        "withdrawn is named as such",
        "never given is no consent",
        "silence is no consent",
        "a channel without addresses needs none",
    ],
)
def test_the_first_obstacle_is_the_reason(address, suppressed, consent, reason):
    assert decide_contact(address=address, suppressed=suppressed, consent=consent) == reason
