from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "apps.tenants"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.tenants import mail

        events.subscribe("member.invited", "tenants.invitation_mail", mail.send_invitation, calls_network=True)
