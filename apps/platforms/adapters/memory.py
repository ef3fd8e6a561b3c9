"""A platform that lives in memory, for tests of other rooms; it passes the conformance suite, so it may be believed.

    platform = MemoryPlatform(clock)
    platform.add_account("harbour")
    credential = platform.credential("harbour")
    platform.fault("lost_after", call="commit")
    registry.ADAPTERS["memory"] = platform.adapter_class()

Faults are refusals (`rate_limited`, `token_revoked`), failures before anything happened (`error_before`, `lost_before`,
`garbage_before`) or after it did (`error_after`, `lost_after`, `garbage_after`), and `slow_processing` of a picture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from apps.core.secrets import Secret
from apps.platforms.basis import Basis
from apps.platforms.capabilities import Capabilities, Counting, Option
from apps.platforms.contract import (
    Channel,
    Consent,
    ConsentStart,
    Credential,
    Draft,
    Finding,
    OAuthClient,
    Profile,
    Receipt,
    RemotePost,
    Role,
    Staged,
    Trace,
    Verdict,
)
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)

SCOPES = ("read", "publish")
TOKEN_LIFE = timedelta(days=60)
UPLOAD_LIFE = timedelta(days=1)
PAUSE = timedelta(minutes=5)
PROCESSING_PAUSE = timedelta(seconds=2)
BEFORE = frozenset({"error_before", "lost_before", "garbage_before"})
AFTER = frozenset({"error_after", "lost_after", "garbage_after"})
FAULTS = BEFORE | AFTER | {"rate_limited", "token_revoked", "slow_processing"}


@dataclass(frozen=True, slots=True)
class MemoryPost:
    """A post as the platform has it."""

    remote_id: str
    handle: str
    text: str
    alts: tuple[str, ...]
    parent_id: str
    role: Role
    key: str
    published_at: datetime


@dataclass
class _Account:
    handle: str
    number: int
    tokens: dict[Secret, tuple[str, ...]] = field(default_factory=dict)  # access token: its scopes
    expired: set[Secret] = field(default_factory=set)
    refresh_tokens: set[Secret] = field(default_factory=set)


class MemoryPlatform:
    """The state of the platform, and what a test may do to it. Threads may share it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.posts: list[MemoryPost] = []
        self.commits = 0  # requests that reached the platform and were meant to publish, refused ones included
        self._accounts: dict[str, _Account] = {}
        self._uploads: dict[str, int] = {}  # upload: how many more times it is still being processed
        self._uploaded_at: dict[str, datetime] = {}
        self._faults: list[tuple[str, str]] = []
        self._codes: dict[str, str] = {}
        self._count = 0
        self.lock = threading.RLock()

    def add_account(self, handle: str) -> None:
        self._accounts[handle] = _Account(handle, len(self._accounts) + 1)

    def credential(self, handle: str, *, scopes: tuple[str, ...] = SCOPES) -> Credential:
        """Working tokens for an account, as a consent would give them."""
        with self.lock:
            account = self._accounts[handle]
            token, refresh_token = Secret(self.fresh("access-token")), Secret(self.fresh("refresh-token"))
            account.tokens[token] = scopes
            account.refresh_tokens.add(refresh_token)
        return Credential(
            remote_user_id=f"account-{account.number}",
            access_token=token,
            refresh_token=refresh_token,
            expires_at=self.clock() + TOKEN_LIFE,
            scopes=scopes,
        )

    def revoke_tokens(self, handle: str) -> None:
        self._accounts[handle].tokens.clear()
        self._accounts[handle].refresh_tokens.clear()

    def expire_tokens(self, handle: str) -> None:
        """Access tokens are over their time; refresh tokens go on working."""
        self._accounts[handle].expired.update(self._accounts[handle].tokens)

    def texts(self, handle: str) -> list[str]:
        return [post.text for post in self.posts if post.handle == handle]

    def fault(self, kind: str, *, call: str, times: int = 1) -> None:
        """Make the next `times` calls of an adapter's method (`commit`, `stage`, `find`, `check`, ...) go wrong."""
        if kind not in FAULTS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(sorted(FAULTS))}")
        self._faults += [(call, kind)] * times

    def allow(self, authorize_url: str, handle: str) -> dict[str, str]:
        """The person presses Allow: the query of the callback."""
        code = self.fresh("code")
        self._codes[code] = handle
        return {"code": code, "state": parse_qs(urlsplit(authorize_url).query)["state"][0]}

    def deny(self, authorize_url: str) -> dict[str, str]:
        return {"error": "access_denied", "state": parse_qs(urlsplit(authorize_url).query)["state"][0]}

    def adapter_class(self) -> type[MemoryAdapter]:
        """An adapter class bound to this platform, to stand in the registry under any name."""
        return type("MemoryAdapter", (MemoryAdapter,), {"platform": self})

    # what the adapter does to it

    def fresh(self, kind: str) -> str:
        with self.lock:
            self._count += 1
            return f"{kind}-{self._count}"

    def take_fault(self, call: str) -> str:
        with self.lock:
            for position, (struck, kind) in enumerate(self._faults):
                if struck == call:
                    del self._faults[position]
                    return kind
        return ""

    def redeem(self, code: str) -> str:
        if code not in self._codes:
            raise ConsentRefused("The sign-in was not completed: start again.")
        return self._codes.pop(code)

    def account_of(self, credential: Credential, *, needs: str = "") -> _Account:
        token = credential.access_token
        for account in self._accounts.values():
            if token in account.tokens:
                if token in account.expired:
                    raise TokenExpired("The access to this account has to be renewed.")
                if needs and needs not in account.tokens[token]:
                    raise MissingPermission("Postroom was not given this permission.", scopes=(needs,))
                return account
        raise Disconnected("The access to this account has ended: connect it again.")

    def rotate(self, credential: Credential) -> Credential:
        used = credential.refresh_token
        for account in self._accounts.values():
            if used in account.refresh_tokens:
                account.refresh_tokens.discard(used)
                account.tokens.pop(credential.access_token, None)
                return self.credential(account.handle, scopes=credential.scopes)
        raise Disconnected("The access to this account has ended: connect it again.")

    def upload(self, *, is_slow: bool) -> str:
        name = self.fresh("upload")
        self._uploads[name] = 1 if is_slow else 0
        self._uploaded_at[name] = self.clock()
        return name

    def require_upload(self, upload: str) -> None:
        """Uploads that no post uses are dropped after a day."""
        if upload not in self._uploads or self.clock() >= self._uploaded_at[upload] + UPLOAD_LIFE:
            raise StagedLost("The uploaded pictures are gone.")

    def is_processed(self, upload: str) -> bool:
        self.require_upload(upload)
        waiting, self._uploads[upload] = self._uploads[upload], 0
        return not waiting

    def publish(self, account: _Account, draft: Draft, key: str) -> MemoryPost:
        with self.lock:
            for post in self.posts:
                if (post.handle, post.key) == (account.handle, key):
                    return post
            parent_id = draft.parent.remote_id if draft.parent else ""
            if parent_id and parent_id not in {post.remote_id for post in self.posts}:
                raise Rejected("The post this one answers is gone.", field="parent")
            alts = tuple(media.alt for media in draft.media)
            number = self.fresh("post")
            post = MemoryPost(number, account.handle, draft.text, alts, parent_id, draft.role, key, self.clock())
            self.posts.append(post)
            return post

    def change(self, account: _Account, remote_id: str, text: str) -> MemoryPost:
        with self.lock:
            for position, post in enumerate(self.posts):
                if (post.handle, post.remote_id) == (account.handle, remote_id):
                    self.posts[position] = changed = replace(post, text=text)
                    return changed
        raise Gone("The post is not there any more.")

    def remove(self, account: _Account, remote_id: str) -> None:
        """Its replies stay, as they do on platforms where a reply is a post of its own."""
        with self.lock:
            meant = (account.handle, remote_id)
            self.posts[:] = [post for post in self.posts if (post.handle, post.remote_id) != meant]


class MemoryAdapter(Basis):
    """Bound to a platform by `MemoryPlatform.adapter_class`; takes the arguments of every adapter and needs none."""

    name: ClassVar[str] = "memory"
    label: ClassVar[str] = "Memory"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_text=500,
        counting=Counting.GRAPHEMES,
        max_media=4,
        media_types=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
        max_image_bytes=8_000_000,
        max_alt=1500,
        first_comment=True,
        threads=True,
        options=(Option("audience", "Audience", choices=(("all", "Everybody"), ("few", "Few")), default="all"),),
        idempotent_commit=True,
        findable=True,
        edits=frozenset({"text", "options.audience"}),
        deletes=True,
        staged_for=UPLOAD_LIFE - timedelta(hours=1),
    )
    scopes: ClassVar[tuple[str, ...]] = SCOPES
    platform: ClassVar[MemoryPlatform]

    def __init__(
        self, *, http: Any = None, endpoints: Mapping[str, str] | None = None, clock: Callable[[], datetime]
    ) -> None:
        self._clock = clock

    # consent

    def resolve_server(self, address: str) -> str:
        return ""

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        return OAuthClient("memory-client")

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        query = urlencode({"client_id": client.client_id, "redirect_uri": redirect_uri, "state": state})
        return ConsentStart(f"https://memory.invalid/consent?{query}", Secret("{}"))

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        if answer.get("error"):
            raise ConsentRefused("Access to the account was declined.")
        handle = self.platform.redeem(answer.get("code", ""))
        return self._consent(replace(self.platform.credential(handle), client=client), handle)

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        raise ConsentRefused("This platform knows no passwords.")

    def refresh(self, credential: Credential) -> Credential:
        fault = self._strike("refresh", lost=Uncertain)
        renewed = self.platform.rotate(credential)
        if fault:
            raise Uncertain("The access may have been renewed, but the answer was lost.")
        return replace(renewed, client=credential.client, facts=credential.facts)

    def check(self, credential: Credential) -> Profile:
        if self._strike("check"):
            raise NotSent("The platform did not answer in time.")
        account = self.platform.account_of(credential)
        return Profile(f"account-{account.number}", account.handle, account.handle.title())

    def revoke(self, credential: Credential) -> None:
        try:
            self.platform.account_of(credential).tokens.pop(credential.access_token)
        except (Disconnected, TokenExpired):
            return

    # publishing

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        fault = self._strike("stage")
        self.platform.account_of(credential, needs="publish")
        if fault and fault != "slow_processing":
            raise NotSent("The platform did not answer in time.")
        prints = [media.sha256 for media in draft.media]
        is_same = before is not None and before.data.get("prints", prints) == prints
        done = list(before.data.get("uploads", ())) if before is not None and is_same else []
        for media in draft.media[len(done) :]:
            with media.open() as stream:
                stream.read()
            done.append(self.platform.upload(is_slow=fault == "slow_processing"))
        states = [self.platform.is_processed(upload) for upload in done]  # each is asked, so each goes on
        data = {"uploads": done, "prints": prints}
        return Staged(data) if all(states) else Staged(data, ready=False, again_in=PROCESSING_PAUSE)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        self.platform.commits += 1
        fault = self._strike("commit", lost=Uncertain)
        account = self.platform.account_of(credential, needs="publish")
        prints = [media.sha256 for media in draft.media]
        if staged.data.get("prints", prints) != prints:
            raise StagedLost("Other pictures were uploaded than those of this post.")
        for upload in staged.data.get("uploads", ()):  # a stand-in of a test may prepare something else
            self.platform.require_upload(upload)
        post = self.platform.publish(account, draft, key)
        if fault:
            raise Uncertain("The answer was lost: it may have been published.")
        return self._receipt(post)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        if self._strike("find"):
            raise NotSent("The platform did not answer in time.")
        account = self.platform.account_of(credential, needs="read")
        for post in self.platform.posts:
            if (post.handle, post.key) == (account.handle, trace.key):
                return Finding(Verdict.FOUND, self._receipt(post), ("posts by key: one",))
        return Finding(Verdict.ABSENT, None, ("posts by key: none",))

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return self._url(receipt.remote_id)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        fault = self._strike("edit", lost=Uncertain)
        account = self.platform.account_of(credential, needs="publish")
        changed = self.platform.change(account, post.remote_id, draft.text)
        if fault:
            raise Uncertain("The answer was lost: it may have been changed.")
        return self._receipt(changed)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        fault = self._strike("delete", lost=Uncertain)
        self.platform.remove(self.platform.account_of(credential, needs="publish"), post.remote_id)
        if fault:
            raise Uncertain("The answer was lost: it may be gone.")

    def _strike(self, call: str, *, lost: type[NotSent | Uncertain] = NotSent) -> str:
        """Raise what a waiting fault says before anything is done; the name of a fault that comes afterwards."""
        fault = self.platform.take_fault(call)
        if fault == "rate_limited":
            raise Throttled("The platform asks us to slow down.", retry_at=self._clock() + PAUSE)
        if fault == "token_revoked":
            raise Disconnected("The access to this account has ended: connect it again.")
        if fault in BEFORE:
            raise lost("The platform did not answer in time.")
        return fault

    def _consent(self, credential: Credential, handle: str) -> Consent:
        channel = Channel(credential.remote_user_id, "profile", handle, handle.title())
        missing = tuple(scope for scope in SCOPES if scope not in credential.scopes)
        return Consent(credential, (channel,), missing)

    def _receipt(self, post: MemoryPost) -> Receipt:
        return Receipt(post.remote_id, self._url(post.remote_id), post.published_at)

    @staticmethod
    def _url(remote_id: str) -> str:
        return f"https://memory.invalid/posts/{remote_id}"
