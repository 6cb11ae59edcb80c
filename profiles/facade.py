"""The calls other apps may make: contracts in, contracts out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.errors import Conflict
from profiles.accounts import trait_selectors as accounts
from profiles.accounts import trait_services as account_traits
from profiles.accounts.trait_queries import Unknown
from profiles.computed.selectors import reading as computed
from profiles.computed.services import defining as computing
from profiles.consent import opt_ins, preferences, topics
from profiles.consent import services as consent
from profiles.consent.queries import Statement
from profiles.contracts import (
    CustomerId,
    CustomerSummary,
    IdentityRef,
    RuleForm,
    SegmentId,
    SegmentSummary,
    SystemTouchpoint,
)
from profiles.customers import selectors as customers
from profiles.customers import services as erasing
from profiles.exports.models import Export
from profiles.exports.services import asking
from profiles.imports.services import at_once
from profiles.retention import services as retention
from profiles.retention.models import RetentionRule
from profiles.schema.rules import PlannedProperty
from profiles.schema.selectors import find_plan
from profiles.schema.services import planning
from profiles.segments.forms import embedding
from profiles.segments.selectors import summaries as segments
from profiles.segments.services import listing, publishing
from profiles.touchpoints.services import importing, recording
from profiles.webhooks.services import own as webhooks


def record_touchpoints(items: Sequence[SystemTouchpoint], *, now: datetime) -> int:
    """Record facts on people's timelines and return how many were new.

    In the caller's transaction and in sets; a key that was recorded before is left out. People
    who were merged meanwhile get theirs under the winner.
    """
    return recording.record_touchpoints(items, now=now)


def find_import_key(source: str, *, now: datetime) -> str:
    """Return the write key of an import source, which is created where it is missing.

    The key follows from the installation's secret key: it is the same at every call.
    """
    return importing.find_import_key(source, now=now)


def collect_events(source_id: int, messages: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Take in messages in the Segment form, as the collection API does; they are stored soon.

    In the caller's transaction. At most 2,500 messages of 32 KB.

    Raises:
        Invalid: a message is too large.
    """
    recording.collect_events(source_id, messages, now=now)


def find_webhook(name: str, *, ready: str, actor: str, now: datetime) -> int:
    """Return the webhook source of this name; where it is missing, make it of a ready mapping.

    Raises:
        NotFound: there is no such ready mapping.
    """
    return webhooks.find_webhook(name, ready=ready, actor=actor, now=now)


def take_webhook(
    source_id: int,
    body: Mapping[str, Any],
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Take in a request of our own as the address of the source does; it is stored soon.

    In the caller's transaction, and without a signature.
    """
    webhooks.take_webhook(source_id, body, headers=headers or {}, now=now)


def import_file(
    name: str, body: bytes, *, mapping: Mapping[str, Any], source: str, actor: str, now: datetime
) -> None:
    """Take in a small file as an upload that was mapped, checked and started at once.

    When the inbox is full it goes on in the background.

    Raises:
        Conflict: the source has an upload of this very content, or no row can be used.
        Invalid: the file or the mapping cannot be used.
    """
    at_once.import_file(name, body, mapping=mapping, source=source, actor=actor, now=now)


def identify_customer(
    identity: IdentityRef, *, traits: Mapping[str, Any], now: datetime
) -> CustomerId:
    """Find or create the person behind an identifier, now, and set traits.

    In the caller's transaction. An `identify` touchpoint is recorded; `email` and `phone` among
    the traits become identifiers too.

    Raises:
        Invalid: the identifier names nobody, for example an e-mail address without “@”, or
            somebody who was erased.
    """
    return recording.identify_customer(identity, traits=traits, now=now)


def set_traits(changes: Mapping[CustomerId, Mapping[str, Any]], *, now: datetime) -> None:
    """Set traits of people, null removes one; each person's are a touchpoint of “Staff and journeys”.

    In the caller's transaction and in sets. `email` and `phone` are not for this: they tell people
    apart. It does not count as having been seen.
    """
    recording.set_traits_of(changes, now=now)


def find_customer(identity: IdentityRef) -> CustomerSummary | None:
    """Return the person behind an identifier, or `None`."""
    return customers.find_customer(identity)


def get_customers(ids: Iterable[CustomerId]) -> dict[CustomerId, CustomerSummary]:
    """Return people by id, in one statement; unknown and erased ones are absent.

    Somebody who was merged answers with the person who took over.
    """
    return customers.get_customers(ids)


def erase_known_only_by(sources: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
    """Erase everybody whom only the sources of these names have ever named; return how many.

    What this product recorded itself does not count, except for people whom it alone knows: of
    them only those go whose address ends in “.example”, which nobody real can have. In batches of one transaction each; everybody else stays as they are. It cannot be undone.

    Raises:
        Invalid: there is no reason.
    """
    return erasing.erase_known_only_by(sources, actor=actor, reason=reason, now=now)


def record_consent(  # noqa: PLR0913 - the parts of a proof
    customer_id: CustomerId,
    *,
    channel: str,
    state: str,
    source: str,
    now: datetime,
    topic: str = "",
    address: str = "",
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> int:
    """Record what a person said about a channel and topic; return the id of the ledger entry.

    In the caller's transaction. `state` is granted, withdrawn or never. An empty topic speaks for
    the whole channel, an empty address for every address on it. Whether somebody may be contacted
    is asked in SQL: `profiles_may_contact(customer_id, channel, topic, address)`.

    Raises:
        Invalid: an unknown state, or no channel or source.
    """
    return consent.record_statement(
        Statement(
            customer_id=customer_id,
            channel=channel,
            topic=topic,
            state=state,
            address=address,
            source=source,
            text_version=text_version,
            proof=dict(proof or {}),
            at=now,
        )
    )


def create_topic(key: str, *, name: str, description: str, actor: str, now: datetime) -> None:
    """Add a topic to the preference center.

    Raises:
        Conflict: the key is taken.
    """
    topics.create_topic(key, name=name, description=description, actor=actor, now=now)


def list_consent_links(
    customer_ids: Sequence[CustomerId], *, now: datetime
) -> dict[CustomerId, dict[str, str]]:
    """Return the links about consent of each person: `preferences_link`, and `confirm_link` for
    those who were asked to confirm and did not answer yet. One statement for all.
    """
    confirming = opt_ins.confirm_links(customer_ids, now=now)
    return {
        customer_id: {
            "preferences_link": preferences.preferences_link(customer_id, now=now),
            **({"confirm_link": confirming[customer_id]} if customer_id in confirming else {}),
        }
        for customer_id in customer_ids
    }


def suppress_address(channel: str, address: str, *, reason: str, now: datetime) -> bool:
    """Put an address on the suppression list; False when it was there already."""
    return consent.suppress_address(channel, address, reason=reason, now=now)


def release_address(channel: str, address: str, *, source: str, now: datetime) -> bool:
    """Take an address off the suppression list; False when it was not on it."""
    return consent.release_address(channel, address, source=source, now=now)


def create_segment(
    name: str, *, rule: Mapping[str, Any], now: datetime, description: str = ""
) -> SegmentSummary:
    """Create a segment as a draft; nobody is in it until it is published.

    Raises:
        Conflict: the name is taken.
        Invalid: the rule cannot be used; the field is the path of the first error.
    """
    made = publishing.create_segment(name=name, rule=rule, description=description, now=now)
    return segments.summarize(made)


def publish_segment(
    segment_id: SegmentId,
    *,
    now: datetime,
    backfill: bool = True,
    may_start_journeys: bool = False,
) -> SegmentSummary:
    """Make the draft of a segment the rule that counts, and build its members.

    One statement over all people. Entries of this build start journeys only if asked to. Without
    `backfill` those who match now stay out until they newly come to match.

    Raises:
        Conflict: there is no draft.
        Invalid: segments would refer to each other in a circle.
    """
    publishing.publish_segment(
        segment_id, backfill=backfill, may_start_journeys=may_start_journeys, now=now
    )
    return segments.get_segment(segment_id)


def list_segments() -> list[SegmentSummary]:
    """List the segments in use, by name."""
    return segments.list_segments()


def evaluate_rule(
    rule: Mapping[str, Any], customer_ids: Sequence[CustomerId], *, now: datetime
) -> set[CustomerId]:
    """Return which of some people match a rule at this moment; index probes per person.

    Raises:
        Invalid: the rule cannot be used; the field is the path of the first error.
    """
    return segments.evaluate_rule(rule, customer_ids, now=now)


def list_computed_traits() -> dict[str, str]:
    """Return the names of the computed traits in use, by slug."""
    return {trait.slug: trait.name for trait in computed.list_live()}


def get_computed_values(customer_ids: Iterable[CustomerId]) -> dict[CustomerId, dict[str, Any]]:
    """Return the computed values of people by slug; a count of nothing is 0. Two statements."""
    return computed.values_for_messages(customer_ids)


def list_account_traits() -> dict[str, str]:
    """Return the names of what is known about accounts, by slug."""
    return {trait.slug: trait.name for trait in accounts.list_account_traits()}


def name_account_traits(types: Mapping[str, str], *, now: datetime) -> None:
    """Let rules name traits of accounts, by type, before the first group call that has them."""
    account_traits.learn_traits([Unknown(*one) for one in sorted(types.items())], now=now)


def get_account_values(customer_ids: Iterable[CustomerId]) -> dict[CustomerId, dict[str, Any]]:
    """Return what is known about the accounts of people, by slug. One statement."""
    return accounts.values_for_messages(customer_ids)


def create_computed_trait(
    name: str, *, slug: str, definition: Mapping[str, Any], now: datetime, description: str = ""
) -> None:
    """Create a computed trait and compute it for everybody. One statement over its touchpoints.

    Raises:
        Conflict: name or slug is taken.
        Invalid: the definition cannot be used; the field is the path of the first error.
    """
    draft = computing.TraitDraft(
        name=name, slug=slug, definition=definition, description=description
    )
    computing.create_trait(draft, now=now)


def create_rfm_scores(event: str, *, now: datetime) -> None:
    """Create the RFM scores over one event; those that exist stay."""
    computing.create_rfm(event, now=now)


def archive_segment(segment_id: SegmentId, *, now: datetime) -> None:
    """Take a segment out of use: everybody leaves, its history stays.

    Raises:
        Conflict: something uses it; the message names what.
    """
    publishing.archive_segment(segment_id, now=now)


def open_rule(document: Mapping[str, Any] | None) -> RuleForm:
    """Show a rule tree in the rule builder, or a first condition where there is none yet."""
    return embedding.open_rule(document)


def submit_rule(fields: Mapping[str, str]) -> RuleForm:
    """Read a posted rule builder, apply the step it asked for, and show what came of it."""
    return embedding.submit_rule(fields)


def plan_event(
    name: str,
    *,
    description: str,
    owner: str,
    properties: Iterable[tuple[str, str, bool]],
    actor: str,
    now: datetime,
) -> None:
    """Put an event into the tracking plan; `properties` are name, type and whether required.

    Raises:
        Conflict: the event is planned already; its plan stays as it is.
        Invalid: the name or a property cannot be used.
    """
    if find_plan(name) is not None:
        raise Conflict(f"“{name}” is planned already.")
    planned = {each[0]: PlannedProperty(*each) for each in properties}
    plan = planning.EventPlan(description=description, owner=owner, properties=planned)
    planning.plan_event(name, plan, actor=actor, now=now)


def create_list(
    name: str, *, rule: Mapping[str, Any], now: datetime, description: str = ""
) -> SegmentSummary:
    """Create a static list of everybody who matches a rule now; nobody follows by themselves.

    Raises:
        Conflict: the name is taken.
        Invalid: the rule cannot be used; the field is the path of the first error.
    """
    made = listing.create_list(name=name, description=description, now=now)
    listing.add_matching(made.pk, rule, now=now)
    return segments.get_segment(SegmentId(made.pk))


def ask_export_once(
    what: str, *, form: str, segment_id: SegmentId | None, actor: str, now: datetime
) -> None:
    """Ask for a file of people or touchpoints, unless the actor has asked for one of these before.

    Raises:
        Conflict: too many wait already.
    """
    if Export.objects.filter(created_by=actor, what=what).exists():
        return
    found = segments.get_segment(segment_id) if segment_id else None
    wish = asking.Wish(what=what, form=form, segment_key=found.key if found else None)
    asking.ask_export(wish, actor=actor, now=now)


def keep_event(name: str, *, days: int, actor: str, now: datetime) -> None:
    """Keep touchpoints of an event for so many days, from an hour later on.

    Raises:
        Conflict: the event has a rule already; it stays as it is.
        Invalid: nothing is known of the event, or the days are too few or many.
    """
    if RetentionRule.objects.filter(event__name=name, source=None).exists():
        raise Conflict(f"How long “{name}” is kept is chosen already.")
    choice = retention.Choice(event=name, source_key=None, keep_days=days)
    retention.choose_rule(choice, actor=actor, now=now)
