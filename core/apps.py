from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from core.grants import grant_web_role

        post_migrate.connect(grant_web_role, sender=self)
