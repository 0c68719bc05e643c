from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from core.events import message_due
        from messaging.actions import follow_message_due

        message_due.connect(follow_message_due, dispatch_uid="messaging.message_due")
