"""Which values a message reads, by the path at which the template names them."""

from collections.abc import Iterable, Mapping
from typing import Any

from liquid import BoundTemplate

# What a delivery fills in itself, and what only lives inside tracking.
OWN_NAMES = frozenset(
    {"unsubscribe_link", "open_pixel_link", "view_link", "trap_link", "brand", "coupon", "_track"}
)


def list_paths(parts: Iterable[BoundTemplate]) -> list[str]:
    """Return the paths that the parts read, sorted, each once: `first_name`, `referral.link`."""
    return sorted(path for path in _paths(parts) if path.split(".")[0] not in OWN_NAMES)


def reads_brand(parts: Iterable[BoundTemplate]) -> bool:
    """Say whether the parts read anything of a brand kit."""
    return any(path.split(".")[0] == "brand" for path in _paths(parts))


def list_pools(parts: Iterable[BoundTemplate]) -> set[str]:
    """Return the coupon pools that the parts take codes from: `POOL` of `{{ coupon.POOL }}`."""
    found = (path.split(".") for path in _paths(parts))
    return {".".join(rest) for root, *rest in found if root == "coupon"}


def _paths(parts: Iterable[BoundTemplate]) -> set[str]:
    return {
        ".".join(str(segment) for segment in variable.segments)
        for part in parts
        for variables in part.analyze().globals.values()
        for variable in variables
    }


def sample_values(paths: Iterable[str]) -> dict[str, Any]:
    """Return a value named after itself for each path, nested as templates read it.

    A path that others go below of is a group of values, not a value.
    """
    values: dict[str, Any] = {}
    for path in sorted(paths):
        *groups, last = path.split(".")
        inside = values
        for group in groups:
            deeper = inside.get(group)
            if not isinstance(deeper, dict):
                deeper = inside[group] = {}
            inside = deeper
        inside.setdefault(last, f"[{path}]")
    return values


def read_path(values: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path, or `None` where there is none."""
    found: Any = values
    for segment in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(segment)
        elif isinstance(found, list) and segment.isdigit():
            found = found[int(segment)] if int(segment) < len(found) else None
        else:
            return None
    return found


def keep_read(values: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Return of some values only what the paths read, nested alike; a list is kept whole."""
    kept: dict[str, Any] = {}
    for path in sorted(paths):
        source, target = values, kept
        *groups, last = path.split(".")
        for group in groups:
            inside = source.get(group)
            if target.get(group) is inside:
                break
            if not isinstance(inside, Mapping):
                target[group] = inside
                break
            source, target = inside, target.setdefault(group, {})
        else:
            if last in source:
                target[last] = source[last]
    return kept
