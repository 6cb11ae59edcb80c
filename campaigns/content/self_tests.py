"""Sends a message to the staff member who writes it, and to nobody else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from campaigns.channels.models import Sender
from campaigns.channels.services import Route, choose_routes
from campaigns.content.models import SentTest, Template
from campaigns.content.previewing import Preview
from campaigns.content.rules.rendering import Refusal, Rendered
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.http.rate import Rate, take

log = structlog.get_logger()
MARK = "[Test] "
RATE = Rate(per_second=20 / 3600, burst=20)
SAID = {
    SendOutcome.ACCEPTED: "It is on its way to your own address.",
    SendOutcome.REFUSED: "The provider refused it. Look at the sender's settings.",
    SendOutcome.RETRY: "The provider cannot take it now. Try again later.",
    SendOutcome.UNCERTAIN: "The provider's answer is not known. Look at your mailbox first.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAddress:
    """Who tests, the address of their own account, and the key under which one test leaves once.

    `sender` names the sender it leaves by; `None` is the default one.
    """

    actor: str
    address: str
    key: UUID
    sender: UUID | None = None


def list_test_senders() -> list[tuple[UUID, str]]:
    """Return the senders by which a test may leave, with their names; the default one is first."""
    rows = Sender.objects.filter(channel=Channel.EMAIL.value).order_by("-is_default", "name")
    return list(rows.values_list("key", "name"))


def send_test(template: Template, shown: Preview, *, to: OwnAddress, now: datetime) -> SendOutcome:
    """Send what a preview shows to the tester; the same key sends once.

    It is no delivery: caps, metrics and touchpoints know nothing of it, and its links lead to
    their targets untracked. Call it outside of a transaction, so that a crash is seen afterwards.

    Raises:
        Conflict: not an e-mail, no address, no sender, too many tests, or words that would be
            held back.
        Invalid: no sender of e-mails has the key.
    """
    words, route = _check(template, shown, to=to, now=now)
    with transaction.atomic():
        made, is_new = SentTest.objects.get_or_create(
            key=to.key, defaults={"template": template, "sent_by": to.actor, "sent_at": now}
        )
        if not is_new:
            if (made.template_id, made.sent_by) != (template.pk, to.actor):
                raise Conflict("This key belongs to another test. Load the page again.")
            return SendOutcome(made.outcome)
        if wait := take(f"template-test:{to.actor}", rate=RATE, now=now):
            minutes = int(wait.total_seconds() // 60) + 1
            raise Conflict(f"You sent 20 tests in an hour. The next may leave in {minutes} min.")
        record(
            actor=to.actor, verb="tested", object_type="template", object_id=str(template.key),
            before=None, after={"test": str(to.key), "is_of_a_person": bool(shown.person)}, now=now,
        )  # fmt: skip
    outcome = _hand_over(words, route, to=to, now=now)
    SentTest.objects.filter(pk=made.pk).update(outcome=outcome)
    return outcome


def _check(
    template: Template, shown: Preview, *, to: OwnAddress, now: datetime
) -> tuple[Rendered, Route]:
    if template.channel != Channel.EMAIL:
        raise Conflict("Only e-mails can be tested: your account has no other address.")
    if not to.address:
        raise Conflict("Your account has no e-mail address to send a test to.")
    if isinstance(shown.words, Refusal):
        raise Conflict(f"This person would not get the message: {shown.words.reason}.")
    return shown.words, _choose_route(to.sender, now=now)


def _choose_route(key: UUID | None, *, now: datetime) -> Route:
    """Return the route of the chosen sender and of no other, else the one that messages take now."""
    if key is None:
        routes = choose_routes(Channel.EMAIL, None, now=now)
        if not routes:
            raise Conflict("No sender of e-mails works now. Look at Settings → Senders.")
        return routes[0]
    sender = Sender.objects.filter(channel=Channel.EMAIL.value, key=key).first()
    if sender is None:
        raise Invalid("sender", "There is no e-mail sender with this key.")
    routes = choose_routes(Channel.EMAIL, sender.pk, now=now) or []
    if not routes or routes[0].sender_id != sender.pk:
        raise Conflict(f"“{sender.name}” is paused or left alone for a while. Choose another one.")
    return routes[0]


def _hand_over(words: Rendered, route: Route, *, to: OwnAddress, now: datetime) -> SendOutcome:
    message = OutgoingMessage(
        key=to.key,
        channel=Channel.EMAIL,
        address=to.address,
        subject=f"{MARK}{words.subject}",
        text=words.text,
        html=words.html,
        from_address=route.from_address,
        from_name=route.from_name,
        reply_to=route.reply_to,
        values=words.fields,
    )
    try:
        [result] = route.provider.send([message], config=route.config, now=now)
    except Exception as error:  # noqa: BLE001 (it may have left, so nothing is repeated)
        # Without the traceback: it may hold addresses.
        log.error(  # noqa: TRY400
            "templates.provider_broke", kind=route.provider.kind, error=type(error).__name__
        )
        return SendOutcome.UNCERTAIN
    return result.outcome
