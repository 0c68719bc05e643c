from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from core.events import period_changed, programme_ended, referral_accepted, user_leaving, work_asked
        from meetings.following import READINGS, ask_about_meetings, ask_at_start, end_with_programme, hand_over
        from meetings.handover import open_meetings
        from programmes.checklist import requirements

        requirements.READINGS.update(READINGS)
        referral_accepted.connect(ask_at_start, dispatch_uid="meetings.ask_at_start")
        programme_ended.connect(end_with_programme, dispatch_uid="meetings.end_with_programme")
        period_changed.connect(ask_about_meetings, dispatch_uid="meetings.ask_about_meetings")
        work_asked.connect(open_meetings, dispatch_uid="meetings.open_meetings")
        user_leaving.connect(hand_over, dispatch_uid="meetings.hand_over")
