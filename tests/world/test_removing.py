"""Removing the people of the demo, and nobody else."""

from datetime import UTC, datetime

from django.core.management import call_command

from profiles.contracts import IdentityRef
from profiles.facade import collect_events, find_customer, find_import_key, identify_customer
from profiles.models import Customer, Source
from profiles.touchpoints.services.draining import drain_inbox

NOW = datetime.now(UTC)


def demo(source: str, *messages: dict[str, object]) -> None:
    find_import_key(source, now=NOW)
    collect_events(Source.objects.get(name=source).id, messages, now=NOW)
    drain_inbox(now=NOW)


def identify(user: str, **traits: str) -> dict[str, object]:
    return {"type": "identify", "userId": user, "traits": traits}


def seen(user: str) -> dict[str, object]:
    return {"type": "track", "event": "Seen", "userId": user}


def found(user: str) -> object:
    return find_customer(IdentityRef(kind="user_id", value=user))


def test_of_people_whom_only_our_own_forms_know_those_with_example_addresses_go(db):
    for address in ("friend@fernway.example", "real@customer.com"):
        identify_customer(IdentityRef(kind="email", value=address), traits={}, now=NOW)
    call_command("remove_demo_data")
    left = [find_customer(IdentityRef(kind="email", value=address)) is not None
            for address in ("friend@fernway.example", "real@customer.com")]  # fmt: skip
    assert left == [False, True]


def test_only_people_whom_nobody_but_the_demo_has_named_are_erased(sender, capsys):
    demo("Fernway", identify("demo", name="Dee"), seen("both"), identify("touched", name="T"))
    demo("CDNOW", seen("music"), seen("demo"))
    sender.deliver(identify("real", name="Rea"), seen("both"), seen("touched"))
    before = {user: found(user) for user in ("real", "both", "touched")}
    call_command("remove_demo_data")
    assert "2 people of the demo were erased" in capsys.readouterr().out
    assert (found("demo"), found("music")) == (None, None)
    assert {user: found(user) for user in before} == before
    assert None not in before.values()
    call_command("remove_demo_data")
    assert "0 people" in capsys.readouterr().out
    assert Customer.objects.filter(erased_at=None).count() == 3
