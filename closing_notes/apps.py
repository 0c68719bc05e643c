from django.apps import AppConfig


class ClosingNotesConfig(AppConfig):
    name = "closing_notes"

    def ready(self) -> None:
        from closing_notes.completion import follow_the_end, refuse_without_approved_note
        from core.events import programme_ended, programme_ending

        programme_ending.connect(refuse_without_approved_note, dispatch_uid="closing_notes.completion")
        programme_ended.connect(follow_the_end, dispatch_uid="closing_notes.follow_the_end")
