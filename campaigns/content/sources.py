"""Whether the segments, catalogs and coupon pools that words name are there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns.catalogs.selectors import list_field_names
from campaigns.content.rules.rendering import CompiledWords
from campaigns.coupons.selectors import list_known
from kernel.errors import Invalid
from kernel.sql import SqlFile, text_array

SQL = SqlFile(__file__, "sources")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSegment:
    """A segment as words name it, by name or key."""

    asked: str
    key: str
    name: str
    status: str


def find_asked(compiled: CompiledWords) -> dict[str, str]:
    """Return the keys of the segments that words name; at most one statement for each kind.

    Raises:
        Invalid: a segment, catalog, field or pool is not there; the field is the part that names it.
    """
    asked = compiled.asked
    keys = {segment.asked: segment.key for segment in find_segments(asked.segments)}
    for name, part in asked.segments.items():
        if name not in keys:
            raise Invalid(part, f"There is no segment “{name}”.")
    _check_catalogs(asked.catalogs)
    pools = list_known(asked.pools)
    for slug, part in asked.pools.items():
        if slug not in pools:
            raise Invalid(
                part,
                f"There is no coupon pool “{slug}”. Write {{{{ coupon.POOL }}}} with its slug.",
            )
    return keys


def find_segments(names: Iterable[str]) -> list[NamedSegment]:
    """Return the segments with these names or keys, whatever their status."""
    asked = sorted(names)
    params = {"names": text_array(asked)}
    return SQL.all("find_segments", params, into=NamedSegment) if asked else []


def list_sources(compiled: CompiledWords) -> list[str]:
    """Return the catalogs and pools that words draw from, as versions keep them."""
    asked = compiled.asked
    catalogs = {f"catalog:{slug}" for slug, _ in asked.catalogs}
    return sorted(catalogs | {f"pool:{slug}" for slug in asked.pools})


def _check_catalogs(asked: Mapping[tuple[str, str], str]) -> None:
    known = list_field_names({slug for slug, _ in asked})
    for (slug, field), part in asked.items():
        if slug not in known:
            raise Invalid(part, f"There is no catalog “{slug}”.")
        if field and field not in known[slug]:
            raise Invalid(part, f"The catalog “{slug}” has no field “{field}”.")
