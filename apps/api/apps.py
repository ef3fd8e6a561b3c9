from django.apps import AppConfig


class APIConfig(AppConfig):
    name = "apps.api"
