"""Messages are rendered on shorter ways than the library's: to the same letters, with the same faults."""

import pytest
from liquid import BoundTemplate, Environment
from liquid.builtin.content import Literal
from liquid.builtin.output import Output
from liquid.exceptions import LiquidError, ResourceLimitError

from campaigns.content.rules.liquid import MissingValue, make_environment
from campaigns.content.rules.rendering import PersonalLinks, Refusal, compile_words, render_words

VALUES = {
    "name": "Ann <b>O'Hara</b> & \"Co\"", "plain": "pro", "empty": "", "none": None, "yes": True,
    "n": 3, "price": 19.9, "items": ["a<", "b", 3], "order": {"id": "7&7", "lines": [{"sku": "x"}]},
    "size": "own", "day": "2026-11-22",
}  # fmt: skip
TEMPLATES = [
    "{{ name }}", "{{ plain }}{{ empty }}{{ none }}{{ yes }}{{ n }}{{ price }}{{ items }}",
    "{{ name | upcase }} {{ name | escape }} {{ name | downcase | capitalize }}",
    "{{ order.id }} {{ order['id'] }} {{ order.lines[0].sku }} {{ order.lines.first.sku | upcase }}",
    "{{ 'a<b' }} {{ 3 }} {{ (1..3) }} {{ nil }} {{ true }}",
    "{{ absent | default: 'there' }} {{ absent.deep | default: name }} {{ name | append: '<' }}",
    "{% assign name = 'x<y' %}{{ name }}{% capture kept %}<i>{{ plain }}</i>{% endcapture %}{{ kept }}",
    "{% for item in items %}{{ item }}{{ forloop.index }}{% endfor %}{{ items | join: '&' }}",
    "{% for name in items %}{{ name | upcase }}{% endfor %}{{ name | size }}",
    "{% if plain == 'pro' %}{{ plain }}{% else %}{{ absent }}{% endif %}",
    "{{ day | date: '%Y' }} {{ n | plus: 2 | times: 3 }}",
    "{{ size }} {{ items.size }} {{ order | json }}", "{% increment n %}{{ n }}", "no tags < at all",
]  # fmt: skip


def as_the_library(escapes: bool) -> Environment:
    """Our environment with the ways of the library put back."""
    environment = make_environment(escapes=escapes)
    environment.template_class = BoundTemplate  # type: ignore[assignment]  # the wider one
    environment.add_tag(Literal)
    environment.add_tag(Output)
    return environment


@pytest.mark.parametrize("escapes", [True, False], ids=["html", "plain"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_same_is_written(template: str, escapes: bool) -> None:
    ours = make_environment(escapes=escapes).from_string(template)
    theirs = as_the_library(escapes).from_string(template)
    assert ours.render(VALUES) == theirs.render(VALUES)
    assert str(ours) == str(theirs)


@pytest.mark.parametrize(
    "template",
    ["{{ absent }}", "{{ order.absent }}", "{{ absent | upcase }}", "{{ plain.deeper }}",
     "{{ items[9] }}", "{% for i in items %}{{ i.absent }}{% endfor %}"],
)  # fmt: skip
def test_a_missing_value_is_named_alike(template: str) -> None:
    paths = []
    for environment in (make_environment(escapes=True), as_the_library(escapes=True)):
        with pytest.raises(MissingValue) as refused:
            environment.from_string(template).render(VALUES)
        paths.append(refused.value.path)
    assert paths[0] == paths[1]


@pytest.mark.parametrize(
    "template", ["{{ name | plus }}", "{{ n | join }}", "{{ items | sum: 'x' | upcase: 1 }}"]
)
def test_a_filter_that_cannot_take_the_value_says_so_alike(template: str) -> None:
    told = []
    for environment in (make_environment(escapes=False), as_the_library(escapes=False)):
        try:
            told.append(environment.from_string(template).render(VALUES))
        except LiquidError as error:
            told.append(f"{type(error).__name__} {error}")
    assert told[0] == told[1]


def test_a_filter_without_what_it_needs_refuses_one_message_only() -> None:
    class Words:
        subject, html, fields = "x", "", dict[str, str]()
        text = "{{ name | plus }}"

    links = PersonalLinks(unsubscribe="u", open_pixel="o", track=str)
    refused = render_words(compile_words(Words()), values={"name": "Ann"}, links=links)
    assert refused == Refusal(reason="render_error")


@pytest.mark.parametrize(
    "template",
    ["{% for i in (1..9000) %}" + "x" * 60 + "{% endfor %}",
     "{% for i in (1..9000) %}{{ long }}{% endfor %}",
     "{% capture all %}{% for i in (1..9000) %}{{ long }}{% endfor %}{% endcapture %}"],
)  # fmt: skip
def test_what_is_written_has_a_limit(template: str) -> None:
    with pytest.raises(ResourceLimitError):
        make_environment(escapes=True).from_string(template).render({"long": "y" * 60})
