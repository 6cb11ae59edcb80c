"""Turns a published version and a person's values into the words they get."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Protocol

from liquid import BoundTemplate, RenderContext
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.filter import with_context
from markupsafe import Markup

from campaigns.content.rules.asking import Asks, Codes, NoCodeLeft
from campaigns.content.rules.asking_tags import list_asked
from campaigns.content.rules.brand import choose_brand
from campaigns.content.rules.html import add_tracking
from campaigns.content.rules.liquid import HeldBackByTemplate, MissingValue, make_environment
from campaigns.content.rules.values import list_paths, list_pools, reads_brand


class Words(Protocol):
    """What a version holds: subject, compiled HTML, text and fields, each with Liquid inside."""

    subject: str
    html: str
    text: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalLinks:
    """The links of one delivery."""

    unsubscribe: str
    open_pixel: str
    track: Callable[[str], str]
    view: str = "#"
    trap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message in the words for one person."""

    subject: str
    html: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message cannot be put into words for this person, and in which language it was tried."""

    reason: str
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What words may ask for: segments by name or key, catalogs with fields, coupon pools.

    Each stands with the part that names it.
    """

    segments: dict[str, str] = field(default_factory=dict)
    catalogs: dict[tuple[str, str], str] = field(default_factory=dict)
    pools: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWords:
    """Parsed templates of one version. `names` are the root names they read, `paths` the whole.

    `brand` holds the kits that were current when it was published, `segments` the keys of the
    segments it names.
    """

    subject: BoundTemplate
    html: BoundTemplate | None
    text: BoundTemplate
    fields: dict[str, BoundTemplate]
    names: frozenset[str]
    paths: tuple[str, ...]
    asked: Asked = field(default_factory=Asked)
    segments: Mapping[str, str] = field(default_factory=dict)
    reads_brand: bool = False
    brand: Sequence[Mapping[str, Any]] = ()


class BadTemplate(ValueError):
    """The Liquid of a part cannot be parsed. `part` names it."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@with_context
def _tracked(address: Any, *, context: RenderContext) -> str:
    """Wrap one address; a captured one has been escaped already and is turned back first."""
    track = context.get(["_track"], token=None, default=None)
    target = unescape(str(address)) if isinstance(address, Markup) else str(address)
    return str(track(target.strip())) if callable(track) else target.strip()


_HTML = make_environment(escapes=True)
_PLAIN = make_environment(escapes=False)
for _environment in (_HTML, _PLAIN):
    _environment.filters["tracked"] = _tracked

# Where the answers to what a message asked are kept among its values.
KEPT = "_asked"

# What a tap opens goes through the tracked link, like a link in a mail.
_TRACKED_FIELDS = frozenset({"url"})


def compile_words(
    words: Words,
    *,
    brand: Sequence[Mapping[str, Any]] = (),
) -> CompiledWords:
    """Parse a version once; raises `BadTemplate` that names the part, the line and the fault."""
    subject = _parse("subject", words.subject, escapes=False)
    html = _parse("source", add_tracking(words.html), escapes=True) if words.html else None
    text = _parse("text", words.text, escapes=False)
    fields = {
        name: _parse(f"fields.{name}", source, escapes=False)
        for name, source in words.fields.items()
    }
    parts = [part for part in (subject, html, text, *fields.values()) if part]
    paths = list_paths(parts)
    named = {"subject": subject, "source": html, "text": text} | {
        f"fields.{name}": part for name, part in fields.items()
    }
    return CompiledWords(
        subject=subject,
        html=html,
        text=text,
        fields=fields,
        names=frozenset(path.split(".")[0] for path in paths),
        paths=tuple(paths),
        asked=_find_asked({name: part for name, part in named.items() if part}),
        reads_brand=reads_brand(parts),
        brand=brand,
    )


def render_words(
    compiled: CompiledWords,
    *,
    values: Mapping[str, Any],
    links: PersonalLinks,
    asks: Asks | None = None,
) -> Rendered | Refusal:
    """Render a version for one person, or say why it cannot be: never “Hi ,”.

    `values` holds no empty values (see `present_values`). About 0.4 ms for a mail of 10 KB. What
    `asks` wants afterwards has to be found before the message is whole; without it, answers are
    those kept among the values.
    """
    asks = Asks(**values.get(KEPT, {})) if asks is None else asks
    customer = values.get("customer") or {}
    known = {
        **values,
        "brand": choose_brand(compiled.brand, customer.get("country")),
        "unsubscribe_link": links.unsubscribe,
        "open_pixel_link": links.open_pixel,
        "view_link": links.view,
        "trap_link": links.trap,
        "_track": links.track,
        "_asks": asks,
        "coupon": Codes(asks),
    }
    try:
        return Rendered(
            subject=" ".join(compiled.subject.render(known).split()),
            html=compiled.html.render(known) if compiled.html else "",
            text=compiled.text.render(known),
            fields={
                name: _render_field(name, part, known, links)
                for name, part in compiled.fields.items()
            },
        )
    except MissingValue as missing:
        return Refusal(reason=f"missing_value:{missing.path}")
    except NoCodeLeft as dry:
        return Refusal(reason=f"coupon_pool_empty:{dry.pool}")
    except HeldBackByTemplate as held:
        return Refusal(reason=f"template:{held.reason}")
    except ResourceLimitError:
        return Refusal(reason="render_limit")
    except LiquidError:
        return Refusal(reason="render_error")


def _find_asked(parts: dict[str, BoundTemplate]) -> Asked:
    asked = Asked()
    # The first part that names something counts: a plain text is made from the source.
    for name, part in reversed(parts.items()):
        segments, catalogs = list_asked(part.nodes, RenderContext(part))
        asked.segments.update(dict.fromkeys(segments, name))
        asked.catalogs.update(dict.fromkeys(catalogs, name))
        asked.pools.update(dict.fromkeys(list_pools([part]), name))
    return asked


def _render_field(
    name: str, template: BoundTemplate, known: Mapping[str, Any], links: PersonalLinks
) -> str:
    text = template.render(known).strip()
    return links.track(text) if text and name in _TRACKED_FIELDS else text


def trait_values(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Return traits as templates read them: no empty ones, names of people in both spellings.

    Segment's SDKs send `firstName`, many shops `first_name`; a template may use either.
    """
    values = present_values(traits)
    for camel, snake in (("firstName", "first_name"), ("lastName", "last_name")):
        for name, other in ((camel, snake), (snake, camel)):
            if name not in values and other in values:
                values[name] = values[other]
    return values


def present_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without those that are empty: an empty name is a missing name."""
    return {
        name: present_values(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if value is not None and value != "" and not (isinstance(value, str) and value.isspace())
    }


def _parse(part: str, source: str, *, escapes: bool) -> BoundTemplate:
    environment = _HTML if escapes else _PLAIN
    try:
        template = environment.from_string(source)
    except LiquidSyntaxError as error:
        position = getattr(error, "token", None)
        start = getattr(position, "start_index", 0) or 0
        line = source.count("\n", 0, start) + 1
        raise BadTemplate(part, f"Line {line}: {error.args[0]}.") from None
    except LiquidError as error:
        raise BadTemplate(part, f"{error.args[0]}.") from None
    unknown = sorted(set(template.analyze().filters) - set(environment.filters))
    if unknown:
        raise BadTemplate(part, f"There is no filter “{unknown[0]}”.")
    return template
