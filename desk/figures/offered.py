"""What a page of figures counts, chosen in its address."""

from collections.abc import Mapping, Sequence

from django.http import QueryDict

from core.forms import Form


class OfferedForm(Form):
    """Lists to choose from; anything in the address that is not offered is the first of its list."""

    def __init__(self, data: QueryDict, offered: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        asked = {name: data.get(name, "") for name in offered}
        super().__init__(
            {name: asked[name] if asked[name] in dict(choices) else choices[0][0] for name, choices in offered.items()}
        )
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.is_valid()
