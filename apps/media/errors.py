"""Why a file was not taken in, in words for the person who chose it."""


class FileRefused(Exception):
    """`words` name the file and say what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NoRoom(FileRefused):
    """The workspace has no room for it."""


class AssetInUse(Exception):
    """The file is part of a post and stays."""


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
