from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self) -> None:
        from apps.core import checks, grants, instants, liveness  # noqa: F401  (registers the system checks)

        post_migrate.connect(grants.grant_to_roles, sender=self, dispatch_uid="core.grants")
        instants.listen()
        liveness.listen()
