"""Examples of the pages of templates, messages and senders, and of public links."""

from tests.browser.examples import example


def make_message():
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
    return {"key": make_message()[0].key}


def _written():
    from datetime import UTC, datetime

    from campaigns.content.editing import open_draft

    template = make_message()[0]
    open_draft(template, actor="user:1", now=datetime.now(UTC))
    return {"key": template.key}


for _page in ("edit", "values", "versions"):
    example(f"campaigns:template-{_page}")(_written)


@example("profiles:tab")
def _messages_tab():
    return {"key": make_message()[1].customer.key, "slug": "messages"}


@example("campaigns:message")
def _one_message():
    _, delivery, _ = make_message()
    type(delivery).objects.filter(pk=delivery.pk).update(wording={"first_name": "Ada"})
    return {"key": delivery.key}


@example("campaigns:message-settle")
def _unknown():
    _, delivery, _ = make_message()
    type(delivery).objects.filter(pk=delivery.pk).update(status="unknown")
    return {"key": delivery.key}


@example("campaigns:message-repeat")
def _failed():
    _, delivery, _ = make_message()
    type(delivery).objects.filter(pk=delivery.pk).update(status="failed", reason="http_400")
    return {"key": delivery.key}


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


def _token(scope, text=""):
    from datetime import timedelta

    from django.conf import settings

    from campaigns.content.rules.tokens import sign_token
    from campaigns.deliveries.links import signing_key

    _, delivery, now = make_message()
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
