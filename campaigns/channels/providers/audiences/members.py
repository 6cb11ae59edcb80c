"""Who is added to an audience of a platform, or removed: only hashes of addresses leave."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from campaigns.contracts import OutgoingMessage


def hash_address(address: str) -> str:
    """Return the SHA-256 of an e-mail address as both platforms ask: trimmed, lower case, hex."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def group_changes(messages: Sequence[OutgoingMessage]) -> dict[tuple[str, str], list[int]]:
    """Return the positions of messages by audience and action, `add` or `remove`."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, message in enumerate(messages):
        action = "remove" if message.values.get("action") == "remove" else "add"
        groups[message.subject.strip(), action].append(position)
    return dict(groups)
