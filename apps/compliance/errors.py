"""What can stand in the way of forgetting."""


class StillBusy(Exception):
    """A post of the account is being sent this minute: what its answer brings has to be forgotten too."""
