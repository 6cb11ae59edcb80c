import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from kernel.access.api_keys import ApiClient
from kernel.access.models import User
from kernel.access.roles import Role
from kernel.errors import Conflict
from kernel.http.idempotency import idempotent, purge_idempotency_keys
from kernel.http.models import IdempotencyKey

pytestmark = pytest.mark.django_db
KEY = "3f1c"


class MakePerson(APIView):
    """Makes a person, or refuses an address without @ after having written."""

    authentication_classes = ()

    def initial(self, request, *args, **kwargs):
        request.user = ApiClient(key_id=1, name="Shop", prefix=kwargs["caller"], role=Role.EDITOR)
        super().initial(request, *args, **kwargs)

    @idempotent
    def post(self, request, caller):
        person = User.objects.create_user(request.data["email"])
        if person.email.startswith("@"):
            return Response({"detail": "Nobody is called nothing."}, status=400)
        if "@" not in person.email:
            raise Conflict("That is no address.")
        return Response({"id": person.pk}, status=201)


def send(email, key=KEY, caller="shop"):
    headers = {"Idempotency-Key": key} if key else {}
    request = APIRequestFactory().post("/people/", {"email": email}, headers=headers)
    return MakePerson.as_view()(request, caller=caller)


def emails():
    return sorted(User.objects.values_list("email", flat=True))


def test_repeated_request_is_done_once_and_answered_twice():
    first, second = send("ada@example.com"), send("ada@example.com")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert emails() == ["ada@example.com"]


def test_key_of_another_request_is_refused():
    send("ada@example.com")
    answer = send("bob@example.com")
    assert (answer.status_code, answer.data["code"]) == (409, "idempotency_key_reused")
    assert emails() == ["ada@example.com"]


def test_callers_do_not_share_keys():
    send("ada@example.com")
    assert send("bob@example.com", caller="till").status_code == 201


def test_failed_request_leaves_nothing_and_can_be_repeated():
    assert send("nonsense").status_code == 409
    assert emails() == []
    assert send("ada@example.com").status_code == 201


def test_refused_request_leaves_nothing_and_can_be_repeated():
    assert [send("@example.com").status_code, send("@example.com").status_code] == [400, 400]
    assert emails() == []


def test_request_without_a_key_is_done_each_time():
    send("ada@example.com", key="")
    send("bob@example.com", key="")
    assert emails() == ["ada@example.com", "bob@example.com"]
    assert IdempotencyKey.objects.count() == 0


def test_overlong_key_is_refused():
    answer = send("ada@example.com", key="x" * 201)
    assert (answer.status_code, answer.data["errors"][0]["path"]) == (422, "Idempotency-Key")


def test_key_is_free_again_after_a_day():
    send("ada@example.com")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert send("bob@example.com").status_code == 201
    assert emails() == ["ada@example.com", "bob@example.com"]


def test_purge_deletes_only_what_nobody_may_repeat():
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for hours in (23, 24, 25):
        IdempotencyKey.objects.create(
            caller="a", key=str(hours), fingerprint="", created_at=now - timedelta(hours=hours)
        )
    assert [purge_idempotency_keys(now=now), purge_idempotency_keys(now=now)] == [1, 0]
    assert [row.key for row in IdempotencyKey.objects.order_by("key")] == ["23", "24"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_key_do_it_once():
    barrier, answers = threading.Barrier(2), []

    def work():
        barrier.wait()
        answers.append(send("ada@example.com"))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.data["id"] for answer in answers}) == 1
    assert emails() == ["ada@example.com"]
