"""Template tags of the components; built in, so that templates need no `load`.

Simple components are included (`ui/pill.html`); those that wrap markup are block tags.
Attributes with a hyphen are written with an underscore: `hx_post=url` becomes `hx-post`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms, template
from django.forms.utils import flatatt
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.safestring import SafeString

from kernel.ui import icons

register = template.Library()

# Days go on to a year: weeks and months would only make people count.
_UNITS = (
    (365.2425 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min"),
)  # fmt: skip


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Draw an icon: `{% icon "mail" %}`."""
    return icons.icon(str(name), int(size))


@register.filter
def ago(at: datetime) -> str:
    """Say how long ago something was, short enough for a list: `11 d ago`.

    Only the largest unit counts; a moment ahead, or less than a minute ago, is `just now`.
    """
    seconds = (timezone.now() - at).total_seconds()
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length):,} {unit} ago"
    return "just now"


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> str:
    """Repeat the content of a block: the page's title is also its first heading."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return str(block.render(context)).strip()


@register.inclusion_tag("ui/button.html")
def button(label: str, **options: Any) -> dict[str, Any]:
    """Draw a button, or a link that looks like one when `href` is given."""
    own = ("icon", "kind", "href", "small", "icon_only", "full", "disabled")
    known = {name: options.pop(name, "") for name in own}
    return {"label": label, **known, "attributes": attributes(options)}


@register.inclusion_tag("ui/pill.html")
def pill(label: str, tone: str = "", *, dot: bool = True) -> dict[str, Any]:
    """Draw a state: a word with a dot and a tint."""
    return {"label": label, "tone": tone, "dot": dot}


@register.inclusion_tag("ui/field.html")
def field(bound: forms.BoundField, **options: Any) -> dict[str, Any]:
    """Draw a form field with its label, help and errors; options become attributes."""
    return {"field": bound, "control": bound.as_widget(attrs=_field_attributes(bound, options))}


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """Draw the errors that belong to no single field."""
    return {"errors": form.non_field_errors()}


@register.simple_block_tag
def card(content: str, **options: Any) -> str:
    """Wrap in a card: `{% card title="Journeys" %}…{% endcard %}`."""
    return render_to_string("ui/card.html", {"content": content, **options})


@register.simple_block_tag
def table(content: str, label: str, **options: Any) -> str:
    """Wrap rows in a table that scrolls sideways inside its card and has a name."""
    return render_to_string("ui/table.html", {"content": content, "label": label, **options})


@register.simple_block_tag
def dialog(content: str, id: str, title: str, **options: Any) -> str:  # noqa: A002
    """Wrap in a dialog; `drawer=True` puts it at the right edge."""
    return render_to_string(
        "ui/dialog.html", {"content": content, "id": id, "title": title, **options}
    )


@register.simple_block_tag
def menu(content: str, id: str, label: str, **options: Any) -> str:  # noqa: A002
    """Wrap entries in a menu with the button that opens it."""
    return render_to_string(
        "ui/menu.html", {"content": content, "id": id, "label": label, **options}
    )


@register.simple_block_tag
def note(content: str, tone: str = "", title: str = "") -> str:
    """Wrap in a note: a hint, a warning or an error beside what it is about."""
    return render_to_string("ui/note.html", {"content": content, "tone": tone, "title": title})


@register.simple_tag(takes_context=True)
def current_url(context: Context, **changes: Any) -> str:
    """Return this page's address with some query parameters changed; `None` or "" removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    encoded: str = query.urlencode()
    return f"?{encoded}" if encoded else context["request"].path


def attributes(options: dict[str, Any]) -> SafeString:
    """Turn options into HTML attributes; false and empty ones are left out."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in options.items()}
    return flatatt({name: value for name, value in named.items() if value not in (None, False, "")})


def _field_attributes(bound: forms.BoundField, options: dict[str, Any]) -> dict[str, Any]:
    notes: Sequence[str] = [
        *([f"{bound.auto_id}_help"] if bound.help_text else []),
        *([f"{bound.auto_id}_error"] if bound.errors else []),
    ]
    found = {name.rstrip("_").replace("_", "-"): value for name, value in options.items()}
    if notes:
        found["aria-describedby"] = " ".join(notes)
    if bound.errors:
        found["aria-invalid"] = "true"
    return found
