"""What the editor's page shows beside the texts: what is written, what can be cited, what was not used (C5)."""

from dataclasses import dataclass
from functools import cached_property

from django.forms import BoundField
from django.utils import timezone

from closing_notes.documents import AttendanceView, GoalRow, attendance_view, goal_rows
from closing_notes.evidence import Figures, figures_of
from closing_notes.forms import NoteForm
from closing_notes.models import ClosingNote
from closing_notes.sources import NUMBERS, Source, numbers_in, sources_of


@dataclass(frozen=True)
class Part:
    """One section on the page."""

    key: str
    field: BoundField
    is_written: bool
    used: int
    available: int
    saved_by_other: str


class Editor:
    """One draft on the page; `saved_by_other` is what somebody else saved meanwhile (T13)."""

    def __init__(self, note: ClosingNote, form: NoteForm, saved_by_other: ClosingNote | None = None) -> None:
        self.note = note
        self.form = form
        self.other = saved_by_other

    @cached_property
    def figures(self) -> Figures:
        return figures_of(self.note.programme)

    @cached_property
    def sources(self) -> list[Source]:
        return sources_of(self.figures, self.note.sections.get(NUMBERS, []))

    @cached_property
    def texts(self) -> dict[str, str]:
        return {key: str(self.form[key].value() or "") for key in self.form.keys}

    @cached_property
    def cited(self) -> set[int]:
        return numbers_in(self.texts)

    @property
    def used(self) -> list[Source]:
        return [source for source in self.sources if source.number in self.cited]

    @property
    def unused(self) -> list[Source]:
        return [source for source in self.sources if source.number not in self.cited]

    @property
    def parts(self) -> list[Part]:
        found = []
        for key, text in self.texts.items():
            mine = [source for source in self.sources if source.section == key]
            saved = str(self.other.sections.get(key, "")) if self.other else ""
            found.append(
                Part(
                    key=key,
                    field=self.form[key],
                    is_written=bool(text.strip()),
                    used=sum(source.number in self.cited for source in mine),
                    available=len(mine),
                    saved_by_other=saved if saved.strip() != text.strip() else "",
                )
            )
        return found

    @property
    def attendance(self) -> AttendanceView:
        return attendance_view(self.figures)

    @property
    def goals(self) -> tuple[GoalRow, ...]:
        return goal_rows(self.figures)

    @property
    def days_left(self) -> int:
        """Days until the programme ends; negative after it."""
        return (self.note.programme.ends_on - timezone.localdate()).days
