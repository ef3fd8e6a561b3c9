"""What one account is sent: each file as its platform takes it, as it is or as a rendition of it.

Where a rendition is still to be made, its place is held by what it will be: that is enough for counters, previews and
rules. Whoever sends asks `missing` first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from apps.media import services as media
from apps.media.fitting import FitProblem, Fitted, fit
from apps.media.models import Asset, CaptionTrack, Rendition
from apps.media.recipes import Cut, Recipe
from apps.media.states import RenditionState
from apps.platforms.capabilities import Capabilities, Counting
from apps.platforms.contract import Caption, Draft, MediaFile, Role
from apps.platforms.formats import limits_of
from apps.platforms.text import with_links
from apps.posts.errors import MediaNotAllowed, MediaNotReady
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage

# A picture that every platform takes for a cover: the smallest of their limits (YouTube's 2 MB).
COVER: Final = Capabilities(
    max_text=0, counting=Counting.CODE_POINTS, max_media=1, media_types=frozenset({"image/jpeg"}),
    max_image_bytes=2_000_000, max_width=1920, max_height=1920,
)  # fmt: skip
COMMON: Final = {"image": "image/jpeg", "video": "video/mp4"}  # what a file of each kind can be made into


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it goes to one account. `field` is its place in the post, as problems name it."""

    field: str
    asset: Asset
    fitted: Fitted
    rendition: Rendition | None
    alt: str

    @property
    def file(self) -> MediaFile:
        """What is sent; before its rendition is ready, what it will be like."""
        if self.fitted.recipe is None:
            return replace(media.media_file(self.asset), alt=self.alt)
        if self.rendition is not None and self.rendition.state == RenditionState.READY:
            return replace(media.media_file(self.rendition), alt=self.alt, name=self.asset.original_name)
        return self.fitted.shape

    @property
    def need(self) -> Recipe | None:
        """What must still be made before it can go out."""
        is_ready = self.rendition is not None and self.rendition.state == RenditionState.READY
        return None if is_ready else self.fitted.recipe


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a post on one account: the draft that an adapter is handed, and the files behind it."""

    draft: Draft
    files: tuple[Sent, ...]
    cover: Sent | None = None

    def everything(self) -> Iterator[Sent]:
        yield from self.files
        if self.cover:
            yield self.cover

    def problems(self) -> Iterator[tuple[str, FitProblem]]:
        """What only a person can solve, each with its field."""
        for sent in self.everything():
            for problem in sent.fitted.problems:
                yield sent.field, problem


def parts_on(manuscript: Manuscript, edition: Edition) -> list[Part]:
    """Every part as it goes out on one account; each knows its role, none yet what it replies to."""
    known = {option.name for option in edition.capabilities.options}
    options = {name: value for name, value in edition.options.items() if name in known and value}
    links = manuscript.links.get(edition.account.pk, {})
    return [
        _part(passage, _text(passage, edition, number), number, edition, options, manuscript.language, links)
        for number, passage in enumerate(manuscript.passages)
    ]


def require_files(parts: Sequence[Part]) -> None:
    """Raise MediaNotReady while something must still be made, MediaNotAllowed for what nobody can make."""
    waiting: list[tuple[Asset, Recipe]] = []
    for sent in (sent for part in parts for sent in part.everything()):
        if not sent.fitted.is_fine:
            raise MediaNotAllowed(sent.field, sent.fitted.problems[0].words)
        if recipe := sent.need:
            if sent.rendition is not None and sent.rendition.state == RenditionState.FAILED:
                raise MediaNotAllowed(sent.field, sent.rendition.words)
            waiting.append((sent.asset, recipe))
    if waiting:
        raise MediaNotReady(tuple(waiting))


def needs_of(manuscript: Manuscript) -> Iterator[tuple[Asset, Recipe, str]]:
    """Everything that must still be made for a post, on all its accounts, and what for in words."""
    if not any(passage.media for passage in manuscript.passages):
        return
    for edition in manuscript.editions:
        for part in parts_on(manuscript, edition):
            for sent in part.everything():
                if (recipe := sent.need) and sent.fitted.is_fine:
                    yield sent.asset, recipe, edition.label


def _text(passage: Passage, edition: Edition, number: int) -> str:
    return passage.text if edition.text is None or number else edition.text


def _part(
    passage: Passage, text: str, number: int, edition: Edition, options: Mapping[str, str], language: str,
    links: Mapping[str, str],
) -> Part:  # fmt: skip
    shapes = tuple(replace(media.media_file(one.asset), alt=one.alt) for one in passage.media)
    draft = Draft(
        text=with_links(text, links),
        media=shapes,
        options=options,
        role=Role(passage.role),
        language=language,
        link=links.get(passage.link, passage.link),
    )
    return _with_files(draft, passage, number, edition) if shapes else Part(draft, ())


def _with_files(draft: Draft, passage: Passage, number: int, edition: Edition) -> Part:
    """The part with each file as this account takes it."""
    can = _settled(draft, edition.capabilities)
    place = f"parts.{number}.media" if number else "media"
    files = tuple(
        _sent(medium, shape, can, edition.label, f"{place}.{position}")
        for position, (medium, shape) in enumerate(zip(passage.media, draft.media, strict=True))
    )
    cover = _cover(passage, can, edition.label, place)
    draft = replace(
        draft,
        media=tuple(sent.file for sent in files),
        cover=cover.file if cover else None,
        captions=_captions(passage, can),
    )
    return Part(draft, files, cover)


def _settled(draft: Draft, capabilities: Capabilities) -> Capabilities:
    """The limits of the format that the draft has once its files are made into what the platform takes."""
    taken = capabilities.media_types.union(*(one.limits.get("media_types", ()) for one in capabilities.formats))
    made = tuple(one if one.mime_type in taken else replace(one, mime_type=_common(one)) for one in draft.media)
    return limits_of(replace(draft, media=made), capabilities)


def _common(shape: MediaFile) -> str:
    return COMMON["image"] if shape.is_image else COMMON["video"] if shape.is_video else shape.mime_type


def _sent(medium: Medium, shape: MediaFile, can: Capabilities, label: str, field: str) -> Sent:
    fitted = fit(shape, Cut.from_json(medium.cut), can, label=label)
    return Sent(field, medium.asset, fitted, _made(fitted, medium.asset, medium.renditions), medium.alt)


def _cover(passage: Passage, can: Capabilities, label: str, place: str) -> Sent | None:
    """The picture that stands for the part's video, where the platform takes one."""
    for position, medium in enumerate(passage.media):
        if medium.cover is not None and can.covers:
            fitted = fit(media.media_file(medium.cover), Cut(), COVER, label=label)
            rendition = _made(fitted, medium.cover, medium.cover_renditions)
            return Sent(f"{place}.{position}.cover", medium.cover, fitted, rendition, medium.cover.alt)
    return None


def _captions(passage: Passage, can: Capabilities) -> tuple[Caption, ...]:
    """The captions of the part's first video, as many as the platform takes."""
    films = [medium for medium in passage.media if medium.captions]
    tracks: tuple[CaptionTrack, ...] = films[0].captions[: can.max_captions] if films else ()
    return tuple(Caption(media.caption_file(track), track.language, track.label) for track in tracks)


def _made(fitted: Fitted, asset: Asset, made: Mapping[str, Rendition]) -> Rendition | None:
    return made.get(fitted.recipe.key(asset.sha256)) if fitted.recipe else None
