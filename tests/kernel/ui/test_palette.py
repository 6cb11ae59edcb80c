"""The command palette: pages first, other sources only for a query and only where allowed."""

import pytest

from kernel.ui import navigation, palette
from kernel.ui.navigation import NavItem
from kernel.ui.palette import Result, Source
from tests.kernel.ui.test_navigation import Person


@pytest.fixture(autouse=True)
def _own_entries():
    with navigation.ITEMS.opened(emptied=True), palette.SOURCES.opened(emptied=True):
        for label, url_name, words in (
            ("Help", "ui:shortcuts", "keyboard keys"),
            ("Data and records", "admin:index", "tables"),
        ):
            navigation.register(
                NavItem(
                    section="Audience", label=label, url_name=url_name, icon="users", keywords=words
                )
            )
        yield


def found(query, user=None):
    groups = palette.search(query, user=user or Person("view"))
    return {group.name: [result.label for result in group.results] for group in groups}


def add_people(permission="view"):
    asked = []

    def search(query, user, limit):
        asked.append((query, limit))
        return [Result(label=f"Ada {query}", url="/p/1/", icon="user")]

    palette.register_source(Source(name="People", search=search, permission=permission))
    return asked


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", ["Data and records", "Help"]),
        ("rec", ["Data and records"]),
        ("DATA REC", ["Data and records"]),
        ("keyb", ["Help"]),
        ("audience help", ["Help"]),
        ("ecords", []),
    ],
)
def test_pages_match_by_the_beginning_of_every_word(query, labels):
    assert found(query).get("Pages", []) == labels


def test_other_sources_are_asked_only_when_something_was_typed():
    asked = add_people()
    assert "People" not in found(" ")
    assert asked == []
    assert found(" x ")["People"] == ["Ada x"]
    assert asked == [("x", palette.LIMIT)]


def test_a_source_is_only_asked_for_those_who_may_see_it():
    asked = add_people(permission="view_personal_data")
    assert found("x") == {}
    assert asked == []
    assert found("x", Person("view_personal_data")) == {"People": ["Ada x"]}


def test_sources_stand_in_their_order():
    for name, order in (("Segments", 20), ("People", 10)):
        result = Result(label=name, url="/", icon="user")
        palette.register_source(Source(name=name, search=lambda *_, r=result: [r], order=order))
    assert list(found("x")) == ["People", "Segments"]
