"""Examples of the pages of computed traits."""

from tests.browser.examples import example


def _trait():
    from datetime import UTC, datetime

    from profiles.computed.models import ComputedTrait
    from profiles.computed.services.defining import TraitDraft, create_trait

    found = ComputedTrait.objects.filter(slug="orders").first()
    if found is None:
        definition = {"kind": "figure", "measure": "count", "event": "Order Completed"}
        draft = TraitDraft(name="Orders", slug="orders", definition=definition)
        found = create_trait(draft, now=datetime.now(UTC))
    return {"key": found.key}


for _page in ("computed-trait", "computed-edit", "computed-archive"):
    example(f"profiles:{_page}")(_trait)


def _list():
    from datetime import UTC, datetime

    from profiles.models import Segment
    from profiles.segments.services.listing import create_list

    found = Segment.objects.filter(name="A static list").first()
    return {"key": (found or create_list(name="A static list", now=datetime.now(UTC))).key}


for _page in (
    "segment-people",
    "segment-take",
    "segment-query",
    "segment-snapshot",
    "segment-overlap",
):
    example(f"profiles:{_page}")(_list)
