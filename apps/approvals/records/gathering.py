"""What a record says, read inside the tenant in a number of queries that does not grow with the posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy

from apps.approvals.errors import NothingApproved
from apps.approvals.models import Decision, Request, StepState
from apps.approvals.selectors import name_of, names_of_voices, snapshot_text, stood_in_for, way_in
from apps.approvals.services.records import first_broken
from apps.approvals.states import APPROVING, OBJECTING, PASSED, RequestState, StepStatus, Verdict
from apps.core import clock
from apps.core.actors import ActorKind
from apps.media.models import Asset
from apps.media.recipes import Cut
from apps.media.states import Kind
from apps.platforms import registry
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount
from apps.tenants.services.branding import branding_of

MOST_POSTS: Final = 200
KNOWN_AS: Final = {
    ActorKind.USER: gettext_lazy("signed in as a member"),
    ActorKind.GUEST: gettext_lazy("by a personal link"),
    ActorKind.KEY: gettext_lazy("a program with a key"),
    ActorKind.SYSTEM: gettext_lazy("by its own rules"),
    ActorKind.OPERATOR: gettext_lazy("the operator"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A file as reviewers saw it. `stored` is where its small picture lies, "" where there is none to show."""

    name: str
    alt: str
    digest: str
    kind: str
    stored: str = ""
    cut: Cut = field(default_factory=Cut)

    @property
    def picture(self) -> str:
        """What its picture is called in the document; another cut of the same file is another picture."""
        box = "-".join(f"{share:.3f}" for share in self.cut.box) if self.cut.box else ""
        return f"{self.digest}{box}.jpg"


@dataclass(frozen=True, slots=True)
class Account:
    network: str
    platform: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Showing:
    """How the post looks on some accounts that show it alike; `options` are what was chosen for them."""

    accounts: tuple[Account, ...]
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A decision: who, how they were known, when and from where, about which revision and hash, and its place in the
    log of the post. `is_about_this`: it is about the very content that this record shows."""

    place: int
    verdict: Verdict
    by: str
    kind: str
    step: str
    at: datetime
    address: str
    revision: int
    note: str
    content_hash: str
    hash: str
    previous_hash: str
    is_about_this: bool
    stood_in_for: tuple[str, ...] = ()
    way_in: str = ""

    @property
    def tone(self) -> str:
        return "yes" if self.verdict in APPROVING else "no" if self.verdict in OBJECTING else ""

    @property
    def known_as(self) -> str:
        """How Postroom knew them: what "who" rests on."""
        return self.way_in or str(KNOWN_AS[ActorKind(self.kind)])


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    status: StepStatus
    is_carried: bool
    at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One approved post."""

    id: UUID
    post_id: UUID
    number: int
    revision: int
    title: str
    state: RequestState
    zone: str
    due_at: datetime | None
    language: str
    showings: tuple[Showing, ...]
    link: str
    links: tuple[tuple[str, str, str], ...]  # by network: an address as it was written, and as it goes out
    after: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    content_hash: str
    policy_version: int
    asked_by: str
    asked_at: datetime
    approved_at: datetime | None
    stages: tuple[Stage, ...]
    voices: tuple[Voice, ...]
    broken_at: int  # the place of the first decision that does not hold; 0: the log is whole

    @property
    def is_in_force(self) -> bool:
        return self.state == RequestState.APPROVED

    @property
    def networks(self) -> str:
        names = [account.network for showing in self.showings for account in showing.accounts]
        return ", ".join(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Record:
    organization: str
    client: str
    zone: str
    colour: str
    logo: bytes
    names_product: bool
    made_at: datetime
    leaves: tuple[Leaf, ...]
    is_for_guest: bool = False  # what was said at other steps than the client's is left out


def is_approved(request: Request) -> bool:
    """Every step of it was passed, whatever has become of it since. `request` comes with its steps."""
    rows = list(request.steps.all())
    return bool(rows) and all(row.status in PASSED for row in rows)


def gathered(requests: QuerySet[Request], *, guest_id: UUID | None = None) -> Record:
    """What the record of these requests of one workspace says; raises NothingApproved if none of them was approved.

    With `guest_id` as that guest may have it: of steps that ask guests only, and without the addresses of others."""
    rows = [row for row in _rows(requests) if is_approved(row)]
    if not rows:
        raise NothingApproved
    workspace = rows[0].workspace
    branding = branding_of(workspace.organization_id)
    lookup = _Lookup(rows, guest_id)
    leaves = [lookup.leaf(row) for row in rows]
    return Record(
        organization=workspace.organization.name, client=workspace.name, zone=workspace.timezone,
        colour=branding.colour, logo=bytes(branding.logo), names_product=branding.names_product, made_at=clock.now(),
        leaves=tuple(sorted(leaves, key=lambda leaf: (leaf.due_at is None, leaf.due_at or leaf.asked_at, leaf.id))),
        is_for_guest=guest_id is not None,
    )  # fmt: skip


def _rows(requests: QuerySet[Request]) -> list[Request]:
    """One workspace's, for a record has one client: that of the first."""
    steps = Prefetch("steps", queryset=StepState.objects.order_by("position"))
    found = requests.select_related("post", "policy", "asked_by", "workspace__organization").prefetch_related(steps)
    rows = list(found.order_by("id")[:MOST_POSTS])
    return [row for row in rows if row.workspace_id == rows[0].workspace_id]


class _Lookup:
    """Everything that the requests refer to, each kind by one query."""

    def __init__(self, rows: Sequence[Request], guest_id: UUID | None) -> None:
        self.guest_id = guest_id
        snapshots = [row.snapshot for row in rows]
        self.chains = _chains(rows)
        said = [one for chain in self.chains.values() for one in chain]
        self.names = names_of_voices(said)
        self.accounts = _by_id(SocialAccount, (one["id"] for shot in snapshots for one in shot["accounts"]))
        media = [one for shot in snapshots for part in shot["parts"] for one in part["media"]]
        self.assets = _by_id(Asset, (one["asset"] for one in media))

    def leaf(self, row: Request) -> Leaf:
        shot, chain = row.snapshot, self.chains[row.post_id]
        main, *after = shot["parts"]
        broken = first_broken(chain)
        return Leaf(
            id=row.pk, post_id=row.post_id, number=row.number, revision=row.revision,
            title=row.post.title or _line(snapshot_text(shot)), state=RequestState(row.state),
            zone=shot["timezone"] or row.workspace.timezone, due_at=row.due_at, language=shot["language"],
            showings=tuple(self._showings(shot, main["text"])), link=main["link"],
            links=tuple(_links(shot)),
            after=tuple((PartRole(part["role"]).label, part["text"]) for part in after),
            figures=tuple(self._figure(one) for part in shot["parts"] for one in part["media"]),
            content_hash=row.content_hash, policy_version=row.policy.version,
            asked_by=str(row.asked_by) if row.asked_by else "", asked_at=row.created_at,
            approved_at=max((one.closed_at for one in row.steps.all() if one.closed_at), default=None),
            stages=tuple(_stage(one) for one in row.steps.all() if self._is_open(one)),
            voices=tuple(self._voice(place, one, row) for place, one in enumerate(chain, 1) if self._is_open(one.step)),
            broken_at=chain.index(broken) + 1 if broken else 0,
        )  # fmt: skip

    def _is_open(self, row: StepState) -> bool:
        """Whether the reader may know of what was said at this step."""
        return self.guest_id is None or row.step.guests

    def _showings(self, shot: Mapping[str, Any], words: str) -> Iterable[Showing]:
        alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[Account]] = {}
        for one in shot["accounts"]:
            text = words if one["text"] is None else one["text"]
            options = tuple(sorted((name.replace("_", " "), str(value)) for name, value in one["options"].items()))
            alike.setdefault((text, options), []).append(self._account(one))
        for (text, options), accounts in alike.items():
            yield Showing(tuple(accounts), text, options)

    def _account(self, said: Mapping[str, Any]) -> Account:
        known = self.accounts.get(said["id"])
        handle = f"@{known.handle}" if known and known.handle else ""
        return Account(
            registry.label(said["platform"]), said["platform"], (known.name if known else "") or handle, handle
        )

    def _figure(self, said: Mapping[str, Any]) -> Figure:
        known: Asset | None = self.assets.get(said["asset"])
        if known is None or known.sha256 != said["sha256"]:
            return Figure("", said["alt"], said["sha256"], Kind.IMAGE)
        return Figure(
            known.original_name, said["alt"], said["sha256"], known.kind, known.thumbnail.name or "",
            Cut.from_json(said["cut"]),
        )  # fmt: skip

    def _voice(self, place: int, one: Decision, of: Request) -> Voice:
        is_own = (one.decider_kind, one.decider_id) == (ActorKind.GUEST, self.guest_id)
        return Voice(
            place=place, verdict=Verdict(one.verdict), step=one.step.step.name, at=one.decided_at,
            by=name_of(one.decider_kind, one.decider_id, one.decider_name, self.names), kind=one.decider_kind,
            address=one.address if is_own or self.guest_id is None else "", revision=one.revision, note=one.note,
            content_hash=one.content_hash, hash=one.hash, previous_hash=one.previous_hash,
            is_about_this=one.content_hash == of.content_hash, stood_in_for=stood_in_for(one, self.names),
            way_in=way_in(one, self.names),
        )  # fmt: skip


def _chains(rows: Sequence[Request]) -> dict[UUID, list[Decision]]:
    """Every decision about the posts, by post, in the order of the log."""
    found: dict[UUID, list[Decision]] = defaultdict(list)
    said = Decision.objects.filter(request__post_id__in=[row.post_id for row in rows]).select_related("step", "request")
    for one in said.order_by("decided_at", "id"):
        found[one.request.post_id].append(one)
    return found


def _links(shot: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    for one in shot.get("links", ()):
        yield registry.label(one["platform"]), one["written"], one["outgoing"]


def _stage(row: StepState) -> Stage:
    return Stage(row.step.name, StepStatus(row.status), row.is_carried, row.closed_at, row.due_at)


def _by_id(model: Any, ids: Iterable[str]) -> dict[str, Any]:
    return {str(row.pk): row for row in model.objects.filter(pk__in=set(ids))}


def _line(text: str, length: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
