from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "apps.publishing"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.publishing import counting, gates, mail, plan_gate, sandbox_gate, stops, windows
        from apps.publishing.queues import changing
        from apps.publishing.queues import gate as queue_gate
        from apps.publishing.tasks import ROTA

        gates.register("stops", stops.gate)
        gates.register("queues", queue_gate.gate)
        gates.register("windows", windows.gate)
        gates.register("tests", sandbox_gate.without_sandbox)
        gates.register("plan", plan_gate.over_plan)
        events.subscribe("publication.failed", "publishing.give_back", counting.give_back_failed)
        events.subscribe("workspace.updated", "publishing.queues_follow_the_clock", changing.follow_the_clock)
        for name in mail.SUBJECTS:
            consumer = f"publishing.mail_{name.partition('.')[2]}"
            events.subscribe(name, consumer, mail.send_notice, calls_network=True)
        ROTA.listen()
