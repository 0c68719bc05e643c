from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from core.events import referral_accepted
        from plans.actions import start_plan

        referral_accepted.connect(start_plan, dispatch_uid="plans.start_plan")
