from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "apps.publishing"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.publishing import counting, gates, plan_gate

        gates.register("plan", plan_gate.over_plan)
        events.subscribe("publication.failed", "publishing.give_back", counting.give_back_failed)
