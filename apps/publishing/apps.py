from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "apps.publishing"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.publishing import gates, mail, stops, windows

        gates.register("stops", stops.gate)
        gates.register("windows", windows.gate)
        for name in mail.SUBJECTS:
            consumer = f"publishing.mail_{name.partition('.')[2]}"
            events.subscribe(name, consumer, mail.send_notice, calls_network=True)
