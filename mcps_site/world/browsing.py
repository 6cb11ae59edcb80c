"""The browsers of the simulated people: each has a name and, where the machine lets it, an address."""

import sys

import httpx

from mcps_site.world.people import Person

_SYSTEMS = {
    "app": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "web": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


def open_browser(person: Person) -> httpx.Client:
    """Return the browser of a person, to be closed after use.

    On Linux every address of 127.0.0.0/8 is this machine, so that people do not all come from one
    network; elsewhere they do, and limits for one network hold for all of them together.
    """
    address = address_of(person.number) if sys.platform == "linux" else None
    return httpx.Client(
        transport=httpx.HTTPTransport(local_address=address),
        headers={"User-Agent": _SYSTEMS["app" if person.has_app else "web"]},
        timeout=20,
        trust_env=False,
    )


def address_of(number: int) -> str:
    """Return the address of a person's home, in a network that 60,000 people do not share."""
    high, low = divmod(number % 60_000, 250)
    return f"127.{high + 1}.{low + 1}.1"
