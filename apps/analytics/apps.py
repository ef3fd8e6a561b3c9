from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.analytics import alert_mail, following
        from apps.events import services as events

        events.subscribe("publication.published", "analytics.follow_post", following.follow_post)
        events.subscribe("account.connected", "analytics.import_on_connect", following.import_on_connect)
        events.subscribe("snapshot.completed", "analytics.check_goals", following.check_goals)
        events.subscribe("snapshot.completed", "analytics.alerts", following.judge_night)
        events.subscribe("workspace.restored", "analytics.watch_anew", following.watch_anew)
        events.subscribe("analytics.alert", "analytics.alert_mail", alert_mail.send_alert, calls_network=True)
