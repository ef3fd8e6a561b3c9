from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "apps.usage"
    verbose_name = "Plans and usage"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.tenants import limits
        from apps.tenants import selectors as tenants
        from apps.usage import inventory, mail
        from apps.usage.authority import Plans
        from apps.usage.meters import Limit

        limits.register(Plans())
        inventory.register(Limit.WORKSPACES, tenants.workspaces_in_use)
        inventory.register(Limit.SEATS, tenants.seats_in_use)
        inventory.register(Limit.KEYS, tenants.keys_in_use)
        events.subscribe("usage.threshold_reached", "usage.mail", mail.send_alert, calls_network=True)
