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


class NoRoom(FileRefused):
    """The workspace has no room for it."""


class AssetInUse(Exception):
    """The file is part of a post and stays."""


class CannotMake(Exception):
    """No rendition can be made of this file, however often it is tried; `words` are for people."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class LostRendition(Exception):
    """Another worker holds this rendition now, or nobody needs it any more."""


class UploadEnded(Exception):
    """The upload takes nothing more: it is complete, was given up or has expired."""


class WrongOffset(Exception):
    """The piece does not begin where the upload stands: at `received`."""

    def __init__(self, received: int) -> None:
        super().__init__(f"The upload stands at {received}")
        self.received = received


class PartsMissing(Exception):
    """Not everything has arrived. `numbers` are parts that are not there or differ; `received` bytes are."""

    def __init__(self, *, received: int, numbers: tuple[int, ...] = ()) -> None:
        super().__init__(f"{received} bytes have arrived; parts {numbers} have not")
        self.received, self.numbers = received, numbers


class LostClaim(Exception):
    """Somebody else works on the upload now."""
