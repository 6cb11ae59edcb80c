import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from kernel.access.permissions import (
    CanAdminister,
    CanEdit,
    CanPublish,
    CanView,
    CanViewOrEdit,
    require,
)


@require("edit")
def page(request, name):
    return HttpResponse(f"saw {name}")


@pytest.fixture
def ask(rf):
    def as_user(user, **headers):
        request = rf.get("/somewhere/?a=1", headers=headers)
        request.user = user
        return page(request, name="it")

    return as_user


def test_people_with_the_permission_see_the_page(ask, owner, colleague):
    assert [ask(user).content for user in (owner, colleague)] == [b"saw it", b"saw it"]


def test_stranger_is_told_which_role_is_missing(ask, stranger):
    answer = ask(stranger)
    assert answer.status_code == 403
    assert "This needs the role Editor" in answer.content.decode()
    assert "You have no role yet." in answer.content.decode()


def test_anonymous_visitor_logs_in_and_comes_back(ask):
    answer = ask(AnonymousUser())
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=/somewhere/%3Fa%3D1")


def test_fragment_for_an_ended_session_sends_the_whole_page_to_the_log_in(ask):
    answer = ask(
        AnonymousUser(), **{"HX-Request": "true", "HX-Current-URL": "http://testserver/list/"}
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].endswith("?next=http%3A//testserver/list/")


def test_misspelt_permission_fails_at_import():
    with pytest.raises(KeyError, match="publishh"):
        require("publishh")


@pytest.mark.parametrize(
    ("permission", "method", "expected"),
    [
        (CanView, "GET", [True, True, False]),
        (CanEdit, "POST", [True, True, False]),
        (CanPublish, "POST", [True, False, False]),
        (CanAdminister, "GET", [True, False, False]),
        (CanViewOrEdit, "GET", [True, True, False]),
        (CanViewOrEdit, "DELETE", [True, True, False]),
    ],
)
def test_api_permissions_follow_the_role(
    rf, owner, colleague, stranger, permission, method, expected
):
    def allowed(user):
        request = rf.generic(method, "/")
        request.user = user
        return permission().has_permission(request, None)

    assert [allowed(user) for user in (owner, colleague, stranger)] == expected
    assert not allowed(AnonymousUser())


def test_refusal_names_the_role():
    assert "needs the role publisher" in CanPublish().message
