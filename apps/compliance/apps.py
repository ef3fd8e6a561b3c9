from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "apps.compliance"

    def ready(self) -> None:
        from apps.compliance import services
        from apps.platforms.inbound import NoticeKind
        from apps.webhooks import routing

        for kind in (NoticeKind.DATA_DELETION, NoticeKind.DEAUTHORIZED):
            routing.take(kind, "compliance", services.take_notice)
