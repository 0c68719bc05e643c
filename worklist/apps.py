from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "worklist"

    def ready(self) -> None:
        from core.events import user_leaving, work_asked
        from worklist.handover import hand_over_tasks, open_tasks

        work_asked.connect(open_tasks, dispatch_uid="worklist.open_tasks")
        user_leaving.connect(hand_over_tasks, dispatch_uid="worklist.hand_over_tasks")
