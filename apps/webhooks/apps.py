from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "apps.webhooks"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.usage import inventory
        from apps.usage.meters import Limit
        from apps.webhooks import mail, services
        from apps.webhooks.models import Endpoint

        inventory.register(Limit.WEBHOOKS, lambda: Endpoint.objects.filter(is_test=False).count())
        events.subscribe_to_all("webhooks.fan_out", services.fan_out)
        events.subscribe("webhook.disabled", "webhooks.disabled_mail", mail.send_disabled, calls_network=True)
        events.subscribe("account.connected", "webhooks.listen", services.listen_when_connected, calls_network=True)
