"""What happens when facts are recorded: a few lines into a service each."""

from datetime import datetime

from kernel.events import Bounds, subscribe
from profiles.computed.services.refreshing import refresh_touched as refresh_computed
from profiles.consent.opt_ins import ask_by_events
from profiles.consent.services import adopt_statements
from profiles.directory.queries import rename_people
from profiles.schema.services.discovering import discover_events
from profiles.segments.services.accounts import follow_groups
from profiles.segments.services.refreshing import plan_consent_changes, refresh_touched


@subscribe("profiles.touchpoint", name="profiles.segment_refresh", batch=2_000)
def refresh_segments(bounds: Bounds, *, now: datetime) -> None:
    """Move the people whom touchpoints concern into and out of segments."""
    refresh_touched(bounds, now=now)


@subscribe("profiles.touchpoint", name="profiles.computed_refresh", batch=2_000)
def refresh_values(bounds: Bounds, *, now: datetime) -> None:
    """Compute the traits of the people whom touchpoints concern."""
    refresh_computed(bounds, now=now)


@subscribe("profiles.touchpoint", name="profiles.accounts", batch=5_000)
def follow_accounts(bounds: Bounds, *, now: datetime) -> None:
    """Keep accounts and their members as group calls say."""
    follow_groups(bounds, now=now)


@subscribe("profiles.consent_entry", name="profiles.segment_consent", batch=2_000)
def plan_consent(bounds: Bounds, *, now: datetime) -> None:
    """Make the people due whose consent changed, in the segments that ask about it."""
    plan_consent_changes(bounds, now=now)


@subscribe("profiles.touchpoint", name="profiles.consent_statements", batch=5_000)
def adopt_consent(bounds: Bounds, *, now: datetime) -> None:
    """Record what people said about consent through their clients, and ask where they wish it."""
    adopt_statements(bounds)
    ask_by_events(bounds, now=now)


@subscribe("profiles.touchpoint", name="profiles.schema_discovery", batch=5_000)
def discover_schema(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001 -- dated by the events
    """Learn which properties events have, how often they come and from what."""
    discover_events(bounds)


@subscribe("profiles.touchpoint", name="profiles.person_names", batch=5_000)
def keep_names(bounds: Bounds, *, now: datetime) -> None:  # noqa: ARG001 -- names have no date
    """Keep the names by which people are searched."""
    rename_people(bounds)
