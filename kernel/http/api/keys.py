"""Keys in addresses of the REST API: what is no key finds nothing.

Routes take `<str:key>`, never `<uuid:key>`: an address with a wrong key is still an address of
the API, so a caller without a key is refused first, and a wrong method is named as such.
"""

from uuid import UUID

from kernel.errors import NotFound


def read_key(text: str, *, thing: str) -> UUID:
    """Return the key of a thing named in an address.

    Raises:
        NotFound: the text is no key, so there is no such thing.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"There is no such {thing}.") from None
