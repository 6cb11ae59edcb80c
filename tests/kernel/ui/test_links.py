"""Addresses of pages that may not be there."""

from kernel.ui.links import find_url


def test_a_page_that_no_app_offers_has_no_address():
    assert find_url("nowhere:page", 7) == ""


def test_a_page_that_is_offered_has_its_address():
    assert find_url("ui:search") == "/ui/search/"
