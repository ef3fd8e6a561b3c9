"""What can go wrong with a notice, or with where we tell others."""


class NotHeard(LookupError):
    """This platform sends nothing on its own, or is none that we know."""


class KeysNotKnown(LookupError):
    """Whether this is genuine cannot be told yet: a worker reads the platform's keys, and it shall come again."""


class TooEarly(Exception):
    """The notice may be about something whose id is not stored yet: come back to it."""


class EndpointRefused(Exception):
    """An endpoint was not stored or used. `words` say why; `field` names the input at fault."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field
