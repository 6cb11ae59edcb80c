"""The parts of Templates, as tabs."""

from django.urls import reverse

_PARTS = (
    ("Templates", "campaigns:templates"),
    ("Shared blocks", "campaigns:shared-blocks"),
    ("Brand", "campaigns:brand-kits"),
    ("Catalogs", "campaigns:catalogs"),
    ("Coupons", "campaigns:coupon-pools"),
)


def template_tabs(chosen: str) -> list[tuple[str, str, bool, str]]:
    """Return the tabs for `ui/tabs.html`."""
    return [(label, reverse(name), name == chosen, "") for label, name in _PARTS]
