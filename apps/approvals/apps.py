from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"

    def ready(self) -> None:
        from apps.approvals import consumers
        from apps.approvals.gate import change_gate, comment_gate, gate
        from apps.publishing import gates

        gates.register("approvals", gate, foretells=True)
        gates.register_change("approvals", change_gate)
        gates.register_comment("approvals", comment_gate)
        consumers.subscribe()
