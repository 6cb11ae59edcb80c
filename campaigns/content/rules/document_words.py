"""Words of blocks as MJML takes them: escaped, with a little markup, Liquid left alone."""

import re
from html import escape

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARK = "\ue000"
_BACK = re.compile(f"{_MARK}(\\d+){_MARK}")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_ITALIC = re.compile(r"(?<![*\w])\*(?=\S)(.+?)(?<=\S)\*(?![*\w])", re.DOTALL)


def as_attribute(text: str) -> str:
    """Return a value for an attribute; quotes inside Liquid become single ones."""
    hidden, liquid = _hide(text)
    shown = [tag.replace('"', "'") for tag in liquid]
    return _show(escape(hidden), shown)


def as_line(text: str) -> str:
    """Return one line without markup."""
    hidden, liquid = _hide(text)
    return _show(escape(hidden, quote=False), liquid)


def as_paragraphs(text: str) -> str:
    """Return paragraphs: an empty line parts them, `**bold**`, `*italic*`, `[words](address)`."""
    hidden, liquid = _hide(text.replace("\r\n", "\n").strip())
    escaped = escape(hidden)
    linked = _LINK.sub(r'<a href="\2" style="color:{{ brand.primary }}">\1</a>', escaped)
    marked = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", linked))
    parts = [part.strip().replace("\n", "<br />") for part in re.split(r"\n\s*\n", marked)]
    paragraphs = [f'<p style="margin:0 0 16px">{part}</p>' for part in parts if part]
    if paragraphs:
        paragraphs[-1] = paragraphs[-1].replace("0 0 16px", "0", 1)
    return _show("".join(paragraphs), [tag.replace('"', "'") for tag in liquid])


def _hide(text: str) -> tuple[str, list[str]]:
    """Put a mark in place of each Liquid tag, so that nothing touches it."""
    liquid: list[str] = []

    def keep(match: re.Match[str]) -> str:
        liquid.append(match.group(0))
        return f"{_MARK}{len(liquid) - 1}{_MARK}"

    return _LIQUID.sub(keep, text.replace(_MARK, "")), liquid


def _show(text: str, liquid: list[str]) -> str:
    return _BACK.sub(lambda match: liquid[int(match.group(1))], text)
