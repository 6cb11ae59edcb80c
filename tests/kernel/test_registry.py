"""Registries are filled once and closed."""

import pytest

from kernel.errors import NotFound
from kernel.registry import Registry, freeze_all


@pytest.fixture
def colors() -> Registry[int]:
    registry: Registry[int] = Registry("color")
    registry.register("red", 1)
    registry.register("blue", 2)
    return registry


def test_values_are_found_by_key_and_listed_in_order(colors):
    assert (colors.get("red"), colors.find("blue"), colors.find("green")) == (1, 2, None)
    assert colors.items() == [("red", 1), ("blue", 2)]


def test_an_unknown_key_names_the_known_ones(colors):
    with pytest.raises(NotFound, match=r"no color “green”\. Known: blue, red\."):
        colors.get("green")


def test_a_key_is_taken_once(colors):
    with pytest.raises(RuntimeError, match="“red” is registered twice"):
        colors.register("red", 3)
    assert colors.get("red") == 1


def test_nothing_is_added_after_start_up_except_inside_an_opened_block(colors):
    colors.freeze()
    with pytest.raises(RuntimeError, match="too late"):
        colors.register("green", 3)
    with colors.opened() as opened:
        opened.register("green", 3)
    assert colors.items() == [("red", 1), ("blue", 2)]
    with pytest.raises(RuntimeError, match="too late"):
        colors.register("green", 3)


def test_freeze_all_reaches_every_registry(colors):
    with colors.opened():
        freeze_all()
        with pytest.raises(RuntimeError, match="too late"):
            colors.register("green", 3)
