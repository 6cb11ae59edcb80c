"""What a rule depends on, with fields replaced by what announces that they changed."""

from collections.abc import Iterable

from profiles.extension_points import segment_field_sources, segment_fields
from profiles.segments.rules.mentions import Mention


def expand_mentions(mentions: Iterable[Mention]) -> set[Mention]:
    """Put in place of each registered field the events after which its value may differ.

    A field that staff made announces its own changes: its mention finds whom to make due.
    """
    registered = dict(segment_fields.items())
    made = {f"{key}." for key, _ in segment_field_sources.items()}
    expanded: set[Mention] = set()
    for mention in mentions:
        if mention.kind == "field" and mention.name in registered:
            events = registered[mention.name].events
            expanded |= {Mention("event", event) for event in events}
        elif mention.kind == "field" and mention.name.startswith(tuple(made)):
            expanded.add(Mention("made", mention.name))
        else:
            expanded.add(mention)
    return expanded
