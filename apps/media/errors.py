"""Why a verb of the library was not done, in words for the person who asked for it."""


class MediaRefused(Exception):
    """`words` say what is wrong and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class FileRefused(MediaRefused):
    """A file was not taken in; the words name it."""


class FolderRefused(MediaRefused):
    """A folder cannot be made or named so."""


class NoSuchFolder(MediaRefused):
    """The folder is not in this workspace; somebody may have removed it meanwhile."""

    def __init__(self) -> None:
        super().__init__("This folder is not there any more. Choose another one.")


class AssetInUse(Exception):
    """The file is part of a post and stays."""
