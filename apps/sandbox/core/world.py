"""The sandbox's world: what all platforms share. Handlers reach it as `call.world`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.clock import Clock
from apps.sandbox.core.faults import Faults
from apps.sandbox.core.journal import Journal
from apps.sandbox.core.limits import Limits
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account, Medium, Post, Token
from apps.sandbox.core.store import Box, Store


class World:
    """`origins` maps "hub" and each platform's name to its origin, such as http://127.0.0.1:8010."""

    def __init__(self, *, store: Store, platforms: Iterable[Platform], origins: Mapping[str, str]) -> None:
        self.store = store
        self.platforms = {platform.name: platform for platform in platforms}
        self.origins = dict(origins)
        ahead = timedelta(seconds=float(store.recall("clock_ahead", "0")))
        self.clock = Clock(ahead, lambda span: store.remember("clock_ahead", str(span.total_seconds())))
        self.faults = Faults()
        self.limits = Limits()
        self.journal = Journal()
        self._settings: dict[str, dict[str, Any]] = {}
        self._last_number = int(store.recall("last_number", "0"))

    def now(self) -> datetime:
        return self.clock.now()

    def box(self, platform: str, kind: str) -> Box:
        """A platform's own collection, such as box("mastodon", "app")."""
        return Box(self.store, self.now, platform, kind)

    # Switches

    def setting(self, platform: str, name: str) -> Any:
        changed = self._settings.get(platform, {})
        return changed[name] if name in changed else self.platforms[platform].settings[name]

    def change_settings(self, platform: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All settings of the platform; KeyError names one that does not exist, TypeError one of another kind."""
        known = self.platforms[platform].settings
        for name, value in changes.items():
            kinds = (bool, str) if isinstance(known[name], bool | str) else (int, float)
            if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(known[name], bool):
                raise TypeError(f"{name} is {known[name]!r}, and {value!r} is of another kind.")
        self._settings.setdefault(platform, {}).update(changes)
        return {**known, **self._settings[platform]}

    # Numbers

    def number(self) -> int:
        """An id that nobody had before, rising with time: milliseconds and sixteen bits more."""
        self._last_number = max(self._last_number + 1, int(self.now().timestamp() * 1000) << 16)
        return self._last_number

    # Accounts and tokens

    def account(self, platform: str, id: str) -> Account | None:
        return self.store.accounts.get(platform, id)

    def account_by_handle(self, platform: str, handle: str) -> Account | None:
        found = self.store.accounts.find(platform=platform, handle=handle, limit=1)
        return found[0] if found else None

    def accounts(self, platform: str) -> list[Account]:
        return self.store.accounts.find(platform=platform)

    def issue_token(
        self,
        platform: str,
        *,
        kind: str,
        account_id: str,
        client_id: str,
        scopes: Sequence[str],
        lives: timedelta | None = None,
        prefix: str = "",
        value: str = "",
        data: dict[str, Any] | None = None,
    ) -> Token:
        """A new token; without `value` it is `prefix` and 32 random bytes."""
        now = self.now()
        token = Token(
            token=value or prefix + secrets.token_urlsafe(32),
            platform=platform,
            kind=kind,
            account_id=account_id,
            client_id=client_id,
            scopes=list(scopes),
            issued_at=now,
            expires_at=now + lives if lives is not None else None,
            data=data or {},
        )
        return self.store.tokens.add(token)

    def token(self, platform: str, value: str) -> Token | None:
        """The token with this value, valid or not."""
        token = self.store.tokens.get(value) if value else None
        return token if token and token.platform == platform else None

    def tokens_of(self, account: Account) -> list[Token]:
        return self.store.tokens.find(platform=account.platform, account_id=account.id)

    def revoke(self, token: Token) -> None:
        token.revoked_at = token.revoked_at or self.now()
        self.store.tokens.save(token)

    def expire(self, token: Token) -> None:
        token.expires_at = self.now()
        self.store.tokens.save(token)

    # Posts

    def publish(self, post: Post, media: Sequence[Medium] = ()) -> Post:
        """Make it public together with its media, in this order; a medium of an earlier post moves over."""
        with self.store.transaction():
            self.store.posts.add(post)
            for position, medium in enumerate(media):
                medium.post_id, medium.position = post.id, position
                self.store.media.save(medium)
        return post

    def post(self, platform: str, id: str) -> Post | None:
        """The post with this id unless it was deleted."""
        post = self.store.posts.get(platform, id)
        return post if post and post.deleted_at is None else None

    def posts_of(self, account: Account, *, limit: int = -1, before: str = "", after: str = "") -> list[Post]:
        """What an account has written and not deleted, newest first; `before` and `after` are post ids."""
        where, values = "platform=? AND account_id=? AND deleted_at IS NULL", [account.platform, account.id]
        for id, side in ((before, "<"), (after, ">")):
            if id:
                where += f" AND seq {side} (SELECT seq FROM post WHERE platform=? AND id=?)"  # noqa: S608
                values += [account.platform, id]
        return self.store.posts.select(where, values, order="seq DESC", limit=limit)

    def replies_to(self, post: Post) -> list[Post]:
        return self.store.posts.select(
            "platform=? AND parent_id=? AND deleted_at IS NULL", (post.platform, post.id), order="seq"
        )

    def count_replies(self, post: Post) -> int:
        return self.store.posts.count("platform=? AND parent_id=? AND deleted_at IS NULL", (post.platform, post.id))

    def delete_post(self, post: Post) -> None:
        post.deleted_at = self.now()
        self.store.posts.save(post)

    def media_of(self, post: Post) -> list[Medium]:
        return self.store.media.find(platform=post.platform, post_id=post.id, order="position")

    # Public addresses

    def origin(self, name: str) -> str:
        return self.origins[name]

    def permalink(self, post: Post) -> str:
        return f"{self.origins['hub']}/post/{post.platform}/{post.id}"

    def profile_url(self, account: Account) -> str:
        return f"{self.origins['hub']}/feed/{account.platform}/{account.handle}"

    def avatar_url(self, account: Account) -> str:
        return f"{self.origins['hub']}/avatar/{account.platform}/{account.handle}.png"

    def media_url(self, medium: Medium) -> str:
        return f"{self.origins['hub']}/media/{medium.platform}/{medium.id}"

    # Beginnings

    def reset(self, *, to_the_hour: bool = False) -> None:
        """Forget everything but the hour; `to_the_hour` goes back to the machine's own, and numbers with it."""
        if to_the_hour:
            self.clock.put_back()
            self._last_number = 0
        ahead = self.clock.ahead
        self.store.clear()
        self.store.remember("clock_ahead", str(ahead.total_seconds()))
        self.store.remember("last_number", str(self._last_number))
        self._settings.clear()
        self.faults.clear()
        self.limits.clear()
        self.journal.clear()
