import pytest

from campaigns.content.rules.checks import CLIP_BYTES, Checked, check_message

FINE = '<a href="https://shop.example/">Shop</a><a href="{{ unsubscribe_link }}">Leave</a><img src="a.png" alt="">'


def warnings(html=FINE, *, channel="email", subject="Hello", text="Hello", is_marketing=True):
    message = Checked(
        channel=channel, is_marketing=is_marketing, subject=subject, html=html, text=text,
        has_own_text=False,
    )  # fmt: skip
    return [check.text for check in check_message(message) if not check.is_ok]


def test_a_good_mail_has_no_warning():
    assert warnings() == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (FINE + '<a href="/sale">Sale</a>', "“/sale” is not a whole address. Begin with https://."),
        (FINE + '<a href="">Sale</a>', "1 link without an address."),
        (
            FINE + '<a href="http://shop.example">S</a>',
            "“http://shop.example” is not encrypted. Use https://.",
        ),
        (
            FINE + '<img src="b.png">',
            "1 picture without a description (alt), the first is “b.png”.",
        ),
        (
            FINE.replace("unsubscribe_link", "home"),
            "There is no link to unsubscribe: {{ unsubscribe_link }}.",
        ),
        (
            FINE + "x" * CLIP_BYTES,
            "102.1 KB: Gmail cuts mails off at 102 KB. Shorten it.",
        ),
    ],
    ids=["relative", "empty", "plain", "alt", "leave", "size"],
)
def test_what_mail_programs_stumble_over_is_named(html, expected):
    assert warnings(html) == [expected]


def test_transactional_mail_needs_no_link_to_unsubscribe():
    assert warnings(FINE.replace("unsubscribe_link", "home"), is_marketing=False) == []


def test_words_that_filters_look_for_and_long_texts_are_named():
    assert warnings(text="Act now") == ["“act now” is a phrase that spam filters look for."]
    assert warnings(text="Sale!!") == ["Several exclamation marks in a row look like spam."]
    assert warnings("", text="") == [
        "There is no link to unsubscribe: {{ unsubscribe_link }}.",
        "There is no plain text: the HTML has no words in it. Write a text part.",
    ]
    assert warnings("", channel="sms", text="x" * 307) == [
        "307 characters before values: billed as three messages or more."
    ]
