"""JSONPath as mappings use it: RFC 9535 without functions, descent and references back to the root.

What is left out could take very long on a large body: a mapping must never hold up the others.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError

LONGEST_PATH = 200
MOST_MATCHES = 1_000


class _Environment(JSONPathEnvironment):
    def setup_function_extensions(self) -> None:
        """Offer no functions: their patterns could be made to take for ever."""


_environment = _Environment(strict=True)


class BadPath(ValueError):
    """A text that is no path; the message says why."""


@lru_cache(maxsize=4_096)
def compile_path(text: str) -> JSONPath:
    """Return the path that a text names.

    Raises:
        BadPath: it is no JSONPath, or uses what mappings may not use.
    """
    if len(text) > LONGEST_PATH:
        raise BadPath(f"A path has at most {LONGEST_PATH} letters.")
    _check_parts(text)
    try:
        path = _environment.compile(text)
    except (JSONPathError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise BadPath(f"“{text}” is no JSONPath: {reason}.") from None
    if isinstance(path, CompoundJSONPath):
        raise BadPath("A path names one place. Use “first” to try several.")
    return path


def _check_parts(text: str) -> None:
    bare = _without_quoted(text)
    if ".." in bare:
        raise BadPath("“..” is not allowed. Name every step, as in $.order.id.")
    if bare.count("$") > 1:
        raise BadPath("A filter may not refer to “$”. Compare with a constant.")


def _without_quoted(text: str) -> str:
    kept: list[str] = []
    quote = ""
    skip = False
    for letter in text:
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            kept.append(letter)
    return "".join(kept)


def find_all(path: str, document: Any) -> Sequence[Any]:
    """Return what a path finds in a document, at most 1,000 values."""
    if not isinstance(document, dict | list):
        return [document] if path == "$" else []
    found = compile_path(path).finditer(document)
    return [match.obj for match in islice(found, MOST_MATCHES)]
