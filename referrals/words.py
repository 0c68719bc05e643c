"""The short texts that either side sends (R2, R7)."""

from typing import Any

from core.fields import LongTextField
from core.forms import Form


class WordsForm(Form):
    """One text: a reason, a question or an answer."""

    words = LongTextField(rows=5)

    def __init__(self, *args: Any, label: str, missing: str = "", rows: int = 5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["rows"] = rows
        self.fields["words"].label = label
        self.fields["words"].required = bool(missing)
        if missing:
            self.fields["words"].error_messages["required"] = missing
