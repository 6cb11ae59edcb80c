"""Array parameters written as text: cheaper than psycopg's own adaptation of long lists.

The statement casts them: `%(ids)s::bigint[]`.
"""

from collections.abc import Iterable
from uuid import UUID


def bigint_array(numbers: Iterable[int]) -> str:
    """Return whole numbers as the text of a `bigint[]`."""
    return "{" + ",".join(map(str, numbers)) + "}"


def uuid_array(values: Iterable[UUID]) -> str:
    """Return UUIDs as the text of a `uuid[]`."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def text_array(values: Iterable[str]) -> str:
    """Return texts as the text of a `text[]`, quoted whatever they contain."""
    texts = list(values)
    everything = "".join(texts)
    if '"' in everything or "\\" in everything:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"
