from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from core.events import period_changed, programme_ended, referral_accepted
        from plans.actions import clear_up, follow_new_end, start_plan
        from plans.requirements import READINGS
        from programmes.checklist import requirements

        requirements.READINGS.update(READINGS)
        referral_accepted.connect(start_plan, dispatch_uid="plans.start_plan")
        period_changed.connect(follow_new_end, dispatch_uid="plans.follow_new_end")
        programme_ended.connect(clear_up, dispatch_uid="plans.clear_up")
