"""Words with gaps that rows of the database fill, and the status that stands beside them."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.templatetags.components import tag


class Params(dict):
    """What fills the gaps of a wording; a gap that an old row does not know is three dots, never an error page."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class Tag:
    """A status: colour, icon and the word that carries it."""

    kind: str
    icon: str
    word: str

    def __str__(self) -> SafeString:
        return tag(self.kind, self.icon, self.word)
