from django.apps import AppConfig


class SocialAccountsConfig(AppConfig):
    name = "apps.social_accounts"
    verbose_name = "Social accounts"

    def ready(self) -> None:
        from apps.social_accounts import checks  # noqa: F401 - registers them
