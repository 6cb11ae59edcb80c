import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from mcps_site import urls

pytestmark = pytest.mark.django_db

RAISED = {
    "gone": NotFound("There is no journey 5."),
    "locked": Conflict("“Welcome” is live; end it first."),
    "closed": Forbidden("Only its owner may do this."),
    "wrong": Invalid("name", "Give it a name."),
    "busy": Unavailable("The database is slow. Try again."),
    "crash": ZeroDivisionError("by zero"),
}


def fail(request, kind):
    raise RAISED[kind]


urlpatterns = [
    path("fail/<kind>/", fail),
    path("api/fail/<kind>/", fail),
    path("fine/", lambda request: HttpResponse("fine")),
    path("", include("mcps_site.urls")),
]
handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("kind", "status"), [
    ("gone", 404), ("locked", 409), ("closed", 403), ("wrong", 422), ("busy", 503),
])  # fmt: skip
def test_domain_error_on_a_page_shows_its_message(visitor, owner, kind, status):
    visitor.force_login(owner)
    answer = visitor.get(f"/fail/{kind}/")
    assert answer.status_code == status
    assert RAISED[kind].message in answer.content.decode().replace("&#x27;", "'")


def test_unknown_address_says_what_to_do_to_staff_and_to_strangers(visitor, owner):
    for login in (False, True):
        if login:
            visitor.force_login(owner)
        answer = visitor.get("/nowhere/")
        assert answer.status_code == 404
        assert "The address is wrong" in answer.content.decode()


def test_crash_shows_no_detail_and_needs_no_database(visitor, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = visitor.get("/fail/crash/")
    assert (answer.status_code, "zero" in answer.content.decode()) == (500, False)
    assert answer.headers["X-Request-ID"]


def test_crash_of_the_api_keeps_the_one_shape(visitor):
    answer = visitor.get("/api/fail/crash/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert set(answer.json()) == {"detail", "code", "errors"}


def test_form_of_another_site_is_refused_in_words(settings, owner):
    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(owner)
    answer = visitor.post("/accounts/logout/")
    assert answer.status_code == 403
    assert "Open the page again" in answer.content.decode()
    assert "_auth_user_id" in visitor.session
