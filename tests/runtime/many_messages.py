"""A broadcast to many people in another installation; and its unknown messages settled by a log.

`python -m tests.runtime.many_messages start PEOPLE PORT`, where an SMTP server listens on PORT, or
`… settle LOG`. The environment says which installation.
"""

import sys
from pathlib import Path
from uuid import uuid4

import django

SOURCE = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ first_name }}, "
    '<a href="https://shop.example/new">see what is new</a> or '
    '<a href="{{ unsubscribe_link }}">unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>'
)


def start(people: int, port: int) -> None:
    from django.utils import timezone

    from campaigns import facade
    from campaigns.contracts import Channel, MessageClass, SenderDraft, TemplateDraft
    from profiles.segments.services.listing import create_list

    actor, now = "command:test", timezone.now()
    sink = SenderDraft(
        name="Sink", channel=Channel.EMAIL, kind="smtp", from_address="s@shop.example",
        config={"host": "127.0.0.1", "port": port},
    )  # fmt: skip
    facade.create_sender(sink, key=uuid4(), actor=actor, now=now)
    words = TemplateDraft(channel=Channel.EMAIL, subject="Hi {{ first_name }}", source=SOURCE)
    template = uuid4()
    facade.create_template(
        "News",
        key=template,
        draft=words,
        purpose=(MessageClass.MARKETING, ""),
        actor=actor,
        now=now,
    )
    everybody = create_list(name="Everybody", description="", now=now)
    _make_people(everybody.pk, people)
    parts = {"included": [everybody.pk], "holdout_percent": 0}
    facade.start_broadcast(
        "News", key=uuid4(), template=template, parts=parts, actor=actor, now=now
    )


def _make_people(segment_id: int, count: int) -> None:
    from django.db import connection, transaction

    made = (
        "WITH person AS (INSERT INTO profiles_customer (key, traits, first_seen_at, last_seen_at)"
        " SELECT gen_random_uuid(), jsonb_build_object('first_name', 'Ada', 'email',"
        " 'p' || n || '@shop.example'), now(), now() FROM generate_series(1, %s) n RETURNING id),"
        " said AS (INSERT INTO profiles_consent (customer_id, channel, topic, address, state,"
        " changed_at) SELECT id, 'email', '', '', 'granted', now() FROM person)"
        " INSERT INTO profiles_segment_member (segment_id, customer_id, since)"
        " SELECT %s, id, now() FROM person"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(made, [count, segment_id])


def settle(log: str) -> None:
    from django.utils import timezone

    from campaigns.deliveries.services.settle import settle_by_log

    with Path(log).open(encoding="utf-8") as lines:
        settled = settle_by_log(lines, is_whole=True, actor="command:test", now=timezone.now())
    print(settled)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "start":
        start(int(sys.argv[2]), int(sys.argv[3]))
    else:
        settle(sys.argv[2])
