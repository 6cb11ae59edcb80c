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
