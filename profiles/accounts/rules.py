"""How rules and messages name the traits of accounts."""

import re
from collections.abc import Collection

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Leaves room for the number of a second trait that reads the same.
_LONGEST = 72


def slug_of(name: str, *, taken: Collection[str]) -> str:
    """Return the slug of a trait: `employeeCount` is `employee_count`.

    A number keeps it apart from those taken; a name without letters or digits of English is `trait`.
    """
    stem = "_".join(word.lower() for word in _WORDS.findall(name))[:_LONGEST].rstrip("_") or "trait"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}_{number}", number + 1
    return slug
