import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campaigns.content.rules.html import BadSource, compile_source, derive_text
from campaigns.content.rules.rendering import (
    BadTemplate,
    PersonalLinks,
    Refusal,
    Rendered,
    compile_words,
    present_values,
    render_words,
    trait_values,
)
from campaigns.content.rules.tokens import BadToken, Scope, derive_key, read_token, sign_token
from tests.campaigns.builders import MJML, NOW

LINKS = PersonalLinks(
    unsubscribe="https://m.example/u",
    open_pixel="https://m.example/o.gif",
    track=lambda target: f"https://m.example/c?{target}",
)


@dataclass
class Draft:
    subject: str = ""
    html: str = ""
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def render(values, **parts):
    return render_words(compile_words(Draft(**parts)), values=values, links=LINKS)


def test_a_missing_value_holds_the_message_back_and_names_the_value():
    assert render({}, subject="Hi {{ first_name }},") == Refusal(reason="missing_value:first_name")
    assert render({"referral": {}}, text="{{ referral.link }}") == Refusal(
        reason="missing_value:referral.link"
    )


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_an_empty_value_is_a_missing_value(empty):
    values = present_values({"first_name": empty})
    assert render(values, subject="Hi {{ first_name }},") == Refusal(
        reason="missing_value:first_name"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {{ first_name | default: 'there' }},", "Hi there,"),
        ("{% if first_name %}Hi {{ first_name }}{% else %}Hello{% endif %}", "Hello"),
        ("{% for item in cart %}{{ item.name }}{% endfor %}none", "none"),
    ],
)
def test_a_missing_value_may_be_given_a_default_tested_and_looped_over(source, expected):
    assert render({}, subject=source) == Rendered(subject=expected, html="", text="")


@pytest.mark.parametrize("chain", ["first_name | upcase", "total | plus: 1", "day | date: '%Y'"])
def test_a_filter_does_not_hide_a_missing_value(chain):
    name = chain.split()[0]
    assert render({}, text="{{ " + chain + " }}") == Refusal(reason=f"missing_value:{name}")


def test_values_are_escaped_in_html_and_not_in_the_subject():
    words = render(
        {"first_name": "<b>A&B</b>"}, subject="{{ first_name }}", html="<p>{{ first_name }}</p>"
    )
    assert words.subject == "<b>A&B</b>"
    assert words.html.startswith("<p>&lt;b&gt;A&amp;B&lt;/b&gt;</p>")


def test_a_line_break_in_a_value_cannot_add_a_header():
    assert render({"a": "x\r\nBcc: y"}, subject="{{ a }}").subject == "x Bcc: y"


@pytest.mark.parametrize(
    "source",
    ["{{ name.__class__ }}", "{{ name.mro }}", "{{ name.upper }}"],
)
def test_templates_cannot_reach_into_python(source):
    assert render({"name": "Ada"}, text=source).reason.startswith("missing_value:name")


def test_a_runaway_template_is_stopped():
    bomb = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}"
    assert render({}, text=bomb) == Refusal(reason="render_limit")


def test_a_template_can_hold_itself_back_with_a_reason():
    assert render(
        {"stock": 0}, text="{% if stock == 0 %}{{ 'sold_out' | hold_back }}{% endif %}"
    ) == (Refusal(reason="template:sold_out"))


@pytest.mark.parametrize(
    ("part", "source", "message"),
    [
        ("subject", "Hi {{ first_name", "Line 1:"),
        ("text", "One\n{% if x %}two", "expected"),
        ("html", "<p>{{ x | upcaze }}</p>", "There is no filter “upcaze”."),
    ],
)
def test_a_fault_in_a_template_is_told_with_its_part_and_line(part, source, message):
    with pytest.raises(BadTemplate) as told:
        compile_words(Draft(**{part: source}))
    assert told.value.part == {"html": "source"}.get(part, part)
    assert message in str(told.value)


def test_links_are_tracked_whatever_they_are_made_of_and_the_unsubscribe_link_is_not():
    page = (
        "<body><a href='https://a.example/?x=1&amp;y=2'>1</a>"
        '<a class="b" href="{{ referral.link }}">2</a>'
        '<a href="https://a.example/{{ name }}?z=1&amp;n={{ name }}">3</a>'
        '<a href="{{ unsubscribe_link }}">4</a><a href="mailto:a@b.example">5</a></body>'
    )
    words = render({"referral": {"link": "https://r.example/q?c=1&d=2"}, "name": "A&B"}, html=page)
    assert re.findall(r"""href=["']([^"']*)["']""", words.html) == [
        "https://m.example/c?https://a.example/?x=1&amp;y=2",
        "https://m.example/c?https://r.example/q?c=1&amp;d=2",
        "https://m.example/c?https://a.example/A&amp;B?z=1&amp;n=A&amp;B",
        "https://m.example/u",
        "mailto:a@b.example",
    ]
    assert '<img src="https://m.example/o.gif"' in words.html


def test_only_the_names_a_version_reads_are_asked_for():
    compiled = compile_words(Draft(html='<a href="{{ referral.link }}">{{ first_name }}</a>'))
    assert compiled.names == {"referral", "first_name"}


def test_mjml_is_compiled_and_liquid_passes_through():
    page = compile_source(MJML, "mjml")
    assert "<table" in page
    assert "{{ first_name }}" in page
    assert "fonts.googleapis" not in page
    assert derive_text(page) == (
        "Hi {{ first_name }}, we miss you.\n\nSee what is new: https://shop.example/new?a=1&b=2\n\n"
        "Unsubscribe: {{ unsubscribe_link }}"
    )


def test_mjml_that_cannot_be_read_is_refused_with_the_reason():
    with pytest.raises(
        BadSource, match=r"Line 1: </mj-body> closes nothing; <mj-text> of line 1 is"
    ):
        compile_source("<mjml><mj-body><mj-text></mj-body></mjml>", "mjml")


KEY = derive_key("secret")


def make_token(scope=Scope.CLICK, **overrides):
    settings = {"delivery_id": 7, "expires_at": NOW + timedelta(days=1), "text": "https://x/ä"}
    return sign_token(KEY, scope, **{**settings, **overrides})


def test_a_token_gives_back_what_was_signed():
    token = read_token(KEY, Scope.CLICK, make_token(), now=NOW)
    assert (token.delivery_id, token.text) == (7, "https://x/ä")


@pytest.mark.parametrize(
    ("token", "now"),
    [
        pytest.param(make_token(Scope.OPEN), NOW, id="other scope"),
        pytest.param(make_token(), NOW + timedelta(days=2), id="expired"),
        pytest.param(make_token()[:-2] + "xx", NOW, id="changed signature"),
        pytest.param("B" + make_token()[1:], NOW, id="changed scope byte"),
        pytest.param(
            sign_token(
                derive_key("other"), Scope.CLICK, delivery_id=7, expires_at=NOW + timedelta(days=1)
            ),
            NOW,
            id="other key",
        ),
        pytest.param("", NOW, id="empty"),
        pytest.param("ä%", NOW, id="no base64"),
    ],
)
def test_a_token_is_refused_unless_genuine_of_its_scope_and_in_time(token, now):
    with pytest.raises(BadToken):
        read_token(KEY, Scope.CLICK, token, now=now)


@pytest.mark.parametrize(
    ("traits", "values"),
    [
        ({"firstName": "Ada"}, {"firstName": "Ada", "first_name": "Ada"}),
        ({"first_name": "Ada"}, {"firstName": "Ada", "first_name": "Ada"}),
        ({"firstName": "A", "first_name": "B"}, {"firstName": "A", "first_name": "B"}),
        ({"last_name": ""}, {}),
    ],
    ids=["camel", "snake", "both stay", "empty is missing"],
)
def test_names_of_people_can_be_read_in_both_spellings(traits, values):
    assert trait_values(traits) == values
