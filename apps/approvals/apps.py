from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"

    def ready(self) -> None:
        from apps.approvals import consumers
        from apps.approvals.gate import gate
        from apps.publishing import gates

        gates.register("approvals", gate)
        consumers.subscribe()
