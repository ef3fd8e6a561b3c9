"""Pinterest: pins by address, in base64 and as carousels; found again, changed, saved and deleted."""

from __future__ import annotations

import base64
import zlib

import httpx
import pytest

from tests.sandbox.gallery import animation, picture
from tests.sandbox.pinterest_client import Pinterest, code_of


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


def inline(content: bytes, kind: str = "image/jpeg") -> dict[str, str]:
    return {"content_type": kind, "data": base64.b64encode(content).decode()}


def test_a_pin_is_answered_found_and_seen(pinterest, gallery):
    content = picture(1000, 1500)
    words = {"title": "Bike", "description": "Red", "link": "https://acme.test/", "alt_text": "A red bike"}

    made = pinterest.pin(gallery.hang(content), **words)

    assert {name: made[name] for name in words} == words
    assert (made["creative_type"], made["media"]["media_type"]) == ("REGULAR", "image")
    assert set(made["media"]["images"]) == {"150x150", "400x300", "600x", "1200x"}
    assert made["media"]["images"]["600x"]["height"] == 900
    assert len(made["created_at"]) == len("2026-11-01T10:00:03")
    assert (made["is_owner"], made["board_owner"]) == (True, {"username": "harbourcoffee"})
    on_board = pinterest.read(f"/boards/{made['board_id']}/pins", page_size=25).json()
    assert (on_board["items"], on_board["bookmark"]) == ([made], None)
    assert pinterest.read(f"/pins/{made['id']}").json() == made
    (post,) = pinterest.sandbox.posts("pinterest")
    assert (post["text"], post["media"][0]["alt"]) == ("Red", "A red bike")
    assert post["media"][0]["data"]["crc32"] == zlib.crc32(content)
    hub = pinterest.sandbox.url
    assert httpx.get(f"{hub}/media/pinterest/{post['media'][0]['id']}").content == content
    assert "A red bike" in httpx.get(f"{hub}/feed/pinterest/harbourcoffee").text


def test_a_pin_comes_in_base64_too(pinterest):
    made = pinterest.create({"source_type": "image_base64"} | inline(picture(kind="PNG"), "image/png"), title="Bike")

    assert made.status_code == 201
    assert pinterest.sandbox.posts("pinterest")[0]["media"][0]["mime"] == "image/png"


@pytest.mark.parametrize("way", ["urls", "base64"])
def test_a_carousel_shows_two_to_five_pictures(pinterest, gallery, way):
    contents = [picture(600, 600) for _ in range(3)]
    items = [{"url": gallery.hang(one)} if way == "urls" else inline(one) for one in contents]
    items[1] |= {"title": "Two", "description": "The second", "link": "https://acme.test/2"}

    answer = pinterest.create(
        {"source_type": f"multiple_image_{way}", "items": items, "index": 1}, title="Three", alt_text="Three bikes"
    )

    made = answer.json()
    assert (made["creative_type"], made["media"]["media_type"]) == ("CAROUSEL", "multiple_images")
    assert [item["title"] for item in made["media"]["items"]] == [None, "Two", None]
    (post,) = pinterest.sandbox.posts("pinterest")
    assert [medium["alt"] for medium in post["media"]] == ["", "Three bikes", ""]

    slots = [{"title": f"Slot {n}"} for n in range(3)]
    changed = pinterest.send("PATCH", f"/pins/{made['id']}", {"carousel_slots": slots}).json()
    assert [item["title"] for item in changed["media"]["items"]] == ["Slot 0", "Slot 1", "Slot 2"]
    assert code_of(pinterest.send("PATCH", f"/pins/{made['id']}", {"carousel_slots": slots[:2]})) == (400, 1)


def test_a_carousel_of_another_size_is_refused(pinterest, gallery):
    small, large = gallery.hang(picture(400, 400)), gallery.hang(picture(400, 600))
    board = pinterest.board

    def tried(items, **more):
        source = {"source_type": "multiple_image_urls", "items": items} | more
        return pinterest.create(source, board_id=board)

    six = tried([{"url": small}] * 6)
    assert code_of(six) == (400, 1)
    assert six.json()["message"].endswith("is too long, constraint: maxItems=5")
    assert "minItems=2" in tried([{"url": small}]).json()["message"]
    assert code_of(tried([{"url": small}, {"url": large}])) == (400, 1)
    assert code_of(tried([{"url": small}] * 2, index=2)) == (400, 1)
    assert code_of(tried([{"url": small}, {"title": "No picture"}])) == (400, 1)
    pinterest.sandbox.set("pinterest", equal_carousel_sizes=False)
    assert tried([{"url": small}, {"url": large}]).status_code == 201


def test_words_have_their_limits(pinterest, gallery):
    source, board = {"source_type": "image_url", "url": gallery.hang(picture())}, pinterest.board
    most = {"title": 100, "description": 800, "alt_text": 500, "note": 1000}

    longest = {name: "ä" * size for name, size in most.items()}
    link = "https://acme.test/" + "a" * (2048 - 18)
    assert pinterest.create(source, board_id=board, link=link, **longest).status_code == 201

    for name, size in most.items():
        refused = pinterest.create(source, board_id=board, **{name: "ä" * (size + 1)})
        assert code_of(refused) == (400, 1)
        assert refused.json()["message"].endswith(f"is too long, constraint: maxLength={size}")
    for fields in (
        {"link": link + "a"}, {"link": "acme.test"}, {"link": "ftp://acme.test"}, {"link": "https://bit.ly/x"},
        {"dominant_color": "red"}, {"parent_pin_id": "x"}, {"title": ["Bike"]}, {"mood": "good"},
    ):  # fmt: skip
        assert code_of(pinterest.create(source, board_id=board, **fields)) == (400, 1), fields
    pinterest.sandbox.set("pinterest", max_description=500, refuse_unknown_fields=False)
    assert code_of(pinterest.create(source, board_id=board, description="a" * 501)) == (400, 1)
    assert pinterest.create(source, board_id=board, mood="good").status_code == 201
    assert pinterest.sandbox.counts("pinterest")["total"] == 2


def test_a_picture_that_is_none_is_refused(pinterest, gallery):
    sandbox, board = pinterest.sandbox, pinterest.board

    def by_url(content: bytes) -> httpx.Response:
        return pinterest.create({"source_type": "image_url", "url": gallery.hang(content)}, board_id=board)

    def told(**source) -> httpx.Response:
        return pinterest.create({"source_type": "image_base64"} | source, board_id=board)

    away = pinterest.create({"source_type": "image_url", "url": gallery.missing()}, board_id=board)
    assert code_of(away) == (400, 400)
    assert away.json()["message"].startswith("Unable to reach the URL.")
    jpeg = inline(picture())
    for refused in (
        by_url(b"no picture"), by_url(picture(60, 600)), told(**inline(b"no picture")),
        told(**(jpeg | {"content_type": "image/png"})), told(**inline(picture(kind="GIF"), "image/gif")),
        told(content_type="image/jpeg", data=f"data:image/jpeg;base64,{jpeg['data']}"), told(content_type="image/jpeg"),
        pinterest.create({"source_type": "image_url"}, board_id=board),
        pinterest.create({"source_type": "film_reel"}, board_id=board),
        pinterest.send("POST", "/pins", {"board_id": board}),
        pinterest.send("POST", "/pins", [board]),
        pinterest.call("POST", "/v5/pins", data={"board_id": board}),
    ):  # fmt: skip
        assert code_of(refused) == (400, 1), refused.text
    assert code_of(pinterest.create({"source_type": "pin_url", "url": "x"}, board_id=board)) == (403, 3)
    sandbox.set("pinterest", min_image_side=0)
    assert by_url(animation()).status_code == 201
    sandbox.set("pinterest", only_jpeg_and_png=True, https_only=True, max_request_megabytes=0)
    assert code_of(by_url(picture())) == (413, 413)
    sandbox.set("pinterest", max_request_megabytes=1)
    assert code_of(by_url(picture())) == (400, 400)
    sandbox.set("pinterest", https_only=False)
    assert code_of(by_url(picture(kind="GIF"))) == (400, 1)


def test_a_pin_sent_twice_is_there_twice_and_the_newest_comes_first(pinterest, gallery):
    url = gallery.hang(picture())
    pinterest.sandbox.fault("lost_after", platform="pinterest", account="harbourcoffee", path="commit")
    with pytest.raises(httpx.RemoteProtocolError):
        pinterest.pin(url, title="Bike")
    (found,) = pinterest.read("/pins").json()["items"]
    again = pinterest.pin(url, title="Bike")

    assert [pin["id"] for pin in pinterest.read("/pins").json()["items"]] == [again["id"], found["id"]]
    assert pinterest.sandbox.counts("pinterest")["repeated"] == 1
    pinterest.sandbox.set("pinterest", oldest_first=True, zone_in_times=True)
    first = pinterest.read("/pins").json()["items"][0]
    assert (first["id"], first["created_at"][-1]) == (found["id"], "Z")
    pinterest.sandbox.set("pinterest", list_lag_seconds=20)
    assert pinterest.read(f"/boards/{found['board_id']}/pins").json()["items"] == []
    pinterest.sandbox.advance(seconds=20)
    assert len(pinterest.read("/pins").json()["items"]) == 2


def test_a_pin_is_changed_moved_and_deleted(pinterest, gallery):
    boards = pinterest.boards()
    path = f"/boards/{boards['Harbour Coffee']}/sections"
    section = pinterest.read(path).json()["items"][0]["id"]
    made = pinterest.pin(gallery.hang(picture()), title="Bike", description="Red", board_section_id=section)
    at = f"/pins/{made['id']}"

    changed = pinterest.send("PATCH", at, {"title": "Bicycle", "description": None, "alt_text": "New"}).json()
    assert (changed["title"], changed["description"], changed["board_section_id"]) == ("Bicycle", None, section)
    moved = pinterest.send("PATCH", at, {"board_id": boards["For the archive"]}).json()
    assert (moved["board_id"], moved["board_section_id"]) == (boards["For the archive"], None)
    (post,) = pinterest.sandbox.posts("pinterest")
    assert (post["text"], post["media"][0]["alt"]) == ("Bicycle", "New")
    for wrong in ({"title": "a" * 101}, {"media_source": {}}, {"carousel_slots": []}):
        assert code_of(pinterest.send("PATCH", at, wrong)) == (400, 1), wrong
    assert code_of(pinterest.send("PATCH", at, {"board_section_id": section})) == (404, 2031)

    assert pinterest.send("DELETE", at).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert code_of(pinterest.send(method, at)) == (404, 50)
    assert code_of(pinterest.read("/pins/abc")) == (400, 1)
    assert pinterest.sandbox.counts("pinterest")["deleted"] == 1


def test_a_pin_of_a_shared_board_can_be_saved(sandbox, pinterest, gallery):
    with Pinterest(sandbox, "northlight") as other:
        theirs = other.pin(gallery.hang(picture()), title="Bike", board_id=other.boards()["Shared ideas"], note="Mine")

    saved = pinterest.send("POST", f"/pins/{theirs['id']}/save", {"board_id": pinterest.board})

    assert saved.status_code == 201
    told = saved.json()
    assert (told["parent_pin_id"], told["title"], told["is_owner"]) == (theirs["id"], "Bike", True)
    assert told["note"] is None
    assert "note" not in pinterest.read(f"/pins/{theirs['id']}").json()
    assert code_of(pinterest.send("POST", f"/pins/{theirs['id']}/save", {})) == (400, 1)


def test_texts_and_links_may_come_back_in_another_form(pinterest, gallery):
    pinterest.sandbox.set("pinterest", normalises=True, created_status=200)

    answer = pinterest.create(
        {"source_type": "image_url", "url": gallery.hang(picture())},
        title=" Cafe\u0301  noir ", link="https://ACME.test",
    )  # fmt: skip

    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json()["link"]) == ("Café noir", "https://acme.test/")


def test_posts_of_the_past_are_pins_on_the_first_board(sandbox, pinterest):
    planted = {"platform": "pinterest", "handle": "harbourcoffee", "text": "Then", "created_at": "2026-01-01T00:00:00Z"}
    httpx.post(f"{sandbox.url}/_control/posts", json={"posts": [planted]})

    (pin,) = pinterest.read("/pins").json()["items"]

    assert (pin["description"], pin["board_id"]) == ("Then", pinterest.board)
    assert pinterest.send("PATCH", f"/pins/{pin['id']}", {"title": "Once"}).json()["title"] == "Once"
