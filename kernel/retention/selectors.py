"""What the page about retention shows."""

from dataclasses import dataclass

from kernel.events.contracts import Position
from kernel.retention.contracts import Extent, retained_logs
from kernel.retention.models import RetentionPolicy
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "settled")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedLog:
    """One log, how far back it reaches, and how long it is to be kept."""

    name: str
    label: str
    text: str
    extent: Extent
    policy: RetentionPolicy


def find_settled(log: str) -> Position | None:
    """Return up to where nobody needs a log any more, or `None` when nobody has read it yet.

    Every reader is past it, and no fact that was set aside lies at or before it.
    """
    settled = SQL.run("find_settled", {"log": log})
    return Position(*settled[0]) if settled else None


def list_retained() -> list[RetainedLog]:
    """Return every log that may be forgotten, with its policy."""
    policies = {policy.log: policy for policy in RetentionPolicy.objects.all()}
    return [
        RetainedLog(
            name=name, label=retained.label, text=retained.text, extent=retained.measure(),
            policy=policies.get(name) or RetentionPolicy(log=name, error=""),
        )
        for name, retained in retained_logs.items()
    ]  # fmt: skip
