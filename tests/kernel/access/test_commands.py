import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kernel.access.api_keys import find_api_client
from kernel.access.models import ApiKey
from kernel.access.roles import Role

pytestmark = pytest.mark.django_db


def test_key_is_printed_alone_on_the_output_and_works():
    out, err = io.StringIO(), io.StringIO()
    call_command("create_api_key", "Shop", "--role", "editor", stdout=out, stderr=err)
    key = out.getvalue().strip()
    client = find_api_client(key, now=timezone.now() + timedelta(seconds=1))
    assert (client.name, client.role) == ("Shop", Role.EDITOR)
    assert key not in err.getvalue()


@pytest.mark.parametrize(("arguments", "message"), [
    (["Shop"], "--role"),
    (["Shop", "--role", "king"], "viewer"),
    ([" ", "--role", "editor"], "Name the program"),
])  # fmt: skip
def test_mistakes_say_what_to_do(arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("create_api_key", *arguments)
    assert ApiKey.objects.count() == 0
