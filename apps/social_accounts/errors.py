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
