import pydantic
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers

from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from kernel.http.api.errors import answer_exception


@pytest.mark.parametrize(("error", "status", "code"), [
    (NotFound("No segment 5."), 404, "not_found"),
    (Conflict("Published already."), 409, "conflict"),
    (Conflict("Used.", code="key_reused"), 409, "key_reused"),
    (Forbidden("Not yours."), 403, "forbidden"),
    (Unavailable("The database is slow."), 503, "unavailable"),
    (Http404("No such page."), 404, "not_found"),
    (PermissionDenied("Not yours."), 403, "forbidden"),
    (exceptions.NotAuthenticated("Show a key."), 401, "not_authenticated"),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
    (DomainError("Something else."), 400, "error"),
])  # fmt: skip
def test_each_kind_of_error_has_its_status(error, status, code):
    answer = answer_exception(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert set(answer.data) == {"detail", "code", "errors"}
    assert answer.data["errors"] == []


def test_wrong_field_is_named():
    answer = answer_exception(Invalid("name", "Give it a name.", code="blank"), {})
    assert answer.status_code == 422
    assert answer.data == {
        "detail": "Give it a name.",
        "code": "blank",
        "errors": [{"path": "name", "code": "blank", "message": "Give it a name."}],
    }


def test_errors_inside_lists_and_objects_carry_the_whole_path():
    class Item(serializers.Serializer):
        price = serializers.IntegerField()

    class Order(serializers.Serializer):
        items = Item(many=True)
        tags = serializers.ListField(child=serializers.IntegerField())

        def validate(self, attrs):
            raise serializers.ValidationError("Too late.", code="late")

    found = []
    for sent in (
        {"items": [{"price": 1}, {"price": "x"}], "tags": [1, "y"]}, {"items": [], "tags": []},
    ):  # fmt: skip
        order = Order(data=sent)
        with pytest.raises(serializers.ValidationError) as caught:
            order.is_valid(raise_exception=True)
        answer = answer_exception(caught.value, {})
        assert answer.status_code == 422
        found.append([(error["path"], error["code"]) for error in answer.data["errors"]])
    assert found == [[("items.1.price", "invalid"), ("tags.1", "invalid")], [("", "late")]]


def test_pydantic_errors_take_the_same_shape():
    class Node(pydantic.BaseModel):
        seconds: int

    with pytest.raises(pydantic.ValidationError) as caught:
        pydantic.TypeAdapter(list[Node]).validate_python([{"seconds": 1}, {"seconds": "x"}])
    answer = answer_exception(caught.value, {})
    assert answer.status_code == 422
    assert [(e["path"], e["code"]) for e in answer.data["errors"]] == [("1.seconds", "int_parsing")]


def test_waiting_time_is_a_header():
    throttled = answer_exception(exceptions.Throttled(wait=2.4), {})
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "3")
    assert answer_exception(Unavailable("x"), {}).headers["Retry-After"] == "5"


def test_unknown_exception_is_left_to_the_crash_page():
    assert answer_exception(ZeroDivisionError(), {}) is None
