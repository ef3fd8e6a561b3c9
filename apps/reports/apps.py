from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.reports import mail, services

        events.subscribe("report.*failed", "reports.tell_makers", mail.tell_makers, calls_network=True)
        events.subscribe("workspace.updated", "reports.schedules_follow_the_clock", services.follow_the_clock)
