"""Why a file is not taken, in words that continue its name: "holiday.jpg" "is empty. Choose another file."."""

from __future__ import annotations

from typing import Final


class Refused(Exception):
    """`words` begin with a verb, for the name of the file stands before them."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


EMPTY: Final = "is empty. Choose another file."
DAMAGED: Final = "is damaged and cannot be read. Export it again, or choose another file."
CUT_OFF: Final = "breaks off before its end. Copy or export it again, then try once more."
TOO_SLOW: Final = "takes too long to read. Export it again as MP4 or JPEG, or make it smaller."
TOO_HUNGRY: Final = "needs more memory to be opened than one file may take. Make it smaller."
TOO_MANY_FRAMES: Final = "has too many frames for an animation of its size. Make it shorter or smaller."
SOUND: Final = "is sound without a picture. Make a video of it, or choose a picture, a video or a document."
RAW: Final = "is the raw picture of a camera. Export it as JPEG."
NO_PICTURE: Final = "shows no picture that can be read. Export it again as MP4 with H.264."


def too_many_pixels(most: int) -> Refused:
    return Refused(f"has more than {most // 1_000_000} million pixels. Make it smaller.")
