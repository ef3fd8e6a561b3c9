"""Large files on their way out: read from storage piece by piece, each byte once, never the whole in memory.

An upload goes on from `Staged.data`, which says how far it came: one call of `stage` sends at most `STEP` bytes and
returns "not ready, ask again at once", so that the row remembers each step and the next worker begins where a
killed one ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from apps.platforms.contract import MediaFile
from apps.platforms.errors import Evidence, NotSent, PlatformError, Rejected

PIECE: Final = 256 * 1024
STEP: Final = 16 * 1024 * 1024  # of one call, where the platform leaves the choice to us


def pieces(media: MediaFile, *, start: int, size: int, field: str) -> Iterator[bytes]:
    """The `size` bytes from `start` on, for `send(..., content=pieces(...), headers={"Content-Length": str(size)})`.

    Raises Rejected(field) where the file is gone, NotSent where the storage fails or the file ends early: the request
    that is under way breaks off then, and nothing counts."""
    failure: PlatformError
    try:
        with media.open() as stream:
            stream.seek(start)
            left = size
            while left:
                piece = stream.read(min(PIECE, left))
                if not piece:
                    break
                left -= len(piece)
                yield piece
            if not left:
                return
        failure = NotSent("The file is shorter than it was when it was uploaded.")
    except FileNotFoundError:
        failure = Rejected("The file is no longer in the library.", field=field)
    except OSError as error:
        failure = NotSent("The file could not be read.", evidence=Evidence(code=type(error).__name__))
    raise failure


def length_header(size: int) -> dict[str, str]:
    """The header that makes a streamed body one of known length."""
    return {"Content-Length": str(size)}
