from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from core.events import programme_ended, referral_accepted
        from plans.actions import clear_up, start_plan
        from plans.requirements import READINGS
        from programmes.checklist import requirements

        requirements.READINGS.update(READINGS)
        referral_accepted.connect(start_plan, dispatch_uid="plans.start_plan")
        programme_ended.connect(clear_up, dispatch_uid="plans.clear_up")
