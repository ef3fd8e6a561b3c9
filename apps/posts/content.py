"""What somebody wants to say, as plain values: what a form or an API call turns into, and what services take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from apps.posts.errors import PostMalformed
from apps.posts.states import PartRole


@dataclass(frozen=True, slots=True)
class MediaContent:
    """A file of the library. An empty `alt` means the file's own; `cut` says what of it is shown, as JSON of
    `apps.media.recipes.Cut`; `cover_id` is a picture that stands for a video."""

    asset_id: UUID
    alt: str = ""
    cut: Mapping[str, Any] = field(default_factory=dict)
    cover_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PartContent:
    text: str = ""
    media: tuple[MediaContent, ...] = ()
    role: PartRole = PartRole.MAIN
    link: str = ""

    @property
    def assets(self) -> tuple[UUID, ...]:
        """The files that it names, covers among them."""
        covers = (one.cover_id for one in self.media if one.cover_id)
        return (*(one.asset_id for one in self.media), *covers)


@dataclass(frozen=True, slots=True)
class VariantContent:
    """That the post goes to an account. `text` None: as the main part."""

    account_id: UUID
    text: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """A whole post: the main part first, then first comment and replies in order; one variant for each account."""

    parts: tuple[PartContent, ...]
    variants: tuple[VariantContent, ...] = ()
    title: str = ""
    language: str = ""

    def tidy(self) -> Self:
        """The same without comments and replies that say and show nothing; raises PostMalformed."""
        if not self.parts or self.parts[0].role != PartRole.MAIN:
            raise PostMalformed("A post begins with its main part.", field="parts.0")
        kept = [self.parts[0], *(part for part in self.parts[1:] if part.text.strip() or part.media)]
        roles = [part.role for part in kept]
        if roles.count(PartRole.MAIN) > 1:
            raise PostMalformed("A post has one main part.", field=f"parts.{roles.index(PartRole.MAIN, 1)}")
        if roles.count(PartRole.FIRST_COMMENT) > 1:
            raise PostMalformed("A post has one first comment.", field="parts")
        accounts = [variant.account_id for variant in self.variants]
        if len(set(accounts)) < len(accounts):
            raise PostMalformed("An account is named twice.", field="accounts")
        return replace(self, parts=tuple(kept), title=self.title.strip()[:200])
