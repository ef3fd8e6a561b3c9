"""What can stand in the way of forgetting."""


class NotConfirmed(Exception):
    """The name that was typed is not the one of what is to be erased. `words` say so."""

    words = "Type its name exactly as it is written here, so that nothing is erased by mistake."


class StillBusy(Exception):
    """A post of the account is being sent this minute: what its answer brings has to be forgotten too."""
