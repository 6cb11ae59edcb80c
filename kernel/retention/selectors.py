"""What the page about retention shows."""

from dataclasses import dataclass

from kernel.retention.contracts import Extent, retained_logs
from kernel.retention.models import RetentionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedLog:
    """One log, how far back it reaches, and how long it is to be kept."""

    name: str
    label: str
    text: str
    extent: Extent
    policy: RetentionPolicy


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
