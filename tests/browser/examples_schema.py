"""Examples of the pages of events and sources: a planned event, a touchpoint of it, a source."""

from datetime import UTC, datetime

from kernel.events import run_subscriber
from profiles.clients.services import issue_client_key
from profiles.models import Source, Touchpoint
from profiles.schema.rules import PlannedProperty
from profiles.schema.services.planning import EventPlan, plan_event
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.recording import collect_events
from profiles.touchpoints.services.sources import create_source
from profiles.touchpoints.services.storing import system_source_id
from tests.browser.examples import example


def _bought():
    now = datetime.now(UTC)
    price = PlannedProperty("price", "number", is_required=True)
    plan = EventPlan(owner="Shop", properties={"price": price})
    event_id = plan_event("Example Bought", plan, actor="user:1", now=now)
    message = {
        "type": "track", "event": "Example Bought", "userId": "browser-1", "messageId": "example-bought",
        "properties": {"price": "free", "size": "m"},
    }  # fmt: skip
    collect_events(system_source_id(now=now), [message], now=now)
    drain_inbox(now=now)
    while run_subscriber("profiles.schema_discovery", now=now):
        pass
    return event_id


@example("profiles:schema_event")
def _event():
    return {"event_id": _bought()}


@example("profiles:debug")
def _touchpoint():
    shown = Touchpoint.objects.extra(select={"xid": "xid::text"}).filter(event_id=_bought())
    newest = shown.order_by("-id")[0]
    return {"xid": int(newest.xid), "touchpoint_id": newest.id}


@example("profiles:source_settings")
@example("profiles:source_connect")
def _source():
    now = datetime.now(UTC)
    source = Source.objects.filter(name="Browser shop").first()
    if source is None:
        source, _ = create_source("Browser shop", now=now)
        issue_client_key(source, actor="user:1", now=now)
    return {"key": source.key}
