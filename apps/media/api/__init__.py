"""Operations on files, and on those that are on their way in."""

from __future__ import annotations

from apps.media.errors import AssetInUse, FileRefused, MediaRefused, NoRoom, PartsMissing, UploadEnded, WrongOffset
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem


@problems.of(MediaRefused)
def _refused(error: MediaRefused) -> Problem:
    return Problem(422, "refused", error.words)


@problems.of(FileRefused)
def _file_refused(error: FileRefused) -> Problem:
    return Problem(422, "file_refused", error.words)


@problems.of(NoRoom)
def _no_room(error: NoRoom) -> Problem:
    return Problem(422, "no_room", error.words)


@problems.of(WrongOffset)
def _wrong_offset(error: WrongOffset) -> Problem:
    words = f"The piece does not begin where the upload stands: at {error.received}."
    return Problem(409, "wrong_offset", words, headers={"Upload-Offset": str(error.received)})


@problems.of(PartsMissing)
def _missing(error: PartsMissing) -> Problem:
    lacking = f" Parts {', '.join(map(str, error.numbers))} are missing." if error.numbers else ""
    return Problem(409, "incomplete", f"{error.received} bytes have arrived, and not everything.{lacking}")


@problems.of(UploadEnded)
def _ended(error: UploadEnded) -> Problem:
    return Problem(409, "ended", "This upload takes nothing more.")


@problems.of(AssetInUse)
def _in_use(error: AssetInUse) -> Problem:
    return Problem(409, "in_use", "The file is part of a post and stays.")
