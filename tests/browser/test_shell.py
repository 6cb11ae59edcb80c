"""The frame in the hands of somebody without a mouse, on a phone, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(240)]


@pytest.fixture
def page(visitors):
    page = visitors["owner"]
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


def test_the_palette_opens_a_page_by_keys_alone(page, site):
    page.goto(site.address("components"))
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.type("data rec")
    option = page.locator("#palette").get_by_role("option").first
    expect(option).to_have_accessible_name(re.compile("Data and records"))
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/")


def test_arrows_choose_in_the_palette_and_escape_gives_the_focus_back(page, site):
    page.goto(site.address("components"))
    page.get_by_role("link", name="Search or jump to").focus()
    page.keyboard.press("/")
    options = page.locator("#palette").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("link", name="Search or jump to")).to_be_focused()


def test_a_slash_is_a_slash_while_typing(page, site):
    page.goto(site.address("components"))
    page.locator("#id_fine-name").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#id_fine-name")).to_have_value("a/b")
    expect(page.locator("#palette")).to_be_hidden()


def test_the_theme_changes_at_once_and_stays(page, site):
    page.goto(site.address("ui:shortcuts"))
    page.get_by_role("button", name="Theme").click()
    with page.expect_response("**/ui/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(site.address("ui:shortcuts"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Theme").click()
    with page.expect_response("**/ui/theme/"):
        page.get_by_role("button", name="System").click()


def test_a_menu_is_walked_by_arrows_and_closed_by_escape(page, site):
    page.goto(site.address("components"))
    opener = page.get_by_role("button", name="More")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Duplicate", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Archive")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_dialog_takes_the_focus_and_gives_it_back(page, site):
    page.goto(site.address("components"))
    opener = page.get_by_role("button", name="Open a dialog")
    opener.click()
    expect(page.get_by_role("dialog", name="Publish version 5?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_chart_is_read_by_arrow_keys(page, site):
    page.goto(site.address("components"))
    chart = page.get_by_role("slider", name="Conversions by day")
    chart.focus()
    expect(chart).to_have_attribute("aria-valuetext", "20 Oct: This period 68, Period before 48")
    page.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuetext", "19 Oct: This period 71, Period before 45")
    page.keyboard.press("Home")
    expect(chart.locator(".plot__tip")).to_contain_text("1 Oct")


def test_the_navigation_is_a_drawer_on_a_phone(page, site):
    page.goto(site.address("ui:shortcuts"))
    page.set_viewport_size({"width": 390, "height": 800})
    link = page.get_by_role("link", name="Data and records")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_the_first_tab_skips_to_the_content(page, site):
    page.goto(site.address("ui:shortcuts"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_without_scripts_search_theme_and_menus_still_work(chromium, visitors, site):
    state = visitors["owner"].context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(site.address("ui:shortcuts"))
    page.get_by_role("link", name="Search or jump to").click()
    page.get_by_role("searchbox", name="Search").fill("data")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("link", name="Data and records")).to_be_visible()
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="System").click()
    context.close()
