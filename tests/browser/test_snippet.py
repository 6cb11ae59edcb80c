"""Our JavaScript in a real browser, on a page with a strict CSP, against the real collector."""

import time
from datetime import UTC, datetime

import pytest

from profiles.models import InboxItem, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.sources import create_source
from tests.profiles.collecting import events_of, people
from tests.profiles.touchpoints.test_sdks import host
from tests.serving import served

__all__ = ["host"]
pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240),
]  # fmt: skip

SHOP = """<!doctype html><title>Shop</title><p>Hello</p>
<script async src="{host}/v1/mcps.js" data-write-key="{key}" {options}></script>"""


def shop(host, key):
    """A web shop of another origin; the query becomes the attributes of the script."""

    def application(environ, start_response):
        options = environ["QUERY_STRING"].replace("&", " ")
        policy = f"default-src 'none'; script-src {host}; connect-src {host}"
        headers = [("Content-Type", "text/html"), ("Content-Security-Policy", policy)]
        start_response("200 OK", headers)
        return [SHOP.format(host=host, key=key, options=options).encode()]

    return served(application)


@pytest.fixture
def visit(chromium, host):
    """Opens pages of the shop as one visitor, and fails on anything the console complains about."""
    key = create_source("Shop", now=datetime.now(UTC))[1]
    context = chromium.new_context()
    complaints = []

    def open_page(options=""):
        page = context.new_page()
        page.on(
            "console", lambda line: complaints.append(line.text) if line.type == "error" else None
        )
        page.goto(f"{url}/?{options}")
        page.wait_for_function("window.mcps && window.mcps.version")
        return page

    with shop(host, key) as url:
        yield open_page, context
        context.close()
    network = "Failed to load resource"
    assert [text for text in complaints if network not in text] == []


def stored(count):
    """Wait until so many events are stored; a moment longer shows that there are no more."""
    until = time.monotonic() + 15
    while Touchpoint.objects.count() < count and time.monotonic() < until:
        drain_inbox(now=datetime.now(UTC))
        time.sleep(0.05)
    time.sleep(0.3)
    drain_inbox(now=datetime.now(UTC))
    assert Touchpoint.objects.count() == count
    return list(
        Touchpoint.objects.order_by("occurred_at", "id").values_list("event__name", flat=True)
    )


def names(page, key):
    return page.evaluate(f"localStorage.getItem('{key}')")


def test_every_call_arrives_once_and_names_one_person(visit):
    open_page, _ = visit
    page = open_page("data-page=auto")
    page.evaluate("""() => {
        mcps.track('Cart Viewed', {items: 2});
        mcps.identify('u1', {email: 'ada@example.com'});
        mcps.track('Order Completed', {revenue: 9.5});
        mcps.group('g1', {name: 'Analysts'});
        mcps.alias('u1', 'old-visitor');
    }""")
    assert set(stored(6)) == {
        "Page Viewed", "Cart Viewed", "Identify", "Order Completed", "Group", "Alias",
    }  # fmt: skip
    assert len(people()) == 1
    assert len(events_of("user_id", "u1")) == 6
    order = Touchpoint.objects.get(event__name="Order Completed")
    assert float(order.revenue) == 9.5
    assert order.context["library"] == {"name": "mcps.js", "version": "1.0.0"}
    assert order.context["page"]["title"] == "Shop"
    assert Touchpoint.objects.get(event__name="Page Viewed").properties["url"].startswith("http://")


def test_calls_before_the_file_is_there_are_made_up_for(visit):
    open_page, context = visit
    context.add_init_script("window.mcps = [['track', 'Early', {a: 1}]]")
    open_page()
    assert stored(1) == ["Early"]


def test_what_happened_offline_arrives_when_the_visitor_is_back(visit):
    open_page, context = visit
    page = open_page()
    context.set_offline(True)
    page.evaluate("() => { for (let n = 0; n < 150; n++) mcps.track('Step', {n: n}) }")
    page.wait_for_timeout(600)
    assert InboxItem.objects.count() == 0
    context.set_offline(False)
    assert stored(150) == ["Step"] * 150
    assert names(page, "mcps_queue_" + page.evaluate(
        "document.querySelector('script').dataset.writeKey.slice(-8)")) is None  # fmt: skip


def test_a_server_that_fails_is_tried_again(visit):
    open_page, context = visit
    page = open_page()
    failed = []

    def fail_twice(route):
        failed.append(route)
        if len(failed) > 2:
            route.continue_()
        elif len(failed) == 1:
            route.abort()
        else:
            route.fulfill(status=429, headers={
                "Retry-After": "1", "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
            })  # fmt: skip

    context.route("**/v1/batch", fail_twice)
    page.evaluate("mcps.track('Stubborn')")
    page.wait_for_timeout(4_000)
    assert len(failed) == 3
    context.unroute("**/v1/batch")
    assert stored(1) == ["Stubborn"]


def test_a_page_that_goes_away_hands_over_and_nothing_is_doubled_on_the_next(visit):
    open_page, _ = visit
    page = open_page()
    page.evaluate("() => { mcps.track('Last Words'); location.href = 'about:blank' }")
    assert stored(1) == ["Last Words"]
    open_page().evaluate("mcps.track('Next')")
    assert stored(2) == ["Last Words", "Next"]


def test_nothing_is_stored_or_sent_before_consent(visit):
    open_page, context = visit
    page = open_page("data-consent=required&data-page=auto")
    page.evaluate("() => { mcps.track('Too Early'); mcps.identify('u1') }")
    page.wait_for_timeout(500)
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "",
        0,
        0,
    ]
    assert context.cookies() == []
    assert InboxItem.objects.count() == 0
    page.evaluate("mcps.consent(true)")
    assert set(stored(3)) == {"Page Viewed", "Too Early", "Identify"}
    again = open_page("data-consent=required")
    again.evaluate("mcps.track('Remembered')")
    stored(4)


def test_consent_that_is_refused_or_withdrawn_leaves_nothing_behind(visit):
    open_page, context = visit
    page = open_page("data-consent=required")
    page.evaluate("() => { mcps.track('Refused'); mcps.consent(false); mcps.track('Refused') }")
    page.evaluate("() => { mcps.consent(true); mcps.consent(false); mcps.track('Withdrawn') }")
    page.wait_for_timeout(500)
    assert page.evaluate("[document.cookie, localStorage.length]") == ["", 0]
    assert context.cookies() == []
    stored(0)


def test_ids_are_shared_with_analytics_js(visit):
    open_page, context = visit
    context.add_init_script("""
        localStorage.setItem('ajs_anonymous_id', '"visitor-7"');
        localStorage.setItem('ajs_user_id', '"u7"');""")
    page = open_page()
    page.evaluate("mcps.track('Shared')")
    stored(1)
    assert people() == {frozenset({("anonymous_id", "visitor-7"), ("user_id", "u7")})}
    assert page.evaluate("mcps.anonymousId()") == "visitor-7"


def test_two_people_on_one_device_stay_two(visit):
    open_page, _ = visit
    page = open_page()
    page.evaluate("() => { mcps.track('First Visit'); mcps.identify('u1') }")
    first = page.evaluate("mcps.anonymousId()")
    page.evaluate("() => { mcps.identify('u2'); mcps.track('Second Visit') }")
    assert page.evaluate("mcps.anonymousId()") != first
    assert names(page, "ajs_user_id") == '"u2"'
    page.evaluate("() => { mcps.reset(); mcps.track('Third Visit') }")
    stored(5)
    assert len(people()) == 3
    assert events_of("user_id", "u1") == ["First Visit", "Identify"]


def test_an_event_that_is_too_large_is_dropped_with_a_warning(visit):
    open_page, _ = visit
    page = open_page()
    with page.expect_console_message() as warned:
        page.evaluate("mcps.track('Huge', {text: 'x'.repeat(40000)})")
    assert "larger than 32 KB" in warned.value.text
    stored(0)
