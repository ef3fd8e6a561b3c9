from django.apps import AppConfig


class SocialAccountsConfig(AppConfig):
    name = "apps.social_accounts"
    verbose_name = "Social accounts"

    def ready(self) -> None:
        from apps.events import services as events
        from apps.governor import services as governor
        from apps.social_accounts import checks, mail, selectors  # noqa: F401 - checks register themselves
        from apps.social_accounts.services.breakers import wake
        from apps.usage import inventory
        from apps.usage.meters import Limit

        inventory.register(Limit.ACCOUNTS, selectors.accounts_in_use)
        for name in mail.SUBJECTS:
            consumer = f"social_accounts.mail_{name.partition('.')[2]}"
            events.subscribe(name, consumer, mail.send_notice, calls_network=True)
        governor.listen(wake)
