from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "apps.webhooks"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.webhooks import services

        events.subscribe("account.connected", "webhooks.listen", services.listen_when_connected, calls_network=True)
