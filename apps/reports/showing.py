"""A frozen report as it is shown: everything in words, in the report's own language, for templates that only write it
down. Nothing is looked up here; whatever is not in the data cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext

from apps.analytics.countries import country_name
from apps.platforms import registry
from apps.reports import charts, wording
from apps.reports.charts import Chart, Speech
from apps.reports.plan import Kind

# How much of a sheet of paper each section takes on a screen, so that they are spread over sheets as on paper.
WEIGHTS: Final = {Kind.SUMMARY: 1.5, Kind.FIGURES: 1.5, Kind.WORDS: 1.5, Kind.NETWORKS: 2, Kind.APPROVALS: 1}
SHEET: Final = 7.0
TONES: Final = {"reached": "ok", "on_pace": "ok", "behind": "warn", "missed": "bad"}
ABOUT: Final = {"followers": "account", "views": "day", "post_views": "post", "interactions": "post"}


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    change: str = ""
    direction: str = ""
    note: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    name: str
    label: str
    chart: Chart | None
    is_level: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """`share` is of the way, in hundredths, for the bar; None where it is not known, and then there is no bar."""

    label: str
    platform: str
    where: str
    days: str
    reached: str
    way: str
    share: int | None
    pace: str
    tone: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """Followers told apart by one thing; of each group its name, its share in words, and how long its bar is of 100."""

    heading: str
    groups: tuple[tuple[str, str, float], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Audience:
    account: str
    platform: str
    told: str
    why: str
    divisions: tuple[Division, ...]


@dataclass(frozen=True, slots=True)
class Network:
    platform: str
    cells: tuple[str, ...]
    until: str
    stands_apart: bool


@dataclass(frozen=True, slots=True)
class Post:
    title: str
    platform: str
    when: str
    views: str
    interactions: str
    url: str
    picture: str
    alt: str


@dataclass(frozen=True, slots=True)
class Published:
    """A day with what went out on it."""

    day: str
    posts: tuple[tuple[str, str, tuple[str, ...], str], ...]  # time, title, platforms, address


@dataclass(frozen=True, slots=True)
class Meaning:
    label: str
    of: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Book:
    platform: str
    days_in: str
    rows: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    account: str
    days: str
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A section. Which of its lists is filled follows from its kind."""

    kind: Kind
    heading: str
    paragraphs: tuple[str, ...]
    tiles: tuple[Tile, ...] = ()
    goals: tuple[Goal, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    networks: tuple[Network, ...] = ()
    apart: str = ""
    audiences: tuple[Audience, ...] = ()
    posts: tuple[Post, ...] = ()
    published: tuple[Published, ...] = ()
    left_out: int = 0
    books: tuple[Book, ...] = ()
    fresh: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def parts(self) -> Sequence[Shown]:
        """The section in pieces that may stand on different sheets."""
        if len(self.drawings) < 2:
            return (self,)
        rest = (replace(self, heading="", paragraphs=(), drawings=(one,)) for one in self.drawings[1:])
        return (replace(self, drawings=self.drawings[:1]), *rest)

    @property
    def weight(self) -> float:
        own = {
            Kind.GOALS: 0.6 + 0.5 * len(self.goals),
            Kind.TRENDS: 2.5 * len(self.drawings),
            Kind.AUDIENCE: 0.6 + sum(0.4 + 1.6 * -(-len(one.divisions) // 2) for one in self.audiences),
            Kind.TOP: 0.6 + 1.7 * -(-len(self.posts) // 3),
            Kind.FLOP: 0.6 + 1.7 * -(-len(self.posts) // 3),
            Kind.CALENDAR: 0.6 + 0.35 * sum(len(one.posts) for one in self.published),
            Kind.MEANINGS: SHEET,
        }
        return own.get(self.kind, WEIGHTS.get(self.kind, 1.0))


@dataclass(frozen=True, slots=True)
class Face:
    """The whole report. `colour` and `logo` are the agency's, "" where it chose none."""

    agency: str
    client: str
    title: str
    period: str
    compared: str
    as_of: str
    zone: str
    colour: str
    logo: str
    names_product: bool
    sections: tuple[Shown, ...] = field(default_factory=tuple)

    @property
    def sheets(self) -> list[tuple[Shown, ...]]:
        """The sections spread over sheets, in their order; drawings one by one."""
        found: list[list[Shown]] = [[]]
        filled = 1.0  # the title
        for section in (part for whole in self.sections for part in whole.parts):
            if found[-1] and filled + section.weight > SHEET:
                found.append([])
                filled = 0.0
            found[-1].append(section)
            filled += section.weight
        return [tuple(sheet) for sheet in found]


def face_of(data: Mapping[str, Any], pictures: Mapping[str, str]) -> Face:
    """What is shown of this data, in the language that is switched on."""
    return _Reader(data, pictures).face()


class _Reader:
    def __init__(self, data: Mapping[str, Any], pictures: Mapping[str, str]) -> None:
        self.data, self.pictures, self.zone = data, pictures, str(data["timezone"])
        self.accounts = {one["id"]: one for one in data["accounts"]}
        self.is_compared = data["compared"] is not None

    def face(self) -> Face:
        data = self.data
        return Face(
            agency=data["agency"],
            client=data["client"],
            title=data["title"],
            period=wording.period(*_days(data["period"])),
            compared=wording.period(*_days(data["compared"])) if data["compared"] else "",
            as_of=wording.moment(_instant(data["as_of"]), self.zone),
            zone=self.zone,
            colour=data["colour"],
            logo=self.pictures.get("logo", ""),
            names_product=data["names_product"],
            sections=tuple(self._section(one) for one in data["sections"]),
        )

    def _section(self, one: Mapping[str, Any]) -> Shown:
        kind = Kind(one["kind"])
        heading = one["heading"] or (gettext(wording.HEADINGS[kind]) if kind in wording.HEADINGS else "")
        texts = tuple(part.strip() for part in one["text"].split("\n\n") if part.strip())
        shows = {
            Kind.FIGURES: self._figures,
            Kind.GOALS: self._goals,
            Kind.TRENDS: self._trends,
            Kind.NETWORKS: self._networks,
            Kind.AUDIENCE: self._audience,
            Kind.TOP: self._posts,
            Kind.FLOP: self._posts,
            Kind.CALENDAR: self._calendar,
            Kind.APPROVALS: self._approvals,
            Kind.MEANINGS: self._meanings,
        }.get(kind)
        return Shown(kind, heading, texts, **(shows(one) if shows else {}))

    # --- figures ------------------------------------------------------------------------------------------------------

    def _figures(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {"tiles": tuple(self._tile(figure) for figure in one["figures"])}

    def _tile(self, figure: Mapping[str, Any]) -> Tile:
        label, value = gettext(wording.FIGURES[figure["name"]]), figure["value"]
        if figure["name"] == "rate":
            said = wording.points(value, figure["before"])
            apart = round((value - figure["before"]) * 100, 1) if said else 0
            return Tile(label, wording.percent(value), said, _direction(apart))
        text, _, unit = wording.short(value).partition(" ")
        apart = figure["now"] - figure["before"] if figure["now"] is not None and figure["before"] is not None else 0
        partly = figure["about"] and figure["known"] < figure["of"]
        note = wording.known(figure["known"], figure["of"], figure["about"]) if partly else ""
        nobody = "" if value is not None else gettext("no network here tells it")
        if figure["name"] == "own_clicks":
            note = gettext(wording.OWN_CLICKS)
        return Tile(
            label, text, wording.change(figure["now"], figure["before"]), _direction(apart), note or nobody, unit
        )

    def _goals(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {"goals": tuple(self._goal(goal) for goal in one["goals"])}

    def _goal(self, goal: Mapping[str, Any]) -> Goal:
        account = self.accounts[goal["account"]] if goal["account"] else None
        said = {"value": wording.number(goal["value"]), "target": wording.number(goal["target"])}
        share = None if goal["share"] is None else int(goal["share"] * 100)
        return Goal(
            label=gettext(wording.AIMS[goal["aim"]]),
            platform=account["platform"] if account else "",
            where=f"@{account['handle'].removeprefix('@')}" if account else gettext("All accounts"),
            days=wording.period(*(date.fromisoformat(goal[name]) for name in ("begins_on", "ends_on"))),
            reached=gettext("%(value)s of %(target)s") % said,
            way="" if share is None else gettext("%(percent)s of the way") % {"percent": f"{wording.number(share)} %"},
            share=share,
            pace=gettext(wording.PACES[goal["pace"]]),
            tone=TONES.get(goal["pace"], ""),
            notes=tuple(_goal_notes(goal)),
        )

    def _trends(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {"drawings": tuple(self._drawing(trend) for trend in one["trends"])}

    def _drawing(self, trend: Mapping[str, Any]) -> Drawing:
        label = gettext(wording.TRENDS[trend["name"]])
        is_level = trend["name"] == "followers"
        draw = charts.line_of if is_level else charts.bars_of
        return Drawing(trend["name"], label, draw(trend["points"], trend["before"], _speech(label)), is_level)

    def _networks(self, one: Mapping[str, Any]) -> dict[str, Any]:
        apart = [registry.label(name) for name in self.data["apart"]]
        return {"networks": tuple(self._network(row) for row in one["networks"]), "apart": ", ".join(apart)}

    def _network(self, row: Mapping[str, Any]) -> Network:
        names = ("posts", "followers", "views", "post_views", "interactions")
        cells = (*(wording.number(row[name]) for name in names), wording.percent(row["rate"]))
        until = wording.day(date.fromisoformat(row["until"])) if row["until"] else gettext("not yet")
        return Network(row["platform"], cells, until, row["platform"] in self.data["apart"])

    def _audience(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {"audiences": tuple(self._follows(row) for row in one["audiences"])}

    def _follows(self, row: Mapping[str, Any]) -> Audience:
        account = self.accounts[row["account"]]
        day = wording.full_day(date.fromisoformat(row["day"])) if row["day"] else ""
        return Audience(
            account=f"@{account['handle'].removeprefix('@')}",
            platform=account["platform"],
            told=gettext("Told on %(day)s") % {"day": day} if day else "",
            why=gettext(wording.REASONS.get(row["missing"] or "not_read", "")) if row["missing"] or not day else "",
            divisions=tuple(_division(division) for division in row["divisions"]),
        )

    # --- posts --------------------------------------------------------------------------------------------------------

    def _posts(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {"posts": tuple(self._post(post) for post in one["posts"])}

    def _post(self, post: Mapping[str, Any]) -> Post:
        return Post(
            title=post["title"] or gettext("Without words"),
            platform=post["platform"],
            when=wording.moment(_instant(post["published_at"]), self.zone),
            views=wording.number(post["views"]),
            interactions=wording.number(post["interactions"]),
            url=post["url"],
            picture=self.pictures.get(post["picture"], "") if post["picture"] else "",
            alt=post["alt"],
        )

    def _calendar(self, one: Mapping[str, Any]) -> dict[str, Any]:
        days: dict[str, list[Any]] = {}
        for post in one["published"]:
            day, _, time = wording.moment(_instant(post["published_at"]), self.zone).rpartition(", ")
            title = post["title"] or gettext("Without words")
            days.setdefault(day, []).append((time, title, tuple(post["platforms"]), post["url"]))
        shown = tuple(Published(day, tuple(posts)) for day, posts in days.items())
        return {"published": shown, "left_out": one["left_out"]}

    # --- what stands around -------------------------------------------------------------------------------------------

    def _approvals(self, one: Mapping[str, Any]) -> dict[str, Any]:
        if not (one["approved"] or one["changes"] or one["rejected"]):
            return {}
        tiles = [
            Tile(gettext("Approved"), wording.number(one["approved"])),
            Tile(gettext("Approved at once"), wording.number(one["at_once"])),
            Tile(gettext("Changes asked for"), wording.number(one["changes"])),
            Tile(gettext("Rejected"), wording.number(one["rejected"])),
        ]
        if one["seconds"] is not None:
            tiles.insert(1, Tile(gettext("Half of them within"), wording.how_long(one["seconds"])))
        return {"tiles": tuple(tiles)}

    def _meanings(self, one: Mapping[str, Any]) -> dict[str, Any]:
        fresh = tuple((self._named(row["account"]), self._until(row)) for row in one["fresh"])
        gaps = tuple(self._gap(row) for row in one["gaps"])
        return {"books": tuple(_book(book) for book in one["meanings"]), "fresh": fresh, "gaps": gaps}

    def _until(self, row: Mapping[str, Any]) -> str:
        return wording.full_day(date.fromisoformat(row["until"])) if row["until"] else gettext("not yet")

    def _gap(self, row: Mapping[str, Any]) -> Gap:
        return Gap(self._named(row["account"]), wording.span(*_days(row)), gettext(wording.REASONS.get(row["why"], "")))

    def _named(self, account_id: str) -> str:
        account = self.accounts[account_id]
        return f"{registry.label(account['platform'])} @{account['handle'].removeprefix('@')}"


def _division(division: Mapping[str, Any]) -> Division:
    longest = max((group["share"] for group in division["groups"]), default=0) or 1
    groups = tuple(
        (
            _group_name(division["by"], group["name"]),
            wording.percent(group["share"]),
            round(group["share"] / longest * 100, 1),
        )
        for group in division["groups"]
    )
    return Division(gettext(wording.DIVISIONS[division["by"]]), groups, division["left_out"])


def _group_name(by: str, name: str) -> str:
    if by == "country":
        return country_name(name)
    return gettext(wording.GENDERS[name]) if by == "gender" and name in wording.GENDERS else name


def _goal_notes(goal: Mapping[str, Any]) -> Iterator[str]:
    """How much is known of it, until when, and where it leads if it goes on like this."""
    if goal["value"] is None:
        yield gettext("No network has told it for these days.")
    elif (about := ABOUT.get(goal["aim"])) and goal["known"] < goal["of"]:
        yield wording.known(goal["known"], goal["of"], about)
    ends_on, until = (date.fromisoformat(goal[name]) for name in ("ends_on", "until"))
    yield gettext("Counted until %(day)s") % {"day": wording.full_day(until)}
    if goal["pace"] in ("on_pace", "behind"):
        said = {"forecast": wording.number(goal["forecast"]), "day": wording.full_day(ends_on)}
        yield gettext("At this pace %(forecast)s by %(day)s") % said


def _book(book: Mapping[str, Any]) -> Book:
    of = {"account": gettext("an account"), "post": gettext("a post")}
    rows = tuple(
        Meaning(gettext(wording.METRICS[row["metric"]]), of[row["of"]], row["name"], row["words"])
        for row in book["rows"]
    )
    return Book(book["platform"], book["days_in"], rows)


def _speech(label: str) -> Speech:
    def summary(best: str, worst: str, _all: str) -> str:
        said = {"figure": label, "best": best, "worst": worst}
        return gettext("%(figure)s: highest %(best)s, lowest %(worst)s.") % said

    return Speech(
        wording.number, wording.short, wording.short_day, wording.short_span, gettext("not all is known"), summary
    )


def _direction(apart: float) -> str:
    return "up" if apart > 0 else "down" if apart < 0 else ""


def _days(span: Mapping[str, str]) -> tuple[date, date]:
    return date.fromisoformat(span["first"]), date.fromisoformat(span["last"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
