"""Double opt-in: a question that only the owner of the address can answer, by a link sent there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kernel import tokens
from kernel.errors import Invalid, NotFound
from kernel.events import Bounds, publish
from kernel.ids import new_key
from profiles.consent import preference_queries as queries
from profiles.consent.models import OptIn
from profiles.consent.preference_queries import Question
from profiles.consent.queries import Statement
from profiles.consent.services import record_statement
from profiles.contracts import CustomerId

SCOPE = "opt_in"
VALID_DAYS = 7
ASKED = "profiles.opt_in_asked"


def ask(question: Question, *, now: datetime) -> UUID | None:
    """Store a question and publish it; None when it is open already or consent is given.

    A journey that starts from `profiles.opt_in_asked` sends the link, as `{{ consent.confirm_link }}`.

    Raises:
        Invalid: no channel.
    """
    if not question.channel:
        raise Invalid("channel", "Say for which channel consent is asked.")
    expires_at = now + timedelta(days=VALID_DAYS)
    with transaction.atomic():
        key = queries.ask_opt_in(question, key=new_key(now=now), now=now, expires_at=expires_at)
        if key is None:
            return None
        publish(
            ASKED,
            subject=f"customer:{question.customer_id}",
            payload={"channel": question.channel, "topic": question.topic},
            key=f"{ASKED}:{key}:{now.timestamp()}",
            now=now,
        )
    return key


def ask_by_events(bounds: Bounds, *, now: datetime) -> int:
    """Ask those whose client sent “Consent Updated” with the state “requested”."""
    asked = queries.list_asked_by_event(bounds)
    for one in asked:
        question = Question(
            customer_id=one.customer_id, channel=one.channel, topic=one.topic, address=one.address,
            source="event", text_version=one.text_version,
        )  # fmt: skip
        ask(question, now=now)
    return len(asked)


def confirm_links(customer_ids: Sequence[CustomerId], *, now: datetime) -> dict[CustomerId, str]:
    """Return the link to the newest open question of each person who has one."""
    return {
        CustomerId(one.customer_id): _link(one.key, expires_at=one.expires_at)
        for one in queries.list_newest_opt_ins(customer_ids, now=now)
    }


def find_question(token: str, *, now: datetime) -> OptIn:
    """Return the question of a link.

    Raises:
        Forbidden: the link is incomplete, changed, or too old.
        NotFound: the person was erased.
    """
    key = tokens.open_token(SCOPE, token, now=now)["o"]
    question = OptIn.objects.filter(key=key).first()
    if question is None:
        raise NotFound("This question no longer exists.")
    return question


def confirm(question: OptIn, *, now: datetime) -> None:
    """Record the consent that was asked for. Confirming twice changes nothing."""
    with transaction.atomic():
        locked = OptIn.objects.select_for_update().get(pk=question.pk)
        if locked.confirmed_at:
            return
        locked.confirmed_at = now
        locked.save(update_fields=["confirmed_at"])
        record_statement(
            Statement(
                customer_id=locked.customer_id, channel=locked.channel, topic=locked.topic,
                state="granted", address=locked.address, source="double_opt_in",
                text_version=locked.text_version,
                proof={
                    "question": str(locked.key), "asked_at": locked.asked_at.isoformat(),
                    "asked_by": locked.source,
                },
                at=now,
            )
        )  # fmt: skip


def _link(key: UUID, *, expires_at: datetime) -> str:
    token = tokens.sign(SCOPE, {"o": str(key)}, expires_at=expires_at)
    return settings.PUBLIC_URL + reverse("profiles:confirm", kwargs={"token": token})
