"""What can go wrong between Postroom and an account, in words for the person who connects it."""


class ConnectionRefused(Exception):
    """Nothing was stored. `words` say why and what to do; `field` names the input at fault, if one is."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class LostRefresh(Exception):
    """Another worker refreshed this grant meanwhile; read it again."""


class NotConnected(Exception):
    """The account has no living credential: it must be reconnected before anything is sent."""


class AppRefused(Exception):
    """An app of an organization was not stored, or did not pass. `words` say why; `field` names the input at fault."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class AppReplaced(Exception):
    """So many accounts hang on the app that would be replaced; somebody has to say that it is meant."""

    def __init__(self, accounts: int) -> None:
        super().__init__(f"{accounts} accounts hang on the app in use")
        self.accounts = accounts
