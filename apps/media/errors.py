"""Why a file was not taken in, in words for the person who chose it."""


class FileRefused(Exception):
    """`words` name the file and say what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class AssetInUse(Exception):
    """The file is part of a post and stays."""


class CannotMake(Exception):
    """No rendition can be made of this file, however often it is tried; `words` are for people."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class LostRendition(Exception):
    """Another worker holds this rendition now, or nobody needs it any more."""
