"""What can go wrong with a notice."""


class NotHeard(LookupError):
    """This platform sends nothing on its own, or is none that we know."""


class KeysNotKnown(LookupError):
    """Whether this is genuine cannot be told yet: a worker reads the platform's keys, and it shall come again."""


class TooEarly(Exception):
    """The notice may be about something whose id is not stored yet: come back to it."""
