import io
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import role_of

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = io.StringIO()
    call_command("create_staff", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_link_sets_the_password_once(client):
    link = run("ada@example.com", "--role", "publisher", "--name", "Ada")
    page = client.get(urlsplit(link).path, follow=True)
    form = page.redirect_chain[-1][0]
    client.post(form, {"password1": "quiet horse 4", "password2": "quiet horse 4"})
    user = User.objects.get()
    assert user.check_password("quiet horse 4")
    assert (user.first_name, role_of(user)) == ("Ada", Role.PUBLISHER)
    again = client.get(urlsplit(link).path, follow=True)
    assert again.context["token_fail"]


def test_password_from_the_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("quiet horse 4\nsecond line\n"))
    said = run("ada@example.com", "--role", "viewer", "--password-stdin")
    assert User.objects.get().check_password("quiet horse 4")
    assert said == "ada@example.com can log in as viewer."


@pytest.mark.parametrize(("arguments", "stdin", "message"), [
    (["ada@example.com"], "", "--role"),
    (["ada@example.com", "--role", "king"], "", "publisher"),
    (["nobody", "--role", "viewer"], "", "is not an e-mail address"),
    (["ada@example.com", "--role", "viewer", "--password-stdin"], "short\n", "too short"),
    (["ada@example.com", "--role", "viewer", "--password-stdin"], "", "too short"),
])  # fmt: skip
def test_mistakes_say_what_to_do_and_make_nobody(monkeypatch, arguments, stdin, message):
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    with pytest.raises(CommandError, match=message):
        run(*arguments)
    assert User.objects.count() == 0
