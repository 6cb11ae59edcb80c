"""Safe markup for charts: elements, numbers, the data table. Escapes everything it is given."""

from collections.abc import Iterable, Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Attribute = str | float | bool | None


def element(tag: str, *children: str, **attributes: Attribute) -> SafeString:
    """Return one element; `class_` and `view_box` become `class` and `viewBox`, `_` becomes `-`."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    inner = "".join(conditional_escape(child) for child in children)
    return mark_safe(f"<{tag}{written}>{inner}</{tag}>")  # noqa: S308 - parts are escaped above


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Return the parts one after the other."""
    return mark_safe("".join(parts))  # noqa: S308 - safe parts only


def number(value: float) -> str:
    """Write a coordinate: two decimals at most, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def share(value: float) -> str:
    """Write a fraction as a length: 0.42 becomes 42%."""
    return f"{number(value * 100)}%"


def legend(entries: Sequence[tuple[str, str]]) -> SafeString:
    """Return the legend: label and class of the mark for each series."""
    if len(entries) < 2:
        return SafeString()
    marks = format_html_join(
        "", '<li><span class="plot__mark {}"></span>{}</li>', ((css, text) for text, css in entries)
    )
    return format_html('<ul class="plot__legend">{}</ul>', marks)


def data_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    """Return the figures behind a chart as a table that can be unfolded."""
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in header))
    body = joined(
        format_html(
            '<tr><th scope="row">{}</th>{}</tr>',
            row[0],
            format_html_join("", '<td class="figure">{}</td>', ((cell,) for cell in row[1:])),
        )
        for row in rows
    )
    return format_html(
        '<details class="plot__table"><summary>View as table</summary>'
        '<div class="table-scroll" role="region" aria-label="Figures of {}" tabindex="0">'
        '<table class="table table--compact"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
        "</div></details>",
        title,
        head,
        body,
    )


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    known = {"class_": "class", "view_box": "viewBox", "keep_ratio": "preserveAspectRatio"}
    written = known.get(name, name.replace("_", "-"))
    text = number(value) if isinstance(value, int | float) and value is not True else str(value)
    return f' {written}="{conditional_escape(text)}"'
