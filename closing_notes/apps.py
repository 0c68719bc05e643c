from django.apps import AppConfig


class ClosingNotesConfig(AppConfig):
    name = "closing_notes"

    def ready(self) -> None:
        from closing_notes.completion import refuse_without_approved_note
        from core.events import programme_ending

        programme_ending.connect(refuse_without_approved_note, dispatch_uid="closing_notes.completion")
