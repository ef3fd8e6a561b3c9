"""What every adapter is: a translation between Postroom's words and one platform's API.

An adapter is pure input and output. It is handed an `httpx.Client`, its endpoints and a clock; it keeps no state
between calls, never waits, never retries on its own (but for a protocol step that the platform refuses before acting,
such as a fresh DPoP nonce), and raises nothing but the errors of `apps.platforms.errors`.

Publishing has three calls. `stage` does all that the platform lets us do early (uploads, containers, waiting); it may
be called again with what it returned before and then goes on from there. `commit` is the single request that makes the
post public. `find` answers whether a commit whose answer was lost took effect.

`stage` is called minutes before the hour, so that only the commit is left then; how many minutes, and how long what it
prepared stays good, is in `Capabilities`. `stages` tells without a request whether there is anything to be done ahead,
and `unstage` takes back what was prepared for a post that will not go out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, Protocol

from apps.core.secrets import Secret
from apps.platforms.capabilities import Capabilities

if TYPE_CHECKING:
    from apps.platforms.calls import Call
    from apps.platforms.inbound import Inbound
    from apps.platforms.insights import Demographics, Metrics, OwnPosts
    from apps.platforms.lifetimes import Lifetimes
    from apps.platforms.limits import Limit, Usage
    from apps.platforms.setup import Setup
    from apps.platforms.signals import JSONKey, Signals
    from apps.platforms.versions import ApiVersion

NO_SECRET: Final = Secret("")
CHANNEL_SECRET: Final = "channel:"
SHARED_CONSENT: Final = "shared_consent"

JSON = Mapping[str, Any]  # plain JSON values only: it is stored in rows


# --- credentials and consent ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The application that asks for consent. `server` is the origin it is registered at, where that varies.

    `scopes` are those it was registered with (): not known, or the same everywhere; a consent may ask for no others.
    `also` are scopes that another platform of the same family wants of the same consent (Instagram behind Facebook).
    `webhook_secret` signs what the platform sends, where `client_secret` does not (X)."""

    client_id: str
    client_secret: Secret = NO_SECRET
    server: str = ""
    scopes: tuple[str, ...] = ()
    webhook_secret: Secret = NO_SECRET
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """What an adapter needs to act for one account; short-lived, handed over for one piece of work.

    `server` is the origin to talk to where it varies (Mastodon instance, Bluesky PDS); `extra` holds further secrets by
    name (for example a DPoP key), `facts` plain values (for example the authorization server's origin). Where one
    consent gives several channels, `channel_id` and `channel_kind` say for which of them we act ("": for the consent as
    a whole), and a token of a channel's own (of a Page) is in `extra` under `channel_secret(remote_id)`. Credentials
    with the same `facts[SHARED_CONSENT]` end together: giving one of them back ends the others too (Google).
    """

    remote_user_id: str
    access_token: Secret
    refresh_token: Secret = NO_SECRET
    expires_at: datetime | None = None  # None: the platform did not say
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    server: str = ""
    client: OAuthClient | None = None
    extra: Mapping[str, Secret] = field(default_factory=dict)
    facts: JSON = field(default_factory=dict)
    channel_id: str = ""
    channel_kind: str = ""

    @property
    def channel_token(self) -> Secret:
        """The token to act for the channel with: its own, or else that of the consent."""
        return self.extra.get(channel_secret(self.channel_id)) or self.access_token


def channel_secret(remote_id: str) -> str:
    """The name in `Credential.extra` of the token that belongs to one channel of a consent."""
    return f"{CHANNEL_SECRET}{remote_id}"


@dataclass(frozen=True, slots=True)
class ConsentStart:
    """Where to send the person, and what must be kept (encrypted) until they come back."""

    authorize_url: str
    keep: Secret  # JSON text: PKCE verifier, DPoP key, issuer, ...


@dataclass(frozen=True, slots=True)
class Channel:
    """An account that a consent lets us publish to. `kind` is "profile", "page", "channel", ...; `handle` is how the
    platform writes it, without a leading @.

    `limits` overrides numbers of `Capabilities` by field name where the account's own server says otherwise (a Mastodon
    instance with 5,000 characters); plain JSON values."""

    remote_id: str
    kind: str
    handle: str
    name: str
    url: str = ""
    avatar_url: str = ""
    limits: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """What one consent gave: a credential and the channels to choose from; `missing_scopes` were asked for and
    refused."""

    credential: Credential
    channels: tuple[Channel, ...]
    missing_scopes: tuple[str, ...] = ()


# --- publishing -------------------------------------------------------------------------------------------------------


class Role(StrEnum):
    MAIN = "main"
    FIRST_COMMENT = "first_comment"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that goes out with a post. `open` gives a fresh binary stream that can be moved to any place of the file;
    `public_url` is set for platforms that pull. `seconds`, codecs and `frame_rate` are those of a video; 0 and "" where
    they are not known. Width and height are as displayed, which the pixels of a video need not be square for."""

    id: str
    mime_type: str
    size: int
    width: int
    height: int
    sha256: str
    open: Callable[[], IO[bytes]]
    alt: str = ""
    public_url: str = ""
    name: str = ""  # what the person called the file; platforms show it as a document's
    seconds: float = 0.0
    frame_rate: float = 0.0
    video_codec: str = ""  # "h264", as FFmpeg names codecs
    audio_codec: str = ""  # "aac"; "" also where there is no sound
    bit_rate: int = 0  # bits a second, of the whole file
    frames: int = 1  # of a picture: more than one is an animation
    pixel_aspect: float = 1.0  # how much wider than high a stored pixel is shown

    @property
    def is_image(self) -> bool:
        return self.mime_type.startswith("image/")

    @property
    def is_video(self) -> bool:
        return self.mime_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said in a video, to be read along: a WebVTT file (`text/vtt`). `language` is a BCP 47 tag."""

    file: MediaFile
    language: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post as the platform names it: `remote_id`, and `facts` that replies need (Bluesky's cid)."""

    remote_id: str
    facts: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One part of a post, ready to be translated. `root` and `parent` are set for comments and replies.

    `options["format"]` names a format of the platform; without it the format follows from the media
    (`apps.platforms.formats.format_of`). `link` is shown as a card where the platform has such a thing. `cover` and
    `captions` belong to the draft's video, which is its first where there are several."""

    text: str
    media: tuple[MediaFile, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    role: Role = Role.MAIN
    language: str = ""
    root: RemotePost | None = None
    parent: RemotePost | None = None
    link: str = ""
    cover: MediaFile | None = None
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """How far preparation has come. `data` is plain JSON, stored in the row, and handed back to `stage`, `commit`,
    `find`.

    With `ready` False the caller asks again after `again_in`; nothing public has happened."""

    data: JSON
    ready: bool = True
    again_in: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's answer to a commit. `remote_url` may be empty and is then read by `locate`."""

    remote_id: str
    remote_url: str = ""
    published_at: datetime | None = None
    facts: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a commit whose answer was lost: the same draft, staged data and key, and when it was first sent.

    A post is looked for from `sent_at` on. `last_sent_at` is that of the last request, where there were several.
    `known_remote_ids` are posts of this account that Postroom already knows to be others, so that they are never taken
    for this one; one that a person confirmed goes by the address that they gave."""

    draft: Draft
    staged: Staged
    key: str
    sent_at: datetime
    known_remote_ids: frozenset[str] = frozenset()
    last_sent_at: datetime | None = None

    def quiet_for(self, now: datetime) -> timedelta:
        """How long ago the last request left: for a while it may still take effect, and what it made not be listed."""
        return now - (self.last_sent_at or self.sent_at)


class Verdict(StrEnum):
    FOUND = "found"
    ABSENT = "absent"  # certainly not published, and this commit can no longer take effect
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a search for a lost post, with what was looked at, for the person who may have to decide."""

    verdict: Verdict
    receipt: Receipt | None = None
    looked_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """The answer of the cheap health read."""

    remote_id: str
    handle: str
    name: str
    url: str = ""
    avatar_url: str = ""
    limits: JSON = field(default_factory=dict)


class Adapter(Protocol):
    """One platform. Constructed as `Adapter(http=httpx.Client, endpoints=Mapping[str, str], clock=Callable[[],
    datetime])`, where `endpoints` overrides `default_endpoints` by name.

    What a platform does not offer is inherited from `apps.platforms.basis.Basis`, which says so."""

    name: ClassVar[str]
    label: ClassVar[str]  # as people say it: "Instagram"
    capabilities: ClassVar[Capabilities]
    scopes: ClassVar[tuple[str, ...]]  # what connecting asks for
    default_endpoints: ClassVar[Mapping[str, str]]  # origins by name, and a "version" where there is one
    calls: ClassVar[tuple[Call, ...]]  # every request it makes, and what a consent must cover for it
    limits: ClassVar[tuple[Limit, ...]]
    lifetimes: ClassVar[Lifetimes]
    version: ClassVar[ApiVersion | None]  # None: the API has no versions
    inbound: ClassVar[Inbound | None]  # None: the platform sends nothing on its own
    signals: ClassVar[Signals | None]  # None: nothing is told of people's sign-ins with a key of the platform's own
    setup: ClassVar[Setup]  # what an operator registers at the platform, and what is known to be missing
    metrics_at_once: ClassVar[int]  # of how many posts one request tells the figures; 1: each is asked for alone

    # consent
    # -----------------------------------------------------------------------------------------------------------

    def resolve_server(self, address: str) -> str:
        """The origin (https://host) that an address typed by a person belongs to; "" where the platform has one home.

        Raises Rejected(field="address") in words when nothing answers there."""

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        """Register Postroom as an application at `server`, on platforms that let us (Mastodon); derive it (Bluesky)."""

    def test_app(self, client: OAuthClient) -> str:
        """Ask the platform whether it knows this application, without anybody's account; the answer in words.

        Raises ConsentRefused where id and secret do not fit, NotOffered where only a consent shows it, and NotSent or
        Throttled where nothing was learnt."""

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        """The address of the consent page. `hint` is the handle or account the person named, if any."""

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        """Turn the query string of the callback (whose state the caller has checked) into tokens and channels.

        Raises ConsentRefused when the person or platform said no."""

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        """Connect by app password, on platforms that have them. Raises ConsentRefused(words)."""

    def refresh(self, credential: Credential) -> Credential:
        """A credential with a longer life; raises Disconnected when it is dead, NotSent/Throttled to try later,
        Uncertain when the answer was lost and the old token may have been used up."""

    def check(self, credential: Credential) -> Profile:
        """The cheap health read: who is this token? Raises Disconnected, MissingPermission, NotSent, Throttled."""

    def revoke(self, credential: Credential) -> None:
        """Give the tokens back, where the platform can; never raises Disconnected (dead is dead)."""

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        """Ask the platform to tell us on its own what happens to the account; safe to repeat. The answer is how long
        that holds (None: until it is taken back). `callback` and `secret` are for platforms that are told them with
        each request (WebSub). Raises NotOffered."""

    def signing_keys(self) -> Mapping[str, JSONKey]:
        """The public keys, by id, with which the platform signs its `signals`. Raises NotSent, NotOffered."""

    # publishing
    # --------------------------------------------------------------------------------------------------------

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Whether there is anything to do ahead for this draft. Where there is not, `stage` makes no request and is
        ready at once, so that it may be called as the hour strikes."""

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Prepare `draft`; go on from `before`. Safe to repeat. Raises NotSent, Throttled, Rejected, Disconnected,
        MissingPermission, StagedLost; never Uncertain, for nothing here is public."""

    def unstage(self, staged: Staged, credential: Credential) -> None:
        """Take back what `stage` prepared and would else stay with the account; what lapses by itself is left to that.

        Only for what was never sent, or was found ABSENT: the caller answers for that. Safe to repeat; what is gone
        already is no error. Raises NotSent, Throttled, Disconnected, MissingPermission, TokenExpired."""

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """Make it public with exactly one request. Any of the errors; Uncertain whenever the request may have been
        carried out (a lost answer, a 5xx, an unreadable body after the bytes went out)."""

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """Did the commit take effect? ABSENT only with proof. Read errors raise (NotSent, Throttled, Disconnected)."""

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        """The public address of a published post ("" if the platform does not tell); never fails the publication."""

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        """(value, label) of what may be chosen for an option of kind REMOTE, as the platform tells them."""

    # afterwards
    # --------------------------------------------------------------------------------------------------------

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        """Make a published post say what `draft` says, within `Capabilities.edits`; safe to repeat. Raises NotOffered,
        and Gone when it is not there any more."""

    def delete(self, post: RemotePost, credential: Credential) -> None:
        """Take a published post down; one that is gone already is no error. Raises NotOffered."""

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """A page of the account's posts, newest first. Raises NotOffered."""

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        """The figures of a published post so far. Raises NotOffered, and Gone when it is not there any more."""

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        """The figures of up to `metrics_at_once` posts so far, by their ids. One that is left out was not told of, and
        `post_metrics` says why. Raises NotOffered where this server, or these posts, have no such request."""

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """The account's figures of `day` (as the platform cuts days), and its followers now. Raises NotOffered."""

    def demographics(self, credential: Credential) -> Demographics:
        """Who follows the account now. Raises NotOffered, for an account too small to be told of as well."""

    @classmethod
    def family(cls, credential: Credential) -> str:
        """The name of the sign-in that other platforms' accounts may hang on too, "" where none do: they end together,
        and the access token of one, given to the `refresh` of another, brings that one back."""

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        """What an answer's headers (names in lower case) say of the adapter's limits; () for nothing."""


AdapterFactory = Callable[..., Adapter]
Channels = Sequence[Channel]
