from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """Django admin with our own site in place of its own (see `apps.tenants.operator`)."""

    default_site = "apps.tenants.operator.OperatorSite"

    def ready(self) -> None:
        super().ready()
        from apps.tenants.admin import replace_foreign_admins

        replace_foreign_admins()
