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


for _page in ("profile", "attributes", "identities"):
    example(f"profiles:{_page}")(_person)


def _message():
    from datetime import UTC, datetime

    from campaigns.content.models import Template
    from tests.campaigns.builders import make_customer, make_template, plan

    now = datetime.now(UTC)
    template = Template.objects.filter(name="Browser example").first() or make_template(
        "Browser example", topic="news"
    )
    return template, plan(make_customer(), template, due_at=now), now


@example("campaigns:template")
def _template():
    return {"key": _message()[0].key}


@example("campaigns:journey")
def _journey():
    from tests.campaigns.builders import entry, publish

    template, _, now = _message()
    start = entry({"kind": "touchpoint", "event": "Order Completed"}, next_="mail")
    send = {"id": "mail", "type": "send", "template": str(template.key), "next": "out"}
    journey = publish(start, send, {"id": "out", "type": "exit"}, now=now)
    return {"key": journey.key}


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
