from django.apps import AppConfig


class ClosingNotesConfig(AppConfig):
    name = "closing_notes"

    def ready(self) -> None:
        from closing_notes.completion import follow_new_end, follow_the_end, refuse_without_approved_note
        from closing_notes.handover import hand_over_notes, open_notes
        from closing_notes.requirements import READINGS
        from core.events import period_changed, programme_ended, programme_ending, user_leaving, work_asked
        from programmes.checklist import requirements

        requirements.READINGS.update(READINGS)
        programme_ending.connect(refuse_without_approved_note, dispatch_uid="closing_notes.completion")
        programme_ended.connect(follow_the_end, dispatch_uid="closing_notes.follow_the_end")
        period_changed.connect(follow_new_end, dispatch_uid="closing_notes.follow_new_end")
        work_asked.connect(open_notes, dispatch_uid="closing_notes.open_notes")
        user_leaving.connect(hand_over_notes, dispatch_uid="closing_notes.hand_over_notes")
