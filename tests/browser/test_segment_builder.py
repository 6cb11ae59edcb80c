"""The segment builder used in a real browser, from empty to a published segment."""

import pytest
from playwright.sync_api import expect

from profiles.models import Segment
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import person
from tests.profiles.segments.world import add_touch

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def shop(site):
    cities = ["Berlin", "Hamburg", "Munich", "Paris"]
    for number in range(40):
        customer = person(
            f"u{number}",
            email=f"u{number}@example.com",
            city=cities[number % 4],
            first_name=f"Ada{number}",
        )
        for _ in range(number % 4):
            add_touch(customer, event="Order Completed", occurred_at=NOW, revenue="40")


def test_a_segment_with_a_nested_group_is_built_and_published(site, visitors, shop):
    page = visitors["owner"]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site.address("profiles:segment-new"))
    page.locator("#id_name").fill("Buyers in our cities")
    page.locator('[name="0.event"]').fill("Order Completed")
    page.locator('[name="0.window"]').select_option("ever")
    expect(page.locator(".rules__figure")).to_have_text("30")
    page.locator("#group-").click()
    expect(page.locator('[name="1.0.event"]')).to_be_focused()
    page.locator('[name="1.0.event"]').fill("Product Viewed")
    page.locator("#add-1").click()
    page.locator("#add-1-menu").get_by_role("button", name="An attribute").click()
    expect(page.locator('[name="1.1.key"]')).to_be_focused()
    page.locator('[name="1.1.key"]').fill("city")
    page.locator('[name="1.1.value"]').fill("Berlin, Munich")
    expect(page.locator(".rules__figure")).to_have_text("10")
    expect(page.locator(".rules__sentence")).to_contain_text("city is one of “Berlin” or “Munich”")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Buyers in our cities")
    assert Segment.objects.get(name="Buyers in our cities").member_count == 10
