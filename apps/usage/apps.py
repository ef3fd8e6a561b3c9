from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "apps.usage"
    verbose_name = "Plans and usage"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.tenants import limits
        from apps.usage import inventory, mail
        from apps.usage.authority import Plans
        from apps.usage.meters import Limit

        limits.register(Plans())
        inventory.register(Limit.WORKSPACES, inventory.workspaces)
        inventory.register(Limit.SEATS, inventory.seats)
        events.subscribe("usage.threshold_reached", "usage.mail", mail.send_alert, calls_network=True)
