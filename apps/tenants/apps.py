from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "apps.tenants"

    def ready(self) -> None:
        from apps.core import rotation
        from apps.events import services as events
        from apps.tenants import mail
        from apps.tenants.rotation import SECOND_FACTORS

        events.subscribe("member.invited", "tenants.invitation_mail", mail.send_invitation, calls_network=True)
        rotation.also(SECOND_FACTORS)
