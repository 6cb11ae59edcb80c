"""Valid programs, advocates, friends and orders for the tests of referrals."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import connection

from kernel.ids import new_key
from kernel.testing.facts import drain_facts
from profiles.contracts import CustomerId, IdentityRef
from profiles.facade import identify_customer
from referrals.abuse.services import mailbox_print
from referrals.graph.queries import NewReferral, start_referral
from referrals.models import Advocate, Grant, Program, Referral
from referrals.programs.rules import Terms
from referrals.programs.services import create_program, join_program, publish_terms
from tests.profiles.collecting import Sender

NOW = datetime.now(UTC).replace(microsecond=0)
BOTH = {"advocate_reward": {"amount": "20"}, "friend_reward": {"amount": "10"}}
_numbers = count(1)


def live_program(name="Bring a friend", **terms) -> Program:
    program = create_program(name, actor="command:test", now=NOW)
    publish_terms(
        program.pk,
        Terms.model_validate({"hold_seconds": 86_400, **BOTH, **terms}),
        actor="command:test",
        now=NOW,
    )
    program.refresh_from_db()
    return program


def person(user_id: str, **traits) -> CustomerId:
    identity = IdentityRef(kind="user_id", value=user_id)
    return identify_customer(
        identity, traits={"email": f"{user_id}@example.com", **traits}, now=NOW
    )


def advocate(program: Program, user_id: str) -> Advocate:
    join_program(program.pk, [person(user_id)], now=NOW)
    return Advocate.objects.get(program=program, customer_id=person(user_id))


def refer(program: Program, who: Advocate, user_id: str, *, at: datetime) -> Referral:
    """Start a referral at a moment in the past, as a sign-up at that moment would have."""
    version = program.live_version
    friend_id = person(user_id)
    referral_id = start_referral(
        NewReferral(
            key=new_key(now=at),
            program_id=program.pk,
            program_version_id=version.pk,
            advocate_id=who.pk,
            friend_id=friend_id,
            friend_print=mailbox_print(f"{user_id}@example.com"),
            method="link",
            window_ends_at=at + timedelta(days=version.read_terms.attribution_days),
        ),
        now=at,
    )
    assert referral_id is not None
    return Referral.objects.get(pk=referral_id)


@dataclass
class Shop:
    """Sends orders and refunds through the collection API and settles every reader."""

    sender: Sender
    now: datetime = field(default=NOW)

    def order(self, user_id, *, revenue=30, at=NOW, order_id="o-1", **options) -> None:
        self.event("Order Completed", user_id, at=at, order_id=order_id, revenue=revenue, **options)

    def refund(self, user_id, *, at=NOW, order_id="o-1", **properties) -> None:
        self.event("Order Refunded", user_id, at=at, order_id=order_id, **properties)

    def event(self, name, user_id, *, at, message_id=None, settle=True, **properties) -> None:
        self.sender.deliver(
            {
                "type": "track",
                "event": name,
                "userId": user_id,
                "messageId": message_id or f"m-{next(_numbers)}",
                "timestamp": at.isoformat(),
                "properties": {
                    key: value for key, value in properties.items() if value is not None
                },
            }
        )
        if settle:
            drain_facts(self.now)


def grants() -> list[tuple[str, str, str]]:
    """Return side, amount and state of every grant."""
    rows = Grant.objects.order_by("referral_id", "rule").values_list("rule", "amount", "status")
    return [(rule, str(amount), status) for rule, amount, status in rows]


def check_constraints() -> None:
    """Make the database check now what it would check at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
