"""Brand kits: what they hold, what templates read of them, which one a person sees."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

COLORS = ("primary", "on_primary", "background", "surface", "text", "muted")
# WCAG 2.2, 1.4.3: below this, text of normal size is hard to read.
READABLE_CONTRAST = 4.5
_WEB = r"^(https://[^\s\"'<>{}]+)?$"

Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
Font = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ,'\-]+$", max_length=200)]
Address = Annotated[str, StringConstraints(pattern=_WEB, max_length=500)]
Market = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _as_markets(written: Any) -> Any:
    if isinstance(written, str):
        return [part.upper() for part in re.split(r"[\s,]+", written) if part]
    return written


class BrandValues(BaseModel, extra="forbid", frozen=True):
    """One version of a brand kit. `markets` are countries (ISO 3166); `voice` is for writers only."""

    company: str = Field("", max_length=120)
    website: Address = ""
    logo_url: Address = ""
    logo_width: int = Field(120, ge=16, le=560)
    primary: Color = "#3a4fd0"
    on_primary: Color = "#ffffff"
    background: Color = "#f4f5f7"
    surface: Color = "#ffffff"
    text: Color = "#1a1d24"
    muted: Color = "#565e6c"
    heading_font: Font = "Helvetica, Arial, sans-serif"
    body_font: Font = "Helvetica, Arial, sans-serif"
    footer: str = Field("", max_length=1000)
    voice: str = Field("", max_length=4000)
    markets: Annotated[list[Market], BeforeValidator(_as_markets)] = Field([], max_length=60)


def readable_values(values: BrandValues) -> dict[str, Any]:
    """Return what templates read as `brand.NAME`; what is empty is missing."""
    said = values.model_dump(exclude={"voice", "markets"})
    said["footer_lines"] = values.footer.splitlines()
    return {name: value for name, value in said.items() if value not in ("", [])}


BUILT_IN = readable_values(BrandValues())


def pin_kit(values: BrandValues, *, kit: str, number: int) -> dict[str, Any]:
    """Return what a published template keeps of a kit: its key, its version, its words."""
    return {
        "kit": kit, "number": number, "markets": values.markets, "values": readable_values(values),
    }  # fmt: skip


def choose_brand(pinned: Sequence[Mapping[str, Any]], country: Any) -> dict[str, Any]:
    """Return the values of the kit for a country; the first kit serves where none is for it."""
    market = str(country or "").strip().upper()
    chosen = next((kit for kit in pinned if market and market in kit["markets"]), None)
    kit = chosen or (pinned[0] if pinned else None)
    return dict(kit["values"]) if kit else BUILT_IN


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21. Source: WCAG 2.2, relative luminance."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
