"""Builds coupon pools for tests."""

from campaigns.coupons.services import add_codes, create_pool
from tests.campaigns.builders import NOW, key


def make_pool(*codes, slug="spring", warn_below=0):
    made = create_pool(
        slug.title(), slug=slug, key=key(60 + len(slug)), warn_below=warn_below, actor="u", now=NOW
    )
    if codes:
        add_codes(made, codes, actor="u", now=NOW)
    return made
