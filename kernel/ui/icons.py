"""Icons of lucide as inline SVG, drawn once per name and size."""

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide


@cache
def icon(name: str, size: int = 16) -> SafeString:
    """Return the icon as SVG. It is hidden from screen readers: the text beside it speaks.

    Raises:
        lucide.IconDoesNotExist: lucide has no icon of this name.
    """
    drawing = lucide(name, size=size, stroke_width="1.75", aria_hidden="true", focusable="false")
    return mark_safe(" ".join(drawing.split()))  # noqa: S308 - markup of the package, no input
