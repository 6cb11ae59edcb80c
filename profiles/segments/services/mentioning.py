"""What a rule depends on, with registered fields replaced by the events that change them."""

from collections.abc import Iterable

from profiles.extension_points import segment_fields
from profiles.segments.rules.mentions import Mention


def expand_mentions(mentions: Iterable[Mention]) -> set[Mention]:
    """Put in place of each registered field the events after which its value may differ."""
    registered = dict(segment_fields.items())
    expanded: set[Mention] = set()
    for mention in mentions:
        if mention.kind == "field" and mention.name in registered:
            events = registered[mention.name].events
            expanded |= {Mention("event", event) for event in events}
        else:
            expanded.add(mention)
    return expanded
