"""What staff type and press in the builder while it still saves is not lost.

Answers of the server are held back by the test and let go one at a time: nothing depends on speed.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.journeys.services.drafting import begin_journey, shown_definition
from kernel.ids import new_key

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.timeout(180),
]

EDITS = "**/build/edit/**"
NODES = [
    {"id": "entry", "type": "entry", "triggers": [], "next": "pause"},
    {"id": "pause", "type": "wait", "seconds": 3600, "next": "rest"},
    {"id": "rest", "type": "wait", "seconds": 7200, "next": "out"},
    {"id": "out", "type": "exit"},
]


class SlowServer:
    """Holds the saving requests of a page back until the test lets them go."""

    def __init__(self, page):
        self.page, self.held = page, []
        page.route(EDITS, self.hold)

    def hold(self, route):
        """Keep a request for later."""
        self.held.append(route)

    def asked(self):
        """Expect that the page asks to save within the block."""
        return self.page.expect_request(EDITS)

    def answer(self):
        """Let the request go that waits, and return when its answer was drawn."""
        self.page.evaluate(
            "() => { window.drawn = new Promise(done => document.addEventListener("
            "'htmx:afterRequest', ({detail}) => detail.pathInfo.requestPath.includes('/build/edit/')"
            " && setTimeout(done, 0))) }"
        )
        self.held.pop(0).continue_()
        self.page.evaluate("() => window.drawn")


@pytest.fixture(scope="module")
def journeys(site):
    """A journey for each test, where the server sees them: outside of the tests' transactions."""
    now = timezone.now()
    definition = {"version": 1, "holdout_percent": 0, "nodes": NODES}
    return iter(
        [
            begin_journey(
                f"Typing {n}", definition, {}, key=new_key(now=now), actor="user:1", now=now
            )
            for n in range(4)
        ]
    )


@pytest.fixture
def journey(journeys):
    return next(journeys)


@pytest.fixture
def page(site, visitors, journey):
    page = visitors["owner"]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site.address("campaigns:journey-build", key=journey.key))
    yield page
    page.unroute_all()


def opened(page, step):
    page.locator(f"#n-{step}").click()
    expect(page.locator(f"#node-form input[name=node][value={step}]")).to_be_attached()
    return SlowServer(page)


def step_of(journey, name):
    return next(node for node in shown_definition(journey)["nodes"] if node["id"] == name)


def test_words_typed_while_the_panel_is_drawn_anew_stay_and_are_saved(page, journey):
    server = opened(page, "entry")
    with server.asked():
        page.get_by_label("Trigger").select_option(label="They do something")
    page.get_by_label("Note").press_sequentially("for the spring")
    server.answer()
    expect(page.locator("#node_event_0")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("for the spring")
    with server.asked():
        page.locator("#node_event_0").focus()
    server.answer()
    assert step_of(journey, "entry")["note"] == "for the spring"


def test_going_to_another_step_waits_until_every_field_is_saved(page, journey):
    server = opened(page, "pause")
    with server.asked():
        page.get_by_label("Wait for").fill("5")
        page.keyboard.press("Tab")
    page.get_by_label("Note").fill("five")
    page.locator("#n-rest").click()
    with server.asked():
        server.answer()
    expect(page.locator("#node-form input[name=node]")).to_have_value("pause")
    server.answer()
    expect(page.locator("#node-form input[name=node]")).to_have_value("rest")
    saved = step_of(journey, "pause")
    assert (saved["seconds"], saved["note"]) == (5 * 3600, "five")


def test_a_press_reaches_the_step_that_is_drawn_anew_under_the_finger(page):
    server = opened(page, "pause")
    page.get_by_label("Note").press_sequentially("soon")
    box = page.locator("#n-rest").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    with server.asked():
        page.mouse.down()
    server.answer()
    page.mouse.up()
    expect(page.locator("#node-form input[name=node]")).to_have_value("rest")


def test_reviewing_waits_until_what_was_typed_is_saved(page, journey):
    server = opened(page, "pause")
    page.get_by_label("Note").press_sequentially("last word")
    with server.asked():
        page.get_by_role("link", name="Review and publish").click()
    server.answer()
    page.wait_for_url("**/publish/")
    assert step_of(journey, "pause")["note"] == "last word"
