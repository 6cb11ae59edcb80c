"""The template tags of the components."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from tests.kernel.ui.charts.reading import find_all, parse


def render(text, **context):
    return Template(text).render(Context(context))


def test_a_button_becomes_a_link_when_it_leads_somewhere():
    (link,) = find_all(
        parse(render('{% button "Open" href=url kind="primary" %}', url="/a?b=1&c=2")), "a"
    )
    assert link.get("href") == "/a?b=1&c=2"
    assert link.get("class") == "button button--primary"


def test_options_of_a_button_become_attributes_with_hyphens():
    (button,) = find_all(
        parse(render('{% button "Save" type="submit" hx_post=url data_x="1" %}', url="/save/")),
        "button",
    )
    assert button.get("hx-post") == "/save/"
    assert (button.get("type"), button.get("data-x")) == ("submit", "1")


def test_a_button_submits_nothing_by_accident():
    assert 'type="button"' in render('{% button "Save" %}')


def test_a_button_with_an_icon_only_still_has_a_name():
    (button,) = find_all(
        parse(render('{% button "Delete" icon="trash-2" icon_only=True %}')), "button"
    )
    assert button.get("aria-label") == "Delete"


def test_labels_are_escaped():
    text = render(
        "{% button label %}{% pill label %}{% card title=label %}x{% endcard %}", label="<i>"
    )
    assert "<i>" not in text
    assert text.count("&lt;i&gt;") == 4


def test_a_card_keeps_the_markup_inside_it():
    assert "<p>a &amp; b</p>" in render(
        '{% card title="A" %}<p>{{ x }}</p>{% endcard %}', x="a & b"
    )


def test_an_unknown_icon_is_an_error():
    with pytest.raises(Exception, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')


class Form(forms.Form):
    name = forms.CharField(help_text="As on letters.")
    note = forms.CharField(required=False)


def test_a_wrong_field_says_so_to_screen_readers():
    markup = render("{% field form.name %}", form=Form({}))
    assert 'aria-invalid="true"' in markup
    assert 'aria-describedby="id_name_help id_name_error"' in markup
    assert 'id="id_name_error"' in markup


def test_a_field_that_may_stay_empty_is_called_optional():
    assert "optional" in render("{% field form.note %}", form=Form())
    assert "optional" not in render("{% field form.name %}", form=Form())


def test_the_address_keeps_its_filters_when_one_changes():
    request = RequestFactory().get("/people/?status=live&page=3")
    assert render("{% current_url page=4 %}", request=request) == "?status=live&amp;page=4"
    assert render("{% current_url page=None %}", request=request) == "?status=live"
    assert render('{% current_url page=None status="" %}', request=request) == "/people/"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=-5), "just now"), (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59, seconds=59), "59 min ago"), (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=47), "1 d ago"), (timedelta(days=11, hours=4), "11 d ago"),
        (timedelta(days=365), "365 d ago"), (timedelta(days=740), "2 y ago"),
    ],
    ids=str,
)  # fmt: skip
def test_how_long_ago_is_said_in_the_largest_unit(past, words):
    now = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        assert render("{{ at|ago }}", at=now - past) == words
