"""The library, a file, and the shelf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apps.dashboard.asset_page import AssetPage, Track, Version
from apps.dashboard.composer_media import Verdict
from apps.dashboard.library_page import Arrival, Arrivals, Chip, FileTile, FolderTile, Library
from apps.media.selectors import Wanted
from tests.dashboard.examples.frame import NOW, ZONE, row
from tests.dashboard.examples.writing import PICTURE

ANY = UUID("01939b4a-0000-7000-8000-000000000001")


def _file(n: int) -> FileTile:
    kind = ("image", "video", "document")[n % 3]
    return FileTile(
        id=UUID(int=n + 1),
        url=f"/media/{n}/",
        thumb_url=PICTURE if n % 3 == 0 else "",
        placeholder=PICTURE if n == 3 else "",
        name=f"A rather long name of a file from a camera {n}.jpg",
        alt="A tray of buns" if n % 2 else "",
        kind=kind,
        kind_word=kind.capitalize(),
        fact={"image": "1200 × 900", "video": "0:42", "document": "PDF"}[kind],
        size="2.1 MB",
        at=NOW,
        used=n,
        note="Right to use it ends 3 Dec" if n == 4 else "",
    )


def library(*, is_list: bool = False) -> dict[str, Any]:
    return {
        "library": Library(
            chips=[Chip("All files", "/media/", True), Chip("Pictures", "/media/?kind=image", False)],
            folders=[FolderTile(ANY, "Summer menu", 12, "/media/?folder=1")],
            path=[("Menus", "/media/?folder=2")],
            folder=None,
            files=[_file(n) for n in range(7)],
            wanted=Wanted(),
            is_list=is_list,
            grid_url="/media/",
            list_url="/media/?view=list",
            here="/media/",
            newer_url="",
            older_url="/media/?before=1",
            tags=[Chip("summer", "/media/?tag=summer", False)],
            all_folders=[(ANY, "Summer menu")],
            zone=ZONE,
            may_upload=True,
            may_edit=True,
            may_shelve=True,
        ),
        "arrivals": Arrivals(
            [Arrival("film.mp4", "Arriving", 42, True), Arrival("notes.txt", "No film.", None, False)]
        ),
    }


def asset() -> dict[str, Any]:
    return {
        "asset": AssetPage(
            id=ANY,
            name="tray.mp4",
            kind="video",
            kind_word="Video",
            url="/media/1/",
            thumb_url=PICTURE,
            mime_type="video/mp4",
            alt="A tray of buns",
            tags="summer, buns",
            rights_note="Photographer: R. Vale",
            rights_until="2026-12-03",
            folder_id=ANY,
            folders=[(ANY, "Summer menu")],
            facts=[("Type", "MP4"), ("Length", "0:42")],
            at=NOW,
            zone=ZONE,
            is_in_trash=True,
            newest_url="/media/2/details/",
            uses=[row("Rye week", "scheduled")],
            more_uses=3,
            versions=[Version("/media/3/details/", "tray-old.mp4", "0:40", "9 MB", NOW)],
            captions=[Track(ANY, "en", "English", "2 kB")],
            verdicts=(
                Verdict(("x", "bluesky"), "ok", "Goes as it is."),
                Verdict(("tiktok",), "bad", "It is too long."),
            ),
            compose_url="/compose/?media=1",
            seconds=42.0,
            back_url="/media/",
            here="/media/1/details/",
            may_edit=True,
            may_upload=True,
            may_shelve=True,
        )
    }


def shelf() -> dict[str, Any]:
    item = {
        "name": "logo.png",
        "alt": "Our logo",
        "kind": "image",
        "kind_word": "Picture",
        "fact": "64 × 64",
        "size": "2 kB",
        "placeholder": "",
        "thumb_url": PICTURE,
        "take_url": "/take/",
        "remove_url": "/remove/",
    }
    return {"items": [item], "words": "", "may_take": True, "may_remove": True, "newer_url": "", "older_url": ""}


def arriving() -> dict[str, Any]:
    return {"arrivals": library()["arrivals"], "before": "2"}
