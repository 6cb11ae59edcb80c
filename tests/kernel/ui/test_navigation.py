"""The side bar: sections, permissions, the one marked entry."""

import pytest

from kernel.ui import navigation
from kernel.ui.navigation import NavItem


class Person:
    """Somebody with some permissions."""

    def __init__(self, *permissions):
        self.permissions = {f"kernel.{name}" for name in permissions}

    def has_perm(self, perm, obj=None):
        return perm in self.permissions


@pytest.fixture(autouse=True)
def _own_entries():
    with navigation.ITEMS.opened(emptied=True):
        yield


def add(label, url_name, section="Audience", **options):
    navigation.register(
        NavItem(section=section, label=label, url_name=url_name, icon="users", **options)
    )


def shown(user, path="/elsewhere/"):
    sections = navigation.list_sections(user, path=path)
    return [(s.heading, [(link.label, link.current) for link in s.links]) for s in sections]


def test_entries_stand_in_the_order_of_sections_then_numbers():
    add("Data", "admin:index", section="Workspace")
    add("Search", "ui:search", order=20)
    add("Help", "ui:shortcuts", order=10)
    assert shown(Person("view")) == [
        ("Audience", [("Help", ""), ("Search", "")]),
        ("", [("Data", "")]),
    ]
    assert [s.at_end for s in navigation.list_sections(Person("view"), path="/")] == [False, True]


def test_an_entry_is_for_those_who_may_open_it():
    add("Help", "ui:shortcuts")
    add("Keys", "ui:search", permission="administer")
    assert shown(Person("view")) == [("Audience", [("Help", "")])]
    assert shown(Person()) == []


def test_the_page_itself_is_marked_page_and_a_page_below_it_true():
    add("Data", "admin:index")
    assert shown(Person("view"), "/records/") == [("Audience", [("Data", "page")])]
    assert shown(Person("view"), "/records/auth/group/") == [("Audience", [("Data", "true")])]
    assert shown(Person("view"), "/recordsmore/") == [("Audience", [("Data", "")])]


def test_only_the_longest_address_is_marked():
    add("All", "components", order=1)
    add("Search", "ui:search", order=2)
    assert shown(Person("view"), "/ui/search/") == [("Audience", [("All", ""), ("Search", "page")])]


def test_the_start_page_is_not_above_all_others():
    add("Overview", "home", section="Overview")
    assert shown(Person("view"), "/records/") == [("", [("Overview", "")])]
    assert shown(Person("view"), "/") == [("", [("Overview", "page")])]


def test_an_entry_whose_page_is_not_routed_stays_away():
    add("Ghost", "ghost:list")
    assert shown(Person("view")) == []


def test_an_unknown_section_is_refused():
    with pytest.raises(ValueError, match="Unknown section “Sales”"):
        add("Help", "ui:shortcuts", section="Sales")
