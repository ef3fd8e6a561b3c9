from django.apps import AppConfig


class SocialAccountsConfig(AppConfig):
    name = "apps.social_accounts"
    verbose_name = "Social accounts"
