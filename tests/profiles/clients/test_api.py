"""The client API: a user's own profile and preferences, and nobody else's."""

from datetime import timedelta

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.errors import Invalid, NotFound
from mcps_site.wsgi import application
from profiles.clients.services import MOST_KEYS, issue_client_key, revoke_client_key, set_access
from profiles.models import ClientKey, Consent, ConsentEntry, Customer, Source, Touchpoint
from tests.kernel.http.test_api import CHECKS, hold_to_schema
from tests.profiles.collecting import Sender


def sign(claims, *, key_id, secret):
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": key_id})


class App:
    """A customer's server, which signs tokens, and the app that carries them."""

    def __init__(self, source):
        self.source = source
        self.key, self.secret = issue_client_key(source, actor="user:1", now=timezone.now())

    def token(self, user="u1", lives=timedelta(hours=1), **claims):
        ends = (timezone.now() + lives).timestamp()
        claims = {"sub": user, "exp": ends, **claims}
        return sign(claims, key_id=self.key.key_id, secret=self.secret)

    def ask(self, path="profile/", method="get", data=None, *, token=None, **claims):
        headers = {"Authorization": f"Bearer {token or self.token(**claims)}"}
        return getattr(Client(), method)(
            f"/client/v1/{path}", data, content_type="application/json", headers=headers
        )


@pytest.fixture
def app(sender: Sender) -> App:
    sender.deliver(
        {"type": "identify", "userId": "u1", "traits": {"plan": "pro", "score": 7, "color": "red"}},
        {"type": "identify", "userId": "u2", "traits": {"plan": "free", "score": 1}},
    )
    source = Source.objects.get(name="Shop")
    set_access(source, readable=["plan"], writable=["color"], actor="user:1", now=timezone.now())
    return App(source)


def test_user_reads_own_allowed_traits_only(app):
    found = app.ask()
    assert found.status_code == 200, found.content
    customer = Customer.objects.get(traits__plan="pro")
    assert found.json() == {"key": str(customer.key), "traits": {"plan": "pro", "color": "red"}}
    assert app.ask(user="u2").json()["traits"] == {"plan": "free"}


def test_without_allowance_nothing_is_readable_or_writable(app):
    other = App(Source.objects.create(key="00000000-0000-4000-8000-000000000001", name="Other"))
    assert other.ask().json()["traits"] == {}
    found = other.ask(method="patch", data={"traits": {"color": "blue"}})
    assert (found.status_code, found.json()["code"]) == (403, "trait_not_writable")


@pytest.mark.parametrize(
    "how", ["expired", "forged", "write key", "api key", "none", "revoked", "disabled"]
)
def test_who_cannot_prove_to_be_the_user_reads_nothing(app, sender, how):
    if how == "revoked":
        revoke_client_key(app.key.key_id, source=app.source, actor="user:1", now=timezone.now())
    if how == "disabled":
        Source.objects.filter(pk=app.source.pk).update(disabled_at=timezone.now())
    admin = issue_api_key(name="Shop", role=Role.ADMIN, actor="user:1", now=timezone.now())
    token = {
        "expired": app.token(lives=-timedelta(seconds=1)),
        "forged": sign({"sub": "u1", "exp": 9e9}, key_id=app.key.key_id, secret="cs_" + "g" * 40),
        "write key": sender.write_key, "api key": admin.text, "none": " ",
    }.get(how, app.token())  # fmt: skip
    found = app.ask(token=token)
    assert found.status_code == 401, found.content
    assert set(found.json()) == {"detail", "code", "errors"}
    assert found.json()["code"] == {"expired": "expired_token", "none": "missing_token"}.get(
        how, "bad_token"
    )
    assert found.headers["WWW-Authenticate"] == 'Bearer realm="client"'
    assert b"pro" not in found.content


def test_staff_session_and_user_token_open_only_their_own_api(app, client, owner):
    client.force_login(owner)
    assert client.get("/client/v1/profile/").status_code == 401
    headers = {"Authorization": f"Bearer {app.token()}"}
    assert Client().get("/api/v1/customers/", headers=headers).status_code == 401


def test_user_writes_allowed_traits_of_own_profile(app):
    found = app.ask(method="patch", data={"traits": {"color": "blue"}})
    assert (found.status_code, found.json()["traits"]) == (200, {"plan": "pro", "color": "blue"})
    assert Customer.objects.get(traits__plan="pro").traits["color"] == "blue"
    assert "color" not in Customer.objects.get(traits__plan="free").traits
    assert Touchpoint.objects.latest("id").source_id == app.source.id


def test_refused_trait_changes_nothing_of_the_rest(app):
    found = app.ask(method="patch", data={"traits": {"color": "blue", "score": 99}})
    assert (found.status_code, found.json()["code"]) == (403, "trait_not_writable")
    assert Customer.objects.get(traits__plan="pro").traits["color"] == "red"


def test_nobody_may_let_users_change_what_identifies_them(app):
    with pytest.raises(Invalid):
        set_access(app.source, readable=[], writable=["email"], actor="u", now=timezone.now())


def test_scopes_limit_a_token(app):
    assert app.ask(scope="profile:read").status_code == 200
    found = app.ask(method="patch", data={"traits": {"color": "blue"}}, scope="profile:read")
    assert (found.status_code, found.json()["code"]) == (403, "missing_scope")
    assert app.ask("preferences/", scope="profile").status_code == 403
    assert (
        app.ask(method="patch", data={"traits": {"color": "x"}}, scope="profile").status_code == 200
    )


def test_preferences_are_recorded_with_proof(app):
    said = [{"channel": "email", "topic": "news", "state": "granted", "text_version": "v2"},
            {"channel": "push", "state": "withdrawn"}]  # fmt: skip
    found = app.ask("preferences/", "put", {"preferences": said})
    assert found.status_code == 200, found.content
    shown = [(row["channel"], row["topic"], row["state"]) for row in found.json()["preferences"]]
    assert shown == [("email", "news", "granted"), ("push", "", "withdrawn")]
    assert app.ask("preferences/").json() == found.json()
    assert app.ask("preferences/", user="u2").json() == {"preferences": []}
    entry = ConsentEntry.objects.get(channel="email")
    assert (entry.source, entry.text_version) == ("client:Shop", "v2")


def test_wrong_preference_names_its_field_and_records_nothing(app):
    said = [{"channel": "email", "state": "granted"}, {"channel": "E-Mail", "state": "maybe"}]
    found = app.ask("preferences/", "put", {"preferences": said})
    assert found.status_code == 422
    paths = [error["path"] for error in found.json()["errors"]]
    assert paths == ["preferences.1.channel", "preferences.1.state"]
    assert not Consent.objects.exists()


def test_unknown_user_is_made_by_writing_only(app):
    found = app.ask(user="new")
    assert (found.status_code, found.json()["code"]) == (404, "unknown_user")
    assert Customer.objects.count() == 2
    assert app.ask(method="patch", data={"traits": {"color": "red"}}, user="new").status_code == 200
    assert app.ask(user="new").json()["traits"] == {"color": "red"}


def test_keys_are_replaced_without_interruption(app):
    newer = App(app.source)
    assert [app.ask().status_code, newer.ask().status_code] == [200, 200]
    revoke_client_key(app.key.key_id, source=app.source, actor="user:1", now=timezone.now())
    assert [app.ask().status_code, newer.ask().status_code] == [401, 200]
    assert ClientKey.objects.get(pk=newer.key.pk).last_used_at is not None


def test_keys_are_limited_sealed_and_revoked_only_where_they_belong(app):
    for _ in range(MOST_KEYS - 1):
        App(app.source)
    with pytest.raises(Invalid):
        App(app.source)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_secret FROM profiles_client_key")
        assert not any(app.secret in row[0] for row in cursor.fetchall())
    with pytest.raises(NotFound):
        revoke_client_key("ck_other", source=app.source, actor="user:1", now=timezone.now())


def test_browser_of_any_site_may_call_with_a_token(app):
    preflight = Client().options("/client/v1/profile/", headers={"Origin": "https://shop.example"})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for found in (preflight, app.ask(), app.ask(token="x")):
        assert found.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in found.headers


def test_user_who_asks_too_often_is_told_how_long_to_wait(app, settings):
    settings.CLIENT_API_REQUESTS_PER_SECOND, settings.CLIENT_API_BURST = 1, 2
    found = [app.ask() for _ in range(3)]
    assert [each.status_code for each in found] == [200, 200, 429]
    assert found[-1].headers["Retry-After"] == "1"
    assert app.ask(user="u2").status_code == 200


def test_unknown_address_answers_in_the_one_shape(db):
    found = Client().get("/client/v1/nothing/")
    assert (found.status_code, set(found.json())) == (404, {"detail", "code", "errors"})


def test_schema_describes_the_token_of_every_operation(app):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = {
        path: methods for path, methods in schema["paths"].items() if path.startswith("/client")
    }
    assert {"/client/v1/profile/", "/client/v1/preferences/"} <= set(found)
    for methods in found.values():
        for operation in methods.values():
            assert operation["security"] == [{"userToken": []}]
            assert {"401", "403", "404", "429"} <= set(operation["responses"])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_answer_is_what_the_schema_says(app, settings):
    settings.CLIENT_API_REQUESTS_PER_SECOND, settings.CLIENT_API_BURST = 1_000, 1_000_000
    described = SchemaGenerator().get_schema(request=None, public=True)
    schema = openapi.from_dict(described, config=SchemathesisConfig.from_dict(CHECKS))
    schema.app = application
    headers = {"Authorization": f"Bearer {app.token()}"}
    for found in schema.include(path_regex="^/client/v1/").get_all_operations():
        hold_to_schema(found.ok(), headers)
