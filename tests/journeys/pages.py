"""A page as somebody without JavaScript uses it: its forms with what stands in them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse


@dataclass
class Form:
    """One form of a page: where it goes, what would be sent, and what each choice offers."""

    action: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    outside: str = ""  # the id under which buttons and fields elsewhere on the page belong to it

    @property
    def names(self) -> set[str]:
        return set(self.sent) | set(self.offered)


class Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form = Form()
        self.select = self.textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            self.form = Form(action=values.get("action", ""), outside=values.get("id", ""))
            self.forms.append(self.form)
        elif tag == "input" and name:
            self.read_input(name, values)
        elif tag == "button" and name:
            self.form.offered.setdefault(name, []).append(values.get("value", ""))
        elif tag == "select":
            self.select = name
            self.form.offered[name] = []
        elif tag == "option" and self.select:
            self.form.offered[self.select].append(values.get("value", ""))
            if "selected" in values or self.select not in self.form.sent:
                self.form.sent[self.select] = values.get("value", "")
        elif tag == "textarea":
            self.textarea = name
            self.form.sent[name] = ""

    def read_input(self, name: str, values: dict[str, str]) -> None:
        if values.get("type") in ("radio", "checkbox"):
            self.form.offered.setdefault(name, []).append(values.get("value", "on"))
            if "checked" in values:
                self.form.sent[name] = values.get("value", "on")
        elif values.get("type") != "file":
            self.form.sent[name] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = Form()
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.form.sent[self.textarea] += data.removeprefix("\n")


def form_with(page: HttpResponse, *names: str) -> Form:
    """The first form of the page that has all these fields."""
    forms = Forms(page.content.decode()).forms
    found = next((form for form in forms if set(names) <= form.names), None)
    assert found, f"{names} are in none of {[sorted(form.names) for form in forms]}"
    return found
