"""What can go wrong with a notice."""


class NotHeard(LookupError):
    """This platform sends nothing on its own, or is none that we know."""


class TooEarly(Exception):
    """The notice may be about something whose id is not stored yet: come back to it."""
