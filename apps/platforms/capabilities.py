"""What a platform can do, as data: its limits, its formats, and the choices that a post has there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.platforms.insights import Metric


class Counting(StrEnum):
    """How a platform measures a text; `apps.platforms.text.length` does the measuring."""

    CODE_POINTS = "code_points"
    GRAPHEMES = "graphemes"
    UTF16_UNITS = "utf16_units"
    MASTODON = "mastodon"  # graphemes; a URL counts 23, a remote mention without its host
    FEDIVERSE = "fediverse"  # servers of other software: the larger of Mastodon's count and raw code points
    X_WEIGHTED = "x_weighted"  # twitter-text: most scripts count 1, others and emoji 2, a URL 23
    THREADS = "threads"  # code points, but an emoji counts its UTF-8 bytes
    LINKEDIN = "linkedin"  # UTF-16 units, with the backslashes that LinkedIn wants before some signs


class ConnectBy(StrEnum):
    """How an account of the platform can be connected."""

    OAUTH = "oauth"
    INSTANCE_OAUTH = "instance_oauth"  # OAuth at a server that the person names
    APP_PASSWORD = "app_password"


class OptionKind(StrEnum):
    """What a person enters for an option; its value is always text."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    SWITCH = "switch"  # "yes" or ""
    NUMBER = "number"
    URL = "url"
    MOMENT = "moment"  # ISO 8601 with an offset
    LINES = "lines"  # one value on each line (the choices of a poll)
    REMOTE = "remote"  # one of what `Adapter.choices` reads from the platform (a board, a playlist)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that a post may make on this platform, shown by the composer and checked before scheduling."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()  # (value, label); empty: free text
    default: str = ""
    required: bool = False
    counts_in_text: bool = False  # its value adds to the length of the text (a content warning)
    kind: OptionKind = OptionKind.TEXT
    formats: tuple[str, ...] = ()  # the formats it belongs to; () all
    max_length: int | None = None  # code points; of each line where the kind is LINES
    min_lines: int = 0
    max_lines: int | None = None
    refused_signs: str = ""  # signs that it may not have
    names_file: bool = False  # left empty, the name of the first film or document stands for it, for people to read
    max_tags_length: int | None = None  # of all its lines together, as `text_youtube.tags_length` measures them


@dataclass(frozen=True, slots=True)
class Format:
    """One way in which a platform shows a post: "feed", "reel", "story", "document", "poll".

    `limits` overrides fields of `Capabilities` by name. The first format of a platform is its usual one."""

    name: str
    label: str
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One platform's limits. Sizes are bytes, lengths are counted as `counting` says.

    `media_types` says which files are taken at all; the picture limits hold for `image/*`, the video limits for
    `video/*`, `max_document_bytes` for all others.

    `stage_ahead` is how long before its hour the preparing of a post may begin, and `staged_for` how long what was
    prepared stays good, with a margin below what the platform promises. Each platform says where it has them from, and
    which of them nobody documents; `apps.platforms.ahead` answers for one draft."""

    max_text: int
    counting: Counting
    max_text_bytes: int | None = None
    refused_signs: str = ""  # signs that the text of a post may not have
    text_required: bool = False  # True: a post may not consist of media alone
    bare: bool = False  # a post consists of its options alone: it has neither text nor media (a repost)
    min_media: int = 0
    max_media: int = 0
    media_types: frozenset[str] = frozenset()  # MIME types taken as they are
    max_image_bytes: int = 0
    max_image_pixels: int | None = None
    min_aspect: float | None = None  # width / height
    max_aspect: float | None = None
    min_width: int = 0  # pixels, of a picture
    min_height: int = 0
    max_width: int | None = None  # larger ones are refused, not merely shown smaller
    max_height: int | None = None
    max_frames: int | None = None  # of an animated picture, and the next two as well
    max_animated_pixels: int | None = None  # width x height
    max_frame_pixels: int | None = None  # width x height x frames
    max_videos: int = 0  # how many of the media may be videos
    mixes_media: bool = False  # pictures and videos in one post
    max_video_bytes: int = 0
    min_video_seconds: float = 0.0
    max_video_seconds: float | None = None
    min_video_aspect: float | None = None  # width / height
    max_video_aspect: float | None = None
    video_codecs: frozenset[str] = frozenset()  # as FFmpeg names them, "h264"; () all
    audio_codecs: frozenset[str] = frozenset()
    min_frame_rate: float | None = None  # pictures a second
    max_frame_rate: float | None = None
    max_video_bit_rate: int | None = None  # bits a second, of the whole file
    min_video_width: int = 0  # pixels
    min_video_height: int = 0
    max_video_width: int | None = None
    max_video_height: int | None = None
    max_video_pixels: int | None = None  # width x height
    max_document_bytes: int = 0
    max_alt: int = 0
    max_hashtags: int | None = None
    max_mentions: int | None = None
    max_links: int | None = None  # different web addresses, in the text and as `Draft.link` together
    max_cashtags: int | None = None
    first_comment: bool = False
    threads: bool = False
    max_comment: int | None = None  # None: as max_text
    max_comment_media: int | None = None  # None: as max_media
    comment_media_types: frozenset[str] | None = None  # None: as media_types
    comment_text_required: bool = False  # True: a comment may not consist of a picture alone
    options: tuple[Option, ...] = ()
    idempotent_commit: bool = False  # a repeated commit with the same key is the same post
    findable: bool = False  # a post can be looked up after a lost answer
    pulls_media: bool = False  # it fetches media from a public address of ours, and takes them in no other way
    connect_by: tuple[ConnectBy, ...] = (ConnectBy.OAUTH,)
    formats: tuple[Format, ...] = ()  # (): there is one way only, and the numbers above are its limits
    links: bool = False  # a post may carry a link of its own (`Draft.link`), shown as a card
    covers: bool = False  # a video may have a cover picture (`Draft.cover`)
    max_captions: int = 0  # how many languages a video may be captioned in (`Draft.captions`)
    max_caption_bytes: int | None = None  # of each
    caption_labels: bool = False  # people read what captions are called (`Caption.label`)
    edits: frozenset[str] = frozenset()  # what can be changed after publishing: "text", "options.title"
    deletes: bool = False  # a published post can be taken down again
    deletes_comments: bool = True  # where posts can be: a comment below one can be, too
    stage_ahead: timedelta = timedelta(minutes=30)  # never more than half of `staged_for`
    staged_for: timedelta | None = None  # None: until it is taken back
    post_metrics: frozenset[Metric] = frozenset()
    account_metrics: frozenset[Metric] = frozenset()

    @property
    def changeable(self) -> frozenset[str]:
        """What of a published post Postroom changes there: words and options."""
        return frozenset(name for name in self.edits if name == "text" or name.startswith("options."))
