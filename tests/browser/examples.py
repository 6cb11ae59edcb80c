"""An example for every page whose address has arguments.

A page without one fails its browser test. Each example makes what the page shows, by the services
of its slice, and returns the arguments of the address. It runs once, before the first page.
"""

from collections.abc import Callable

EXAMPLES: dict[str, Callable[[], dict[str, object]]] = {}


def example(name):
    """Register the example of the route `name`, such as `profiles:detail`."""

    def add(make):
        if name in EXAMPLES:
            raise ValueError(f"{name} has an example already.")
        EXAMPLES[name] = make
        return make

    return add


def _periodic_task():
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    every, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    task, _ = PeriodicTask.objects.get_or_create(
        name="an example", defaults={"task": "kernel.example", "interval": every}
    )
    return {"object_id": task.pk}


for _page in ("change", "delete", "history"):
    example(f"admin:django_celery_beat_periodictask_{_page}")(_periodic_task)


@example("admin:app_list")
def _app():
    return {"app_label": "django_celery_beat"}


@example("account_reset_password_from_key")
def _used_up_key():
    return {"uidb36": "1", "key": "set-password"}


def _person():
    from datetime import UTC, datetime

    from profiles.contracts import IdentityRef
    from profiles.facade import get_customers, identify_customer

    now = datetime.now(UTC)
    ada = IdentityRef(kind="email", value="ada@example.com")
    customer_id = identify_customer(ada, traits={"name": "Ada Lovelace"}, now=now)
    return {"key": get_customers([customer_id])[customer_id].key}


for _page in ("profile", "attributes", "identities", "person_consent", "past", "merge", "erase"):
    example(f"profiles:{_page}")(_person)


@example("profiles:consent_topic")
def _topic():
    from datetime import UTC, datetime

    from profiles.consent.topics import create_topic

    words = {"name": "News", "description": "What is new"}
    create_topic("browser-news", **words, actor="command:test", now=datetime.now(UTC))
    return {"key": "browser-news"}


@example("profiles:preferences")
def _preferences():
    from datetime import UTC, datetime

    from profiles.consent.preferences import preferences_link

    now, [customer_id] = datetime.now(UTC), _ids()
    return {"token": preferences_link(customer_id, now=now).split("/")[-2]}


def _ids():
    from profiles.contracts import IdentityRef
    from profiles.facade import find_customer

    _person()
    ada = find_customer(IdentityRef(kind="email", value="ada@example.com"))
    return [ada.id]


@example("profiles:confirm")
def _question():
    from datetime import UTC, datetime

    from profiles.consent.opt_ins import ask, confirm_links
    from profiles.consent.preference_queries import Question

    now, [customer_id] = datetime.now(UTC), _ids()
    ask(Question(customer_id=customer_id, channel="email", source="example"), now=now)
    return {"token": confirm_links([customer_id], now=now)[customer_id].split("/")[-2]}


@example("profiles:account")
def _account():
    from datetime import UTC, datetime

    from profiles.models import Account, AccountMember, Customer

    now = datetime.now(UTC)
    person = Customer.objects.get(key=_person()["key"])
    account, _ = Account.objects.get_or_create(
        external_id="acme",
        defaults={
            "key": "018f0000-0000-7000-8000-000000000001", "traits": {"name": "Acme", "seats": 5},
            "first_seen_at": now, "last_seen_at": now,
        },
    )  # fmt: skip
    AccountMember.objects.get_or_create(
        account=account, recorded_for=person.id,
        defaults={"customer": person, "since": now, "last_seen_at": now, "created_at": now},
    )  # fmt: skip
    return {"key": account.key}


def _message():
    from datetime import UTC, datetime

    from campaigns.content.models import Template
    from tests.campaigns.builders import make_customer, make_template, plan

    now = datetime.now(UTC)
    template = Template.objects.filter(name="Browser example").first() or make_template(
        "Browser example", topic="news"
    )
    return template, plan(make_customer(), template, due_at=now), now


def _upload():
    from tests.profiles.imports.uploading import column, people, send

    mapping = people(column("id", "user_id"), column("email", "email"))
    upload = send("id,email\nx1,x1@example.com\nx2,nobody\n", mapping)
    return {"key": upload.key}


for _page in ("upload", "upload-mapping", "upload-problems"):
    example(f"profiles:{_page}")(_upload)


def _pull():
    from datetime import UTC, datetime

    from kernel.ids import new_key
    from profiles.imports.models import Pull
    from profiles.imports.services.uploads import find_source
    from tests.profiles.imports.uploading import column, people

    now = datetime.now(UTC)
    made, _ = Pull.objects.get_or_create(
        name="Browser example",
        defaults={
            "key": new_key(now=now), "source": find_source("Pulls", now=now), "kind": "people",
            "place": "postgresql://db.example.com/shop", "query": "SELECT id FROM customers",
            "mapping": {**people(column("id", "user_id")), "version": 1}, "every_minutes": 60,
        },
    )  # fmt: skip
    return {"key": made.key}


for _page in ("pull", "pull-mapping"):
    example(f"profiles:{_page}")(_pull)


@example("campaigns:template")
def _template():
    return {"key": _message()[0].key}


def _written():
    from datetime import UTC, datetime

    from campaigns.content.editing import open_draft

    template = _message()[0]
    open_draft(template, actor="user:1", now=datetime.now(UTC))
    return {"key": template.key}


for _page in ("edit", "values", "versions"):
    example(f"campaigns:template-{_page}")(_written)


@example("profiles:tab")
def _messages_tab():
    return {"key": _message()[1].customer.key, "slug": "messages"}


@example("campaigns:message")
def _one_message():
    _, delivery, _ = _message()
    type(delivery).objects.filter(pk=delivery.pk).update(wording={"first_name": "Ada"})
    return {"key": delivery.key}


@example("campaigns:message-settle")
def _unknown():
    _, delivery, _ = _message()
    type(delivery).objects.filter(pk=delivery.pk).update(status="unknown")
    return {"key": delivery.key}


@example("campaigns:message-repeat")
def _failed():
    _, delivery, _ = _message()
    type(delivery).objects.filter(pk=delivery.pk).update(status="failed", reason="http_400")
    return {"key": delivery.key}


@example("campaigns:journey")
def _journey():
    from tests.campaigns.builders import entry, publish

    template, _, now = _message()
    start = entry({"kind": "touchpoint", "event": "Order Completed"}, next_="mail")
    send = {"id": "mail", "type": "send", "template": str(template.key), "next": "out"}
    journey = publish(start, send, {"id": "out", "type": "exit"}, now=now)
    return {"key": journey.key}


@example("campaigns:sender-edit")
def _sender():
    from datetime import UTC, datetime

    from campaigns.channels.models import Sender
    from campaigns.channels.services import create_sender
    from campaigns.contracts import Channel, SenderDraft
    from kernel.ids import new_key

    now = datetime.now(UTC)
    found = Sender.objects.filter(name="Texts of the example").first()
    if found is None:
        config = {"account_sid": "AC1", "auth_token": "none"}
        draft = SenderDraft(
            name="Texts of the example", channel=Channel.SMS, kind="twilio", config=config
        )
        found = create_sender(draft, key=new_key(now=now), actor="user:1", now=now)
    return {"key": found.key}


@example("campaigns:sender-add")
def _new_sender():
    return {"channel": "push", "kind": "fcm"}


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


def _token(scope, text=""):
    from datetime import timedelta

    from django.conf import settings

    from campaigns.content.rules.tokens import sign_token
    from campaigns.deliveries.links import signing_key

    _, delivery, now = _message()
    key, until = signing_key(settings.SECRET_KEY), now + timedelta(days=1)
    return {"token": sign_token(key, scope, delivery_id=delivery.pk, expires_at=until, text=text)}


@example("campaigns_public:open")
def _open():
    from campaigns.content.rules.tokens import Scope

    return _token(Scope.OPEN)


@example("campaigns_public:click")
def _click():
    from campaigns.content.rules.tokens import Scope

    return _token(Scope.CLICK, "http://127.0.0.1:1/")


@example("campaigns_public:unsubscribe")
def _unsubscribe():
    from campaigns.content.rules.tokens import Scope

    return _token(Scope.UNSUBSCRIBE)


def _colleague():
    from datetime import UTC, datetime

    from kernel.access.models import User
    from kernel.access.roles import Role
    from kernel.access.staff import create_staff

    email = "a.colleague.with.a.long.address@subsidiary.example.com"
    found = User.objects.filter(email=email).first()
    return found or create_staff(
        email=email, role=Role.EDITOR, actor="user:1", now=datetime.now(UTC)
    )


for _page in ("staff_detail", "staff_role"):
    example(f"accounts:{_page}")(lambda: {"user_id": _colleague().pk})


@example("accounts:staff_action")
def _staff_action():
    return {"user_id": _colleague().pk, "name": "deactivate"}


def _api_key():
    from datetime import UTC, datetime

    from kernel.access.api_keys import issue_api_key
    from kernel.access.roles import Role

    issued = issue_api_key(name="Shop", role=Role.EDITOR, actor="user:1", now=datetime.now(UTC))
    return {"prefix": issued.row.prefix}


for _page in ("key_rotate", "key_revoke"):
    example(f"accounts:{_page}")(_api_key)


@example("operations:replay")
def _parked_fact():
    from datetime import UTC, datetime

    from kernel.events.models import Parked

    row, _ = Parked.objects.get_or_create(
        subscriber="campaigns.event_entry", fact_xid="5", fact_id=12,
        defaults={
            "source": "kernel.event", "error": "ValueError: the price is missing",
            "parked_at": datetime.now(UTC),
        },
    )  # fmt: skip
    return {"parked_id": row.pk}


@example("operations:choose_retention")
def _retained_log():
    return {"log": "profiles.touchpoint"}


@example("mailbox:mail")
def _mail():
    import mailbox

    from mcps_site.runtime import places
    from mcps_site.runtime.mailbox import list_mails

    if not list_mails(limit=1):
        lines = ["From: shop@shop.example", "To: ada@example.com", "Subject: Hello", "", "Hi Ada"]
        mailbox.Maildir(places.mailbox_dir(), factory=None, create=True).add("\n".join(lines))
    return {"key": list_mails(limit=1)[0].key}


# Apps with many pages keep their examples beside this file.
from tests.browser import (  # noqa: E402, F401
    examples_analytics,
    examples_broadcasts,
    examples_computed,
    examples_content,
    examples_referrals,
    examples_schema,
    examples_sources,
)


def _segment():
    from datetime import UTC, datetime

    from profiles import facade
    from profiles.models import Segment

    now = datetime.now(UTC)
    test = {"type": "presence", "operator": "present"}
    rule = {"root": {"rules": [{"kind": "trait", "key": "name", "test": test}]}}
    found = Segment.objects.filter(name="People with a name").first()
    if found is None:
        found = facade.create_segment("People with a name", rule=rule, now=now)
        facade.publish_segment(found.id, now=now)
    return {"key": found.key}


for _page in ("segment", "segment-edit", "segment-check", "segment-export"):
    example(f"profiles:{_page}")(_segment)
for _page in ("segment-duplicate", "segment-archive", "segment-verify"):
    example(f"profiles:{_page}")(_segment)


@example("profiles:merge_undo")
def _merge():
    return {**_person(), "merge_id": 1}


def _webhook():
    from profiles.webhooks.models import Webhook
    from tests.profiles.webhooks.providing import SIMPLE, make_provider, sign_nothing

    if not Webhook.objects.filter(source__name="browser").exists():
        provider = make_provider("browser", SIMPLE, {"scheme": "none"}, sign_nothing)
        provider.deliver({"who": "u1", "what": "Tour Booked", "id": 1, "total": "59.90"})
        provider.deliver({"who": "u1", "what": "Tour Booked", "id": 2, "total": "much"})
        provider.client.close()
    return {"key": Webhook.objects.select_related("source").get(source__name="browser").source.key}


for _page in ("webhook", "webhook-mapping", "webhook-signature"):
    example(f"profiles:{_page}")(_webhook)


@example("profiles:webhook-new")
def _ready():
    return {"ready": "shopify"}
