"""Turns a document of blocks into MJML, inside the frame of the brand."""

from collections.abc import Callable, Mapping
from typing import Any

from campaigns.content.rules.document import (
    BadDocument,
    Block,
    Button,
    Columns,
    Divider,
    Document,
    Heading,
    Image,
    ProductList,
    Raw,
    Shared,
    Social,
    Spacer,
    Text,
)
from campaigns.content.rules.document_words import as_attribute, as_line, as_paragraphs
from campaigns.content.rules.shared import HEAD, BlockKind, SharedWords

NAMES: Mapping[str, str] = {
    "heading": "Heading",
    "text": "Text",
    "image": "Image",
    "button": "Button",
    "columns": "Columns",
    "products": "Product list",
    "divider": "Divider",
    "spacer": "Spacer",
    "social": "Social links",
    "shared": "Shared block",
    "raw": "MJML",
}
_SIZES = {1: ("28px", "34px"), 2: ("22px", "28px"), 3: ("18px", "24px")}
_SECTION_TAGS = ("<mj-section", "<mj-wrapper", "<mj-hero")
_LOGO = """<mj-section padding="16px 0"><mj-column><mj-text align="center" font-size="20px" \
font-weight="700">{% if brand.logo_url %}<img src="{{ brand.logo_url }}" \
width="{{ brand.logo_width }}" alt="{{ brand.company | default: '' }}" style="max-width:100%" />\
{% else %}{{ brand.company | default: '' }}{% endif %}</mj-text></mj-column></mj-section>"""
_LEGAL = "{% for line in brand.footer_lines %}{{ line }}<br />{% endfor %}"
_LEAVE = """<a href="{{{{ consent.preferences_link }}}}" style="color:inherit">{preferences}</a> · \
<a href="{{{{ unsubscribe_link }}}}" style="color:inherit">{unsubscribe}</a>"""


def write_mjml(document: Document, blocks: Mapping[str, SharedWords]) -> str:
    """Return the MJML of a document; raises `BadDocument` that names an unfinished block."""
    sections = [" ".join(_section(block, blocks).split("\n")) for block in document.blocks]
    preview = (
        f"<mj-preview>{as_line(document.preheader)}</mj-preview>" if document.preheader else ""
    )
    body = "\n".join((_LOGO if document.header else "", *sections, _footer(document)))
    return (
        f"<mjml>{HEAD.format(preview=preview)}"
        f'<mj-body background-color="{{{{ brand.background }}}}">{body}\n</mj-body></mjml>'
    )


def name_line(document: Document, line: int) -> str:
    """Return the name of the block on a line of the MJML: each has one line, below the header's."""
    at = line - 2
    return name_of(document.blocks[at]) if 0 <= at < len(document.blocks) else ""


def name_of(block: Block) -> str:
    """Return how pages call a block, such as “Text (b2)”."""
    return f"{NAMES[block.kind]} ({block.id})"


def _footer(document: Document) -> str:
    if document.footer == "none":
        return ""
    leaving = _LEAVE.format(
        preferences=as_line(document.preferences_label),
        unsubscribe=as_line(document.unsubscribe_label),
    )
    words = _LEGAL + (leaving if document.footer == "full" else "")
    text = (
        '<mj-text align="center" font-size="13px" line-height="20px" '
        f'color="{{{{ brand.muted }}}}">{words}</mj-text>'
    )
    return f'<mj-section padding="16px 0"><mj-column>{text}</mj-column></mj-section>'


def _section(block: Block, blocks: Mapping[str, SharedWords]) -> str:
    if isinstance(block, Columns):
        columns = "".join(
            f"<mj-column>{''.join(_part(inner, blocks) for inner in column.blocks)}</mj-column>"
            for column in block.columns
        )
        return _white(columns)
    if isinstance(block, Raw) and block.mjml.lstrip().startswith(_SECTION_TAGS):
        return block.mjml
    if isinstance(block, Shared) and _kind_of(block, blocks) is BlockKind.SECTIONS:
        return _render(block)
    if isinstance(block, ProductList):
        return _products(block)
    return _white(f"<mj-column>{_part(block, blocks)}</mj-column>")


def _part(block: Block, blocks: Mapping[str, SharedWords]) -> str:
    """Return a block as it stands in a column."""
    if isinstance(block, Shared):
        kind = _kind_of(block, blocks)
        if kind is BlockKind.SECTIONS:
            raise _unfinished(block, "has sections of its own and cannot stand in a column")
        return f"<mj-text>{_render(block)}</mj-text>" if kind is BlockKind.WORDS else _render(block)
    write: Callable[[Any], str] = _WRITERS[block.kind]
    return write(block)


def _white(inside: str) -> str:
    return f'<mj-section background-color="{{{{ brand.surface }}}}" padding="0 8px">{inside}</mj-section>'


def _heading(block: Heading) -> str:
    size, height = _SIZES[block.level]
    return (
        f'<mj-text align="{block.align}" font-size="{size}" line-height="{height}" font-weight="700" '
        f'font-family="{{{{ brand.heading_font }}}}"><h{block.level} style="margin:0;font:inherit">'
        f"{as_line(block.text)}</h{block.level}></mj-text>"
    )


def _text(block: Text) -> str:
    return f'<mj-text align="{block.align}">{as_paragraphs(block.text)}</mj-text>'


def _image(block: Image) -> str:
    if not block.src:
        raise _unfinished(block, "needs the address of a picture")
    link = f' href="{as_attribute(block.href)}"' if block.href else ""
    return (
        f'<mj-image src="{as_attribute(block.src)}" alt="{as_attribute(block.alt)}" '
        f'width="{block.width}px"{link} />'
    )


def _button(block: Button) -> str:
    if not block.href:
        raise _unfinished(block, "needs a link")
    filled = (
        'background-color="{{ brand.primary }}" color="{{ brand.on_primary }}"'
        if block.look == "filled"
        else 'background-color="{{ brand.surface }}" color="{{ brand.primary }}" '
        'border="2px solid {{ brand.primary }}"'
    )
    return (
        f'<mj-button href="{as_attribute(block.href)}" align="{block.align}" {filled} '
        f'border-radius="6px" font-size="16px" font-weight="700">{as_line(block.label)}</mj-button>'
    )


def _products(block: ProductList) -> str:
    return (
        f"<mj-raw>{{% for product in {block.items} limit: {block.count} %}}</mj-raw>"
        + _white(
            f'<mj-column width="30%">{_PRODUCT_PICTURE}</mj-column>'
            f'<mj-column width="70%">{_product_words(block)}</mj-column>'
        )
        + "<mj-raw>{% endfor %}</mj-raw>"
    )


_PRODUCT_PICTURE = (
    '<mj-text>{% if product.image_url %}<img src="{{ product.image_url }}" '
    'alt="{{ product.name | default: \'\' }}" width="140" style="max-width:100%" />{% endif %}</mj-text>'
)


def _product_words(block: ProductList) -> str:
    link = ""
    if block.button:
        link = (
            '{% if product.url %}<br /><a href="{{ product.url }}" '
            f'style="color:{{{{ brand.primary }}}}">{as_line(block.button)}</a>{{% endif %}}'
        )
    return (
        "<mj-text><strong>{{ product.name | default: product.title | default: product.sku }}</strong>"
        "{% if product.price %}<br />{{ product.price }} "
        f"{{{{ product.currency | default: '' }}}}{{% endif %}}{link}</mj-text>"
    )


def _product_column(block: ProductList) -> str:
    return (
        f"<mj-raw>{{% for product in {block.items} limit: {block.count} %}}</mj-raw>"
        f"{_PRODUCT_PICTURE}{_product_words(block)}<mj-raw>{{% endfor %}}</mj-raw>"
    )


def _divider(_: Divider) -> str:
    return '<mj-divider border-width="1px" border-color="{{ brand.muted }}" />'


def _spacer(block: Spacer) -> str:
    return f'<mj-spacer height="{block.height}px" />'


def _social(block: Social) -> str:
    if not block.links:
        raise _unfinished(block, "needs at least one link")
    links = " · ".join(
        f'<a href="{as_attribute(link.href)}" style="color:inherit">{as_line(link.name)}</a>'
        for link in block.links
    )
    return f'<mj-text align="center" font-size="14px">{links}</mj-text>'


def _raw(block: Raw) -> str:
    return block.mjml


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "heading": _heading,
    "text": _text,
    "image": _image,
    "button": _button,
    "products": _product_column,
    "divider": _divider,
    "spacer": _spacer,
    "social": _social,
    "raw": _raw,
}


def _render(block: Shared) -> str:
    return f'{{% render "{block.slug}" %}}'


def _kind_of(block: Shared, blocks: Mapping[str, SharedWords]) -> BlockKind:
    found = blocks.get(block.slug)
    if found is None:
        raise _unfinished(block, "must be chosen" if not block.slug else f"“{block.slug}” is gone")
    return found.kind


def _unfinished(block: Block, what: str) -> BadDocument:
    return BadDocument(f"{name_of(block)} {what}.")
