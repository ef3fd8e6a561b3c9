"""A page of documentation for each platform, made out of what its adapter declares and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from apps.platforms.calls import FEATURE_WORDS, Feature
from apps.platforms.capabilities import Capabilities, ConnectBy, OptionKind
from apps.platforms.contract import Adapter, Draft, Role
from apps.platforms.formats import FORMAT, limits_of, with_limits
from apps.platforms.limits import Limit, Per, Window

MADE = "<!-- Made by `manage.py platform_docs` from the adapter: change it there. -->"
_CONNECT_WORDS = {
    ConnectBy.OAUTH: "the platform's own consent page",
    ConnectBy.INSTANCE_OAUTH: "the consent page of the server that the account is on",
    ConnectBy.APP_PASSWORD: "an app password",
}
_PER_WORDS = {Per.ACCOUNT: "account", Per.TOKEN: "connection", Per.APP: "app, over all its accounts"}
_WINDOW_WORDS = {
    Window.ROLLING: "moving",
    Window.FIRST_USE: "from the first call on",
    Window.MIDNIGHT_UTC: "until midnight UTC",
    Window.MIDNIGHT_PACIFIC: "until midnight Pacific time",
}
Rows = Iterable[tuple[str, ...]]


def page(adapter: type[Adapter]) -> str:
    """The whole page, in Markdown."""
    parts = [
        f"# {adapter.label}\n\n{MADE}",
        _section("What works", _abilities(adapter)),
        _section("What it takes", _limits_of_content(adapter.capabilities)),
        _section("Options of a post", _options(adapter.capabilities)),
        _section("Rate limits", _rate_limits(adapter.limits)),
        _section("Permissions", _permissions(adapter)),
        _section("Setting it up", _setup(adapter)),
        _section("Known gaps", "\n".join(f"- {gap}" for gap in adapter.setup.gaps)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _table(head: tuple[str, ...], rows: Rows) -> str:
    lines = [" | ".join(cell.replace("|", "\\|") or "-" for cell in row) for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {line} |" for line in lines)])


# --- what it can do ---------------------------------------------------------------------------------------------------


def _commenting(can: Capabilities) -> str:
    if not can.first_comment:
        return "no"
    abilities = {"answered": can.threads, "deleted": can.deletes and can.deletes_comments}
    also = [word for word, is_so in abilities.items() if is_so]
    return f"written, {' and '.join(also)}" if also else "written"


def _comment_files(can: Capabilities) -> str:
    below = limits_of(Draft("", role=Role.FIRST_COMMENT), can)
    if not (can.first_comment and below.max_media):
        return "none"
    types = ", ".join(sorted(one.rpartition("/")[2] for one in below.media_types))
    return f"up to {below.max_media} ({types}){', with a text' if below.text_required else ''}"


def _abilities(adapter: type[Adapter]) -> str:
    can = adapter.capabilities
    rows = [
        ("connecting", " or ".join(_CONNECT_WORDS[way] for way in can.connect_by)),
        ("posts", ", ".join(one.label for one in can.formats) or ("text and media" if can.max_media else "text")),
        ("first comment", _yes(can.first_comment)),
        ("threads", _yes(can.threads)),
        ("link cards", _yes(can.links)),
        ("cover of a video", _yes(can.covers)),
        ("captions of a video", f"in up to {can.max_captions} languages" if can.max_captions else "no"),
        ("prepared before its hour", _ahead(can)),
        ("what was prepared stays good", _validity(can)),
        ("change a published post", ", ".join(sorted(can.edits)) or "no"),
        ("delete a published post", _yes(can.deletes)),
        ("comments below a published post", _commenting(can)),
        ("files with a comment", _comment_files(can)),
        ("figures of a post", ", ".join(sorted(can.post_metrics)) or "none"),
        ("figures of an account", ", ".join(sorted(can.account_metrics)) or "none"),
        ("tells us what happens", _told(adapter)),
        ("a lost answer", "settled by itself: the post is looked for" if can.findable else "settled by its key"),
    ]
    return _table(("what", ""), rows)


def _ahead(can: Capabilities) -> str:
    return _by_format(can, lambda one: f"up to {_minutes(one.stage_ahead)}")


def _validity(can: Capabilities) -> str:
    return _by_format(can, lambda one: _minutes(one.staged_for) if one.staged_for else "until it is taken back")


def _by_format(can: Capabilities, told: Callable[[Capabilities], str]) -> str:
    """What holds for the platform, and for those of its formats that differ."""
    usual = told(can)
    differing = {one.label: told(with_limits(can, one.limits)) for one in can.formats}
    return "; ".join([usual, *(f"{label}: {said}" for label, said in differing.items() if said != usual)])


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes >= 120 and minutes % 60 == 0:
        hours = minutes // 60
        return f"{hours // 24} days" if hours >= 48 and hours % 24 == 0 else f"{hours} hours"
    return f"{minutes} minutes"


def _told(adapter: type[Adapter]) -> str:
    if adapter.inbound is None and adapter.signals is not None:
        return "only of lost sign-ins"
    return _yes(adapter.inbound is not None)


def _yes(does: bool) -> str:
    return "yes" if does else "no"


def _limits_of_content(can: Capabilities) -> str:
    ways = [(one.label, with_limits(can, one.limits)) for one in can.formats] or [("every post", can)]
    return _table(("format", "text", "files", "pictures", "videos"), [_limits_row(*way) for way in ways])


def _limits_row(name: str, can: Capabilities) -> tuple[str, ...]:
    files = f"{can.min_media} to {can.max_media}" if can.max_media else "none"
    types = ", ".join(sorted(one.rpartition("/")[2] for one in can.media_types)) if can.max_media else ""
    return (
        name,
        f"{can.max_text:,} ({can.counting.replace('_', ' ')})",
        f"{files} ({types})" if types else files,
        _pictures(can) if can.max_media and _takes_pictures(can) else "",
        _videos(can) if can.max_media and can.max_videos else "",
    )


def _takes_pictures(can: Capabilities) -> bool:
    return any(one.startswith("image/") for one in can.media_types)


def _pictures(can: Capabilities) -> str:
    return _words(
        _size(can.max_image_bytes),
        _sides(can.min_width, can.min_height, can.max_width, can.max_height),
        f"{can.max_image_pixels / 1e6:.1f} megapixels" if can.max_image_pixels else "",
        _aspects(can.min_aspect, can.max_aspect),
        f"animations of {can.max_frames} frames" if can.max_frames else "",
    )


def _videos(can: Capabilities) -> str:
    longest = f"{can.min_video_seconds:g} to {can.max_video_seconds:g} s" if can.max_video_seconds else ""
    return _words(
        _size(can.max_video_bytes),
        longest,
        _sides(can.min_video_width, can.min_video_height, can.max_video_width, can.max_video_height),
        f"{can.max_video_pixels / 1e6:.1f} megapixels" if can.max_video_pixels else "",
        _aspects(can.min_video_aspect, can.max_video_aspect),
        ", ".join(sorted(can.video_codecs) + sorted(can.audio_codecs)),
        f"{can.min_frame_rate or 0:g} to {can.max_frame_rate:g} pictures a second" if can.max_frame_rate else "",
        f"{can.max_video_bit_rate / 1e6:g} Mb/s" if can.max_video_bit_rate else "",
    )


def _size(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size else ""


def _sides(min_width: int, min_height: int, max_width: int | None, max_height: int | None) -> str:
    if not any((min_width, min_height, max_width, max_height)):
        return ""
    return f"{_side(min_width, max_width)} x {_side(min_height, max_height)} pixels"


def _side(least: int, most: int | None) -> str:
    """The bounds of width or height; "any" where there are none."""
    if most is None:
        return f"{least}+" if least else "any"
    return f"{least} to {most}" if least else f"up to {most}"


def _aspects(least: float | None, most: float | None) -> str:
    return f"width / height {least or 0:.3g} to {most:.3g}" if most else ""


def _words(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _options(can: Capabilities) -> str:
    rows = [
        (
            f"`{one.name}`",
            one.label,
            ", ".join(f"`{value}`" for value, _ in one.choices if value) or one.kind.replace("_", " "),
            "required" if one.required else "",
            ", ".join(one.formats) or "all",
        )
        for one in can.options
        if one.name != FORMAT and one.kind in OptionKind
    ]
    return _table(("option", "what", "values", "", "formats"), rows)


# --- limits and permissions -------------------------------------------------------------------------------------------


def _rate_limits(limits: tuple[Limit, ...]) -> str:
    rows = [
        (
            one.what,
            f"{one.amount:,}" if one.amount is not None else "as the platform says",
            f"{_span(one)}, {_WINDOW_WORDS[one.window]}",
            _PER_WORDS[one.per],
        )
        for one in limits
    ]
    return _table(("what", "how much", "in", "for each"), rows)


def _span(limit: Limit) -> str:
    if limit.span < timedelta(minutes=1):
        seconds = limit.span.total_seconds()
        return "a second" if seconds == 1 else f"{seconds:g} seconds"
    minutes = round(limit.span.total_seconds() / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} days" if minutes > 1440 else "a day"
    return f"{minutes // 60} hours" if minutes > 60 and minutes % 60 == 0 else f"{minutes} minutes"


def _permissions(adapter: type[Adapter]) -> str:
    asked = ", ".join(f"`{scope}`" for scope in adapter.scopes)
    rows = [
        (
            " for a ".join((f"`{call.method} {call.path}`", *call.kinds)),
            FEATURE_WORDS[Feature(call.feature)],
            " or ".join(" + ".join(f"`{scope}`" for scope in wanted) for wanted in call.scopes) or "none",
            call.trap,
        )
        for call in adapter.calls
    ]
    return _words_and_table(f"Connecting asks for {asked}." if asked else "", ("call", "to", "needs", "beware"), rows)


def _words_and_table(words: str, head: tuple[str, ...], rows: Rows) -> str:
    return "\n\n".join(part for part in (words, _table(head, rows)) if part)


# --- for the operator -------------------------------------------------------------------------------------------------


def _setup(adapter: type[Adapter]) -> str:
    return "\n\n".join(part for part in _setup_parts(adapter) if part)


def _setup_parts(adapter: type[Adapter]) -> Iterator[str]:
    told = adapter.setup
    if told.portal:
        yield f"Apps are registered at {told.portal}."
    yield "\n".join(f"{number}. {step}" for number, step in enumerate(told.steps, start=1))
    yield told.review
    yield "\n".join(f"- {note}" for note in told.notes)
    if adapter.version is not None:
        ends = f"It ends on {adapter.version.ends:%-d %B %Y}." if adapter.version.ends else "No end is announced."
        yield f"API version {adapter.version.name}. {ends} {adapter.version.rhythm} ({adapter.version.source})"
    yield _table(("endpoint", "address"), [(f"`{name}`", value) for name, value in adapter.default_endpoints.items()])
