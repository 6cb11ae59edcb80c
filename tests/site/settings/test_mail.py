import pytest
from django.core.exceptions import ImproperlyConfigured

from mcps_site.settings.mail import mail_settings


@pytest.mark.parametrize(("url", "host", "port", "tls", "ssl"), [
    ("smtp://mail.example.com", "mail.example.com", 25, False, False),
    ("smtp+tls://mail.example.com", "mail.example.com", 587, True, False),
    ("smtps://mail.example.com", "mail.example.com", 465, False, True),
    ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, False, False),
])  # fmt: skip
def test_address_of_a_mail_server(url, host, port, tls, ssl):
    read = mail_settings(url)
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert [read[name] for name in names] == [host, port, tls, ssl]


def test_password_may_hold_any_character():
    read = mail_settings("smtps://ada%40example.com:p%3Aw%2F1@mail.example.com")
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("ada@example.com", "p:w/1")


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", ""])
def test_unusable_address_names_the_setting(url):
    with pytest.raises(ImproperlyConfigured, match="STAFF_MAIL_URL must look like smtp://"):
        mail_settings(url)
