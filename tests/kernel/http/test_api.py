import re
from datetime import UTC, datetime

import hypothesis
import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from mcps_site.wsgi import application

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHAPE = {"detail", "code", "errors"}
# A request that fits the schema may still break a rule of the domain; then it is 422.
GOOD_OR_REFUSED = ["2xx", "403", "404", "409", "412", "422"]
CHECKS = {"checks": {"positive_data_acceptance": {"expected-statuses": GOOD_OR_REFUSED}}}


def bearer(role):
    key = issue_api_key(name="Shop", role=role, actor="user:1", now=NOW)
    return {"Authorization": f"Bearer {key.text}"}


def operations():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        if path.startswith("/api/v1/"):
            for method in methods:
                yield path, method


def answer(path, method, headers=None, **kwargs):
    address = re.sub(r"\{[^}]+\}", "999999", path)
    return Client().generic(method.upper(), address, headers=headers or {}, **kwargs)


def assert_shape(found):
    assert found.headers["Content-Type"] == "application/json", found.content
    assert set(found.json()) == SHAPE
    for error in found.json()["errors"]:
        assert set(error) == {"path", "code", "message"}


def test_every_operation_refuses_a_caller_without_a_key_in_the_one_shape():
    walked = list(operations())
    assert ("/api/v1/me/", "get") in walked
    for path, method in walked:
        found = answer(path, method)
        assert found.status_code == 401, (path, method)
        assert found.headers["WWW-Authenticate"] == 'Bearer realm="api"'
        assert_shape(found)


def test_every_operation_refuses_a_method_it_does_not_have_in_the_one_shape():
    headers = bearer(Role.ADMIN)
    known = list(operations())
    for path in {path for path, _ in known}:
        method = next(m for m in ("patch", "put", "delete", "post") if (path, m) not in known)
        found = answer(path, method, headers)
        assert found.status_code == 405, (path, method)
        assert_shape(found)


def test_every_operation_refuses_a_body_that_is_no_json_in_the_one_shape():
    headers = bearer(Role.ADMIN)
    for path, method in operations():
        if method in {"post", "put", "patch"}:
            found = answer(path, method, headers, data=b"{", content_type="application/json")
            assert found.status_code in {400, 404}, (path, method, found.content)
            assert_shape(found)


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/me", "/api/", "/api/v2/me/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_address_answers_in_the_one_shape(path, method):
    found = answer(path, method)
    assert found.status_code == 404
    assert_shape(found)


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer ", "Bearer mcps_x_y", "bearer é"])
def test_wrong_key_is_refused(value):
    found = answer("/api/v1/me/", "get", {"Authorization": value})
    assert (found.status_code, found.json()["code"]) == (401, "authentication_failed")


def test_caller_learns_its_role():
    assert answer("/api/v1/me/", "get", bearer(Role.EDITOR)).json() == {
        "kind": "api_key",
        "name": "Shop",
        "role": "editor",
        "permissions": ["view", "view_personal_data", "edit"],
    }


def test_person_uses_the_api_by_session_and_stranger_is_told_the_role(client, colleague, stranger):
    client.force_login(colleague)
    assert client.get("/api/v1/me/").json()["name"] == "colleague@example.com"
    client.force_login(stranger)
    found = client.get("/api/v1/me/")
    assert found.status_code == 403
    assert "needs the role viewer" in found.json()["detail"]
    assert_shape(found)


def test_caller_who_asks_too_often_is_told_how_long_to_wait(settings):
    settings.API_REQUESTS_PER_SECOND, settings.API_BURST = 1, 3
    headers = bearer(Role.VIEWER)
    found = [answer("/api/v1/me/", "get", headers) for _ in range(4)]
    assert [each.status_code for each in found] == [200, 200, 200, 429]
    assert found[-1].headers["Retry-After"] == "1"
    assert_shape(found[-1])
    assert answer("/api/v1/me/", "get", bearer(Role.VIEWER)).status_code == 200


def test_answers_are_json_whatever_the_browser_would_like():
    found = answer("/api/v1/me/", "get", {**bearer(Role.VIEWER), "Accept": "text/html"})
    assert found.status_code == 406
    assert_shape(found)


def test_reference_page_lists_every_operation(client, owner):
    client.force_login(owner)
    page = client.get("/api/v1/docs/").content.decode()
    for path, _ in operations():
        assert path in page


def test_reference_needs_a_role(client, stranger):
    client.force_login(stranger)
    assert client.get("/api/v1/docs/").status_code == 403
    assert Client().get("/api/v1/docs/").status_code == 302


def test_each_shape_of_the_schema_has_a_name_of_its_own(tmp_path):
    call_command("spectacular", file=str(tmp_path / "schema.yml"), fail_on_warn=True, validate=True)


def test_schema_describes_the_key_and_the_errors():
    schema = answer("/api/v1/schema/", "get", bearer(Role.VIEWER)).json()
    assert schema["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    assert set(schema["components"]["schemas"]["Error"]["properties"]) == SHAPE
    assert {"401", "403", "422", "429"} <= set(schema["paths"]["/api/v1/me/"]["get"]["responses"])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_every_answer_is_what_the_schema_says(settings):
    settings.API_REQUESTS_PER_SECOND, settings.API_BURST = 1_000, 1_000_000
    headers = bearer(Role.ADMIN)
    described = answer("/api/v1/schema/", "get", headers).json()
    schema = openapi.from_dict(described, config=SchemathesisConfig.from_dict(CHECKS))
    schema.app = application
    schema = schema.include(path_regex="^/api/v1/")
    walked = [found.ok() for found in schema.get_all_operations()]
    assert len(walked) == len(list(operations()))
    for operation in walked:
        hold_to_schema(operation, headers)


def hold_to_schema(operation, headers):
    @given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def check(case):
        case.call_and_validate(headers=headers)

    check()
