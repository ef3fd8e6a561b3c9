"""What a file really is, and the copy of it that is stored.

Each file is hostile until it was looked at. Its first bytes decide what it is, never its name; the one reader they name
opens it in a process without rights (`apps.media.room`), which may die without harm. A file that is not taken raises
`FileRefused` with words for the person who chose it.
"""

from apps.media.probing.captioning import captions
from apps.media.probing.cleaning import clean
from apps.media.probing.looking import EXTENSIONS, probe
from apps.media.probing.programs import ffmpeg
from apps.media.probing.shape import Probe
from apps.media.probing.showing import placeholder, poster, thumbnail

__all__ = ["EXTENSIONS", "Probe", "captions", "clean", "ffmpeg", "placeholder", "poster", "probe", "thumbnail"]
