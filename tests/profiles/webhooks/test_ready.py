"""Every ready mapping maps its own sample into events of the right person."""

import pytest

from profiles.models import Event, Touchpoint
from profiles.webhooks.rules.applying import map_request
from profiles.webhooks.rules.ready import Ready, list_ready
from profiles.webhooks.rules.signatures import SCHEMES
from tests.profiles.collecting import people
from tests.profiles.webhooks.providing import make_provider, ready, sign_nothing

IDA = ("email", "ida.berg@example.com")
EXPECTED = {
    "shopify": (["Identify", "Order Completed"], [{IDA, ("shopify_customer", "7310022944")}]),
    "stripe": (["Identify", "Order Completed"],
               [{IDA, ("phone", "+4940123456"), ("stripe_customer", "cus_QsampleIda")}]),
    "woocommerce": (["Identify", "Order Completed"],
                    [{IDA, ("phone", "+4940123456"), ("woocommerce_customer", "26")}]),
    "typeform": (["Form Submitted"], [{IDA}]),
    "calendly": (["Identify", "Meeting Booked"], [{IDA}]),
    "hubspot": (["Contact Created", "Identify", "Identify"], [{IDA, ("hubspot_contact", "1246965")}]),
    "mailchimp": (["Identify", "Newsletter Subscribed"], [{IDA}]),
    "intercom": (["Contact Created", "Identify"],
                 [{IDA, ("user_id", "u-1042"), ("intercom_contact", "65f2c0ffee")}]),
    "zendesk": (["Ticket Opened"], [{("zendesk_user", "8447388090494")}]),
    "twilio": (["Message Received"], [{("phone", "+4915112345678")}]),
    "segment": (["Tour Booked"],
                [{IDA, ("user_id", "u-1042"), ("anonymous_id", "0f1e2d3c-anon")}]),
    "custom": (["Tour Booked"], [{IDA, ("user_id", "u-1042")}]),
}  # fmt: skip


def test_there_is_a_ready_mapping_for_every_promised_provider():
    assert [item.key for item in list_ready()] == list(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_the_sample_of_a_ready_mapping_is_stored_for_its_person(db, key):
    item = ready(key)
    headers = {k.replace("-", "_"): v for k, v in item.sample.headers.items()}
    headers["Content_Type"] = "application/json"
    provider = make_provider(key, item.mapping_text, {"scheme": "none"}, sign_nothing)
    events, persons = EXPECTED[key]
    drained = provider.deliver(item.sample.body, **headers)
    assert (drained.stored, drained.quarantined) == (len(events), 0)
    names = dict(Event.objects.values_list("id", "name"))
    found = [names[row] for row in Touchpoint.objects.values_list("event_id", flat=True)]
    assert sorted(found) == events
    assert people() == {frozenset(refs) for refs in persons}
    assert provider.deliver(item.sample.body, **headers).stored == 0


@pytest.mark.parametrize("item", list_ready(), ids=lambda item: item.key)
def test_a_ready_mapping_says_how_to_set_it_up(item: Ready):
    assert item.signature.scheme in SCHEMES
    assert item.description
    assert all(step.endswith(".") for step in item.steps)
    assert bool(item.secret) == (item.signature.scheme != "none")
    assert item.gives_secret or item.signature.scheme in {"none", "hmac", "standard", "stripe"}


def test_what_a_ready_mapping_is_not_for_is_ignored_not_kept():
    for item in list_ready():
        if item.key not in {"typeform", "segment", "custom"}:
            assert item.mapping.otherwise == "ignore"


def test_amounts_of_stripe_follow_the_decimals_of_the_currency():
    item = ready("stripe")
    request = item.sample.request()
    for currency, total in (("eur", 129), ("jpy", 12_900), ("kwd", 12.9)):
        request.body["data"]["object"]["currency"] = currency
        track = map_request(item.mapping, request)[1]
        assert track["properties"]["total"] == total
    request.body["data"]["object"]["currency"] = "eur"
