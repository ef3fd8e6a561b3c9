from django.apps import AppConfig


class APIConfig(AppConfig):
    name = "apps.api"

    def ready(self) -> None:
        from apps.api import schema  # noqa: F401  It tells drf-spectacular how our fields look.
