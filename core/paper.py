"""What every document on paper has in its margins, as text that a style sheet can hold."""

from django.utils.translation import gettext as _


def css_string(text: str) -> str:
    """`text` as a quoted string for a style sheet inside a page; nothing in it can end the string or the style."""
    return '"' + "".join(sign if sign.isalnum() or sign in " ,.·-" else f"\\{ord(sign):x} " for sign in text) + '"'


def page_of() -> str:
    """`side 1 af 2` as the content of a page margin."""
    words = _("page %(page)s of %(pages)s") % {"page": "\x01", "pages": "\x02"}
    before, _one, rest = words.partition("\x01")
    between, _two, after = rest.partition("\x02")
    return f"{css_string(before)} counter(page) {css_string(between)} counter(pages) {css_string(after)}"
