"""An e-mail as a document of typed blocks: what staff compose, stored as JSON."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, StringConstraints, ValidationError

Align = Literal["left", "center", "right"]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Id = Annotated[str, StringConstraints(pattern=r"^b[0-9]{1,6}$")]
# A list of the person's values: `event.products`.
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=120)]


class BadDocument(ValueError):
    """A document has a fault; the text names the block."""


class _Model(BaseModel, extra="forbid", frozen=True):
    pass


class _Block(_Model):
    id: Id


class Heading(_Block):
    """A line that says what follows."""

    kind: Literal["heading"] = "heading"
    text: Line = "What is new"
    level: Literal[1, 2, 3] = 1
    align: Align = "left"


class Text(_Block):
    """Paragraphs with **bold**, *italic* and [links](https://…)."""

    kind: Literal["text"] = "text"
    text: Annotated[str, Field(max_length=10_000)] = "Write here."
    align: Align = "left"


class Image(_Block):
    """A picture with its description."""

    kind: Literal["image"] = "image"
    src: Address = ""
    alt: Line = ""
    href: Address = ""
    width: Annotated[int, Field(ge=16, le=600)] = 600


class Button(_Block):
    """What people are to tap."""

    kind: Literal["button"] = "button"
    label: Line = "Read more"
    href: Address = ""
    look: Literal["filled", "outline"] = "filled"
    align: Align = "left"


class ProductList(_Block):
    """One row for each product of a list of values: picture, name, price, button."""

    kind: Literal["products"] = "products"
    items: Path = "event.products"
    count: Annotated[int, Field(ge=1, le=12)] = 4
    button: Line = "Look"


class Divider(_Block):
    """A thin line."""

    kind: Literal["divider"] = "divider"


class Spacer(_Block):
    """Empty space, in pixels."""

    kind: Literal["spacer"] = "spacer"
    height: Annotated[int, Field(ge=4, le=200)] = 24


class SocialLink(_Model):
    """The name of a network and the page there."""

    name: Line
    href: Address


class Social(_Block):
    """Links to pages of the brand elsewhere, as words: pictures would come from strangers."""

    kind: Literal["social"] = "social"
    links: Annotated[list[SocialLink], Field(max_length=10)] = []


class Shared(_Block):
    """A shared block, by its slug."""

    kind: Literal["shared"] = "shared"
    slug: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$", max_length=64)] = ""


class Raw(_Block):
    """MJML for what no block can do."""

    kind: Literal["raw"] = "raw"
    mjml: Annotated[str, Field(max_length=20_000)] = "<mj-text>…</mj-text>"


Simple = Heading | Text | Image | Button | ProductList | Divider | Spacer | Social | Shared | Raw
AnySimple = Annotated[Simple, Field(discriminator="kind")]


class Column(_Model):
    """Blocks below each other."""

    blocks: Annotated[list[AnySimple], Field(max_length=30)] = []


class Columns(_Block):
    """Columns side by side, below each other on phones."""

    kind: Literal["columns"] = "columns"
    columns: Annotated[list[Column], Field(min_length=2, max_length=4)] = [Column(), Column()]


Block = Simple | Columns
BLOCKS: dict[str, type[Block]] = {
    str(get_args(each.model_fields["kind"].annotation)[0]): each for each in get_args(Block)
}


class Document(_Model):
    """The blocks of an e-mail from top to bottom, and the frame around them."""

    version: Literal[1] = 1
    preheader: Line = ""
    header: bool = True
    footer: Literal["full", "address", "none"] = "full"
    preferences_label: Line = "Your preferences"
    unsubscribe_label: Line = "Unsubscribe"
    blocks: Annotated[
        list[Annotated[Block, Field(discriminator="kind")]], Field(max_length=100)
    ] = []


def parse_document(text: str) -> Document:
    """Read a document from JSON; raises `BadDocument`."""
    try:
        return Document.model_validate_json(text)
    except ValidationError as error:
        raise BadDocument(say_fault(error)) from None


def read_document(written: Any) -> Document:
    """Read a document from plain values; raises `BadDocument`."""
    try:
        return Document.model_validate(written)
    except ValidationError as error:
        raise BadDocument(say_fault(error)) from None


def write_document(document: Document) -> str:
    """Return a document as JSON, line by line, so that versions can be compared."""
    return document.model_dump_json(indent=2)


def say_fault(error: ValidationError) -> str:
    """Name the first fault by its path."""
    fault = error.errors()[0]
    path = ".".join(str(step) for step in fault["loc"]) or "blocks"
    return f"{path}: {fault['msg']}."
