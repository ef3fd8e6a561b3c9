from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.analytics import following
        from apps.events import services as events

        events.subscribe("publication.published", "analytics.follow_post", following.follow_post)
        events.subscribe("account.connected", "analytics.import_on_connect", following.import_on_connect)
        events.subscribe("snapshot.completed", "analytics.check_goals", following.check_goals)
