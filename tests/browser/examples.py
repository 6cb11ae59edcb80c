"""An example for every page whose address has arguments.

A page without one fails its browser test. Each example makes what the page shows, by the services
of its slice, and returns the arguments of the address. It runs once, before the first page.
"""

from collections.abc import Callable

EXAMPLES: dict[str, Callable[[], dict[str, object]]] = {}


def example(name):
    """Register the example of the route `name`, such as `profiles:detail`."""

    def add(make):
        if name in EXAMPLES:
            raise ValueError(f"{name} has an example already.")
        EXAMPLES[name] = make
        return make

    return add


# Each subject keeps its examples beside this file.
from tests.browser import (  # noqa: E402, F401
    examples_analytics,
    examples_broadcasts,
    examples_computed,
    examples_content,
    examples_imports,
    examples_journeys,
    examples_messages,
    examples_profiles,
    examples_referrals,
    examples_schema,
    examples_site,
    examples_sources,
)
