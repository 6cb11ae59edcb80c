"""Examples of the pages of journeys."""

from tests.browser.examples import example
from tests.browser.examples_messages import make_message


@example("campaigns:journey")
def _journey():
    from tests.campaigns.builders import entry, publish

    template, _, now = make_message()
    start = entry({"kind": "touchpoint", "event": "Order Completed"}, next_="mail")
    send = {"id": "mail", "type": "send", "template": str(template.key), "next": "out"}
    journey = publish(start, send, {"id": "out", "type": "exit"}, now=now)
    return {"key": journey.key}


def _drafted():
    from datetime import UTC, datetime

    from campaigns.journeys.models import Journey
    from campaigns.journeys.services.drafting import open_draft

    key = _journey()["key"]
    open_draft(Journey.objects.get(key=key), actor="user:1", now=datetime.now(UTC))
    return {"key": key}


for _page in ("build", "edit", "publish", "discard", "people", "stop", "versions", "export"):
    example(f"campaigns:journey-{_page}")(_drafted)

for _page in (
    "try",
    "dry-runs",
    "specs",
    "spec-new",
    "left",
    "results",
    "refused",
    "errors",
    "error",
    "tags",
):
    example(f"campaigns:journey-{_page}")(_drafted)


@example("campaigns:journey-spec")
def _spec():
    from datetime import UTC, datetime

    from campaigns.journeys.models import Journey
    from campaigns.journeys.rules.specs import SpecDocument, read_then
    from campaigns.journeys.services.specifying import save_spec

    journey = Journey.objects.get(key=_drafted()["key"])
    document = SpecDocument(traits={"email": "a@example.com"}, then=read_then("ends out"))
    now = datetime.now(UTC)
    spec = save_spec(journey, None, name="Ends", document=document, actor="user:1", now=now)
    return {"key": journey.key, "spec": spec.key}


@example("campaigns:journey-dry-run")
def _dry_run():
    from datetime import UTC, datetime

    from campaigns.journeys.models import Journey
    from campaigns.journeys.services.dry_run_queue import ask_dry_run, work_next

    now = datetime.now(UTC)
    journey = Journey.objects.get(key=_journey()["key"])
    parts = {"Draft": journey.live_version.definition}
    run = ask_dry_run(journey, parts, days=1, with_imports=False, actor="user:1", now=now)
    work_next(now=now)
    return {"key": journey.key, "run": run.key}


@example("campaigns:journey-standing")
def _standing():
    return {**_journey(), "node": "mail"}


@example("campaigns:journey-rule")
def _ruled():
    from datetime import UTC, datetime

    from campaigns.journeys.models import Journey
    from campaigns.journeys.rules.documents import insert_node
    from campaigns.journeys.rules.words import blank_node
    from campaigns.journeys.services.drafting import edit_draft, open_draft

    now = datetime.now(UTC)
    draft = open_draft(Journey.objects.get(key=_journey()["key"]), actor="user:1", now=now)
    edit_draft(
        draft,
        lambda shown: insert_node(shown, blank_node("condition"), source="entry", slot="next"),
        label="Add",
        actor="user:1",
        now=now,
    )
    return {"key": draft.journey.key, "node": "condition"}


@example("campaigns:journey-run")
def _run():
    from datetime import UTC, datetime

    from campaigns.journeys.models import Enrollment, Journey
    from campaigns.journeys.queries import Entrant, enter
    from campaigns.journeys.services.advance import advance_all
    from tests.campaigns.builders import make_customer

    now = datetime.now(UTC)
    key = _journey()["key"]
    trigger = Journey.objects.get(key=key).live_version.triggers.get()
    person = make_customer()
    enter([Entrant(trigger_id=trigger.pk, customer_id=person.pk, cause_id=1, ctx=None)], now=now)
    advance_all(now=now)
    return {"key": key, "enrollment": Enrollment.objects.get(customer=person).pk}
