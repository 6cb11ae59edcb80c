"""Marks followed links with campaign parameters (`utm_…`), when they are followed."""

from django.utils.text import slugify

from campaigns.deliveries.rules import add_parameters
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "marking")


def mark_link(target: str, *, delivery_id: int) -> str:
    """Return where a followed link leads: with campaign parameters, if its message takes them."""
    rows = SQL.run("find_campaign", {"delivery_id": delivery_id})
    if not rows:
        return target
    source, medium, campaign = rows[0]
    named = {"utm_source": source, "utm_medium": medium}
    return add_parameters(target, {**named, "utm_campaign": slugify(campaign, allow_unicode=True)})
