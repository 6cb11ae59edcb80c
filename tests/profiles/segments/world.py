"""Puts made-up people into the database, with one statement per table."""

import json
from uuid import UUID

from kernel.sql.cursor import open_cursor
from tests.profiles.segments.strategies import ACCOUNT_TRAITS, HELD, NOW, SEGMENTS


def run(text, **params):
    with open_cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def make_segments():
    """Two segments that rules may refer to, without rules of their own."""
    run(
        "INSERT INTO profiles_segment (key, name, kind, status) SELECT k::uuid, k, 'list', 'draft'"
        " FROM unnest(%(keys)s::text[]) AS k",
        keys=SEGMENTS,
    )


def name_account_traits():
    """Let rules name what is known about accounts, each read as another type."""
    run(
        "INSERT INTO profiles_account_trait (name, slug, type, created_at)"
        " SELECT n, n, t, now() FROM unnest(%(names)s::text[], %(types)s::text[]) AS u (n, t)",
        names=list(ACCOUNT_TRAITS),
        types=list(ACCOUNT_TRAITS.values()),
    )


def store(people):
    """Store people and return their ids in order; merged ones are merged into a bystander."""
    keys = [str(UUID(int=number + 1)) for number in range(len(people) + 1)]
    ids = [
        row[0]
        for row in run(
            "INSERT INTO profiles_customer (key, traits, first_seen_at, last_seen_at, locale,"
            " erased_at) SELECT key::uuid, traits::jsonb, seen, seen, locale, erased FROM unnest("
            " %(keys)s::text[], %(traits)s::text[], %(seen)s::timestamptz[], %(locales)s::text[],"
            " %(erased)s::timestamptz[]) WITH ORDINALITY AS r (key, traits, seen, locale, erased, n)"
            " ORDER BY n RETURNING id",
            keys=keys,
            traits=[json.dumps(one["traits"]) for one in people] + ["{}"],
            seen=[one["last_seen_at"] for one in people] + [NOW],
            locales=[one["locale"] for one in people] + [None],
            erased=[one["last_seen_at"] if one["fate"] == "erased" else None for one in people]
            + [None],
        )
    ]
    *own, bystander = ids
    merged = [number for number, one in zip(own, people, strict=True) if one["fate"] == "merged"]
    run(
        "UPDATE profiles_customer SET merged_into_id = %(into)s::bigint"
        " WHERE id = ANY (%(ids)s::bigint[])",
        into=bystander,
        ids=merged,
    )
    for number, one in zip(own, people, strict=True):
        _store_facts(number, one)
    return own


def _store_facts(number, one):
    for touch in one["touches"]:
        add_touch(number, **touch)
    for name, value, at in one.get("told", ()):
        add_told(number, name, one["traits"].get(name) if value == HELD else value, at=at)
    for kind in sorted(one["kinds"]):
        run(
            "INSERT INTO profiles_identity (customer_id, kind, value, source_id, first_seen_at,"
            " last_seen_at) VALUES (%(id)s::bigint, %(kind)s::text, %(value)s::text, 1, now(), now())",
            id=number,
            kind=kind,
            value=f"{kind}{number}",
        )
    if one["suppressed"]:
        run(
            "INSERT INTO profiles_suppression (channel, address, reason)"
            " VALUES ('email', %(address)s::text, 'test')",
            address=f"email{number}",
        )
    for consent in one["consents"]:
        own = f"{ {'email': 'email', 'sms': 'phone'}.get(consent['channel'], '') }{number}"
        address = {"": "", "own": own, "other": "other"}[consent["address"]]
        run(
            "INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at)"
            " VALUES (%(id)s::bigint, %(channel)s::text, %(topic)s::text, %(address)s::text,"
            " %(state)s::text, now())",
            **(consent | {"id": number, "address": address}),
        )
    for traits, seen in one.get("accounts", ()):
        run(
            "WITH made AS (INSERT INTO profiles_account (key, external_id, traits, first_seen_at,"
            " last_seen_at) VALUES (gen_random_uuid(), gen_random_uuid()::text,"
            " %(traits)s::text::jsonb, now(), now()) RETURNING id)"
            " INSERT INTO profiles_account_member (account_id, customer_id, recorded_for, since,"
            " last_seen_at, created_at) SELECT id, %(id)s::bigint, %(id)s::bigint, now(),"
            " %(seen)s::timestamptz, now() FROM made",
            id=number,
            traits=json.dumps(traits),
            seen=seen,
        )
    for segment, since in one["member_since"].items():
        run(
            "INSERT INTO profiles_segment_member (segment_id, customer_id, since) SELECT id,"
            " %(id)s::bigint, %(since)s::timestamptz FROM profiles_segment"
            " WHERE key = %(segment)s::uuid",
            id=number,
            since=since,
            segment=segment,
        )


def add_touch(customer_id, *, event, occurred_at, revenue=None, properties=None):
    """Store one touchpoint as the collection does, and return its id."""
    run(
        "INSERT INTO profiles_event (name) VALUES (%(event)s::text) ON CONFLICT DO NOTHING",
        event=event,
    )
    [[number]] = run(
        "INSERT INTO profiles_touchpoint (message_id, customer_id, recorded_for, event_id, source_id,"
        " type, starts_journeys, occurred_at, received_at, revenue, properties, context)"
        " SELECT gen_random_uuid(), %(id)s::bigint, %(id)s::bigint, e.id, 1, 1, true,"
        " %(at)s::timestamptz, now() + interval '1 hour', %(revenue)s::text::numeric, %(properties)s::text::jsonb, '{}'"
        " FROM profiles_event e WHERE e.name = %(event)s::text RETURNING id",
        id=customer_id,
        event=event,
        at=occurred_at,
        revenue=revenue,
        properties=json.dumps(properties or {}),
    )
    return number


def add_told(customer_id, name, value, *, at):
    """Store what a source said about one trait."""
    run(
        "INSERT INTO profiles_trait_entry (customer_id, recorded_for, traits, prevailed, source_id,"
        " cause, at, recorded_at) VALUES (%(id)s::bigint, %(id)s::bigint, %(traits)s::text::jsonb,"
        " true, 1, 'told', %(at)s::timestamptz, %(at)s::timestamptz)",
        id=customer_id,
        traits=json.dumps({name: value}),
        at=at,
    )


def keep_by(policy, names):
    """Let a policy decide which values of some traits are kept."""
    run(
        "INSERT INTO profiles_trait_policy (name, rule, changed_by, changed_at)"
        " SELECT n, %(rule)s::text, 'user:1', now() FROM unnest(%(names)s::text[]) AS n",
        rule=policy,
        names=names,
    )
