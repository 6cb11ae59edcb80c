"""Examples of the pages of people, accounts, consent, segments and webhooks."""

from tests.browser.examples import example


def _person():
    from datetime import UTC, datetime

    from profiles.contracts import IdentityRef
    from profiles.facade import get_customers, identify_customer

    now = datetime.now(UTC)
    ada = IdentityRef(kind="email", value="ada@example.com")
    customer_id = identify_customer(ada, traits={"name": "Ada Lovelace"}, now=now)
    return {"key": get_customers([customer_id])[customer_id].key}


for _page in ("profile", "attributes", "identities", "person_consent", "past", "merge", "erase"):
    example(f"profiles:{_page}")(_person)


@example("profiles:consent_topic")
def _topic():
    from datetime import UTC, datetime

    from profiles.consent.topics import create_topic

    words = {"name": "News", "description": "What is new"}
    create_topic("browser-news", **words, actor="command:test", now=datetime.now(UTC))
    return {"key": "browser-news"}


@example("profiles:preferences")
def _preferences():
    from datetime import UTC, datetime

    from profiles.consent.preferences import preferences_link

    now, [customer_id] = datetime.now(UTC), _ids()
    return {"token": preferences_link(customer_id, now=now).split("/")[-2]}


def _ids():
    from profiles.contracts import IdentityRef
    from profiles.facade import find_customer

    _person()
    ada = find_customer(IdentityRef(kind="email", value="ada@example.com"))
    return [ada.id]


@example("profiles:confirm")
def _question():
    from datetime import UTC, datetime

    from profiles.consent.opt_ins import ask, confirm_links
    from profiles.consent.preference_queries import Question

    now, [customer_id] = datetime.now(UTC), _ids()
    ask(Question(customer_id=customer_id, channel="email", source="example"), now=now)
    return {"token": confirm_links([customer_id], now=now)[customer_id].split("/")[-2]}


@example("profiles:account")
def _account():
    from datetime import UTC, datetime

    from profiles.models import Account, AccountMember, Customer

    now = datetime.now(UTC)
    person = Customer.objects.get(key=_person()["key"])
    account, _ = Account.objects.get_or_create(
        external_id="acme",
        defaults={
            "key": "018f0000-0000-7000-8000-000000000001", "traits": {"name": "Acme", "seats": 5},
            "first_seen_at": now, "last_seen_at": now,
        },
    )  # fmt: skip
    AccountMember.objects.get_or_create(
        account=account, recorded_for=person.id,
        defaults={"customer": person, "since": now, "last_seen_at": now, "created_at": now},
    )  # fmt: skip
    return {"key": account.key}


def _segment():
    from datetime import UTC, datetime

    from profiles import facade
    from profiles.models import Segment

    now = datetime.now(UTC)
    test = {"type": "presence", "operator": "present"}
    rule = {"root": {"rules": [{"kind": "trait", "key": "name", "test": test}]}}
    found = Segment.objects.filter(name="People with a name").first()
    if found is None:
        found = facade.create_segment("People with a name", rule=rule, now=now)
        facade.publish_segment(found.id, now=now)
    return {"key": found.key}


for _page in ("segment", "segment-edit", "segment-check", "segment-export"):
    example(f"profiles:{_page}")(_segment)
for _page in ("segment-duplicate", "segment-archive", "segment-verify"):
    example(f"profiles:{_page}")(_segment)


@example("profiles:merge_undo")
def _merge():
    return {**_person(), "merge_id": 1}


def _webhook():
    from profiles.webhooks.models import Webhook
    from tests.profiles.webhooks.providing import SIMPLE, make_provider, sign_nothing

    if not Webhook.objects.filter(source__name="browser").exists():
        provider = make_provider("browser", SIMPLE, {"scheme": "none"}, sign_nothing)
        provider.deliver({"who": "u1", "what": "Tour Booked", "id": 1, "total": "59.90"})
        provider.deliver({"who": "u1", "what": "Tour Booked", "id": 2, "total": "much"})
        provider.client.close()
    return {"key": Webhook.objects.select_related("source").get(source__name="browser").source.key}


for _page in ("webhook", "webhook-mapping", "webhook-signature"):
    example(f"profiles:{_page}")(_webhook)


@example("profiles:webhook-new")
def _ready():
    return {"ready": "shopify"}
