"""Factories write as the system `test` and leave nobody acting behind."""

import factory
from django.db import connection, transaction

from audit.acting import System, acting


class Factory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with transaction.atomic(), acting(System("test")):
            instance = super()._create(model_class, *args, **kwargs)
            cls.after(instance)
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('trinvis.actor', '', true)")
            return instance

    @classmethod
    def after(cls, instance) -> None:
        """What the actions would do beside the row itself, such as granting access."""
