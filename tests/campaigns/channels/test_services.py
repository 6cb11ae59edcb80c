import pytest

from campaigns.channels.models import Sender
from campaigns.channels.services import create_sender, list_routes
from campaigns.contracts import Channel, SenderDraft
from kernel.errors import Invalid
from tests.campaigns.builders import NOW, key

pytestmark = pytest.mark.django_db


def create(**parts):
    draft = SenderDraft(
        **{
            "name": "Shop",
            "channel": Channel.EMAIL,
            "kind": "smtp",
            "config": {"host": "mx.example"},
            **parts,
        }
    )
    return create_sender(draft, key=key(Sender.objects.count() + 1), actor="user:1", now=NOW)


def test_a_secret_is_stored_sealed_and_given_to_the_provider():
    sender = create(config={"host": "mx.example", "username": "u", "password": "s3cret"})
    assert "s3cret" not in str(Sender.objects.values_list("config", flat=True).get())
    route = list_routes(Channel.EMAIL, {sender.pk})[sender.pk]
    assert route.config.password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(route)


def test_the_first_sender_of_a_channel_is_its_default():
    first, second = create(), create(name="Second", config={"host": "other.example"})
    routes = list_routes(Channel.EMAIL, {None, second.pk})
    assert (routes[None].sender_id, routes[None].config.host) == (first.pk, "mx.example")
    assert routes[second.pk].config.host == "other.example"


def test_without_a_sender_mail_leaves_by_the_server_of_the_settings_and_nothing_else_leaves():
    assert list_routes(Channel.EMAIL, {None})[None].provider.kind == "smtp"
    assert list_routes(Channel.SMS, {None}) == {None: None}


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"channel": Channel.SMS}, "channel"),
        ({"config": {"port": 0}}, "config.port"),
        ({"config": {"hots": "x"}}, "config.hots"),
    ],
)
def test_wrong_settings_are_refused_by_field(parts, field):
    with pytest.raises(Invalid) as told:
        create(**parts)
    assert told.value.field == field
    assert not Sender.objects.exists()
