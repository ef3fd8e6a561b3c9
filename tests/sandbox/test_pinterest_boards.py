"""Pinterest: boards, their sections, and which of them take a pin."""

from __future__ import annotations

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.pinterest_client import SCOPE, Pinterest, code_of


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


def test_boards_are_listed_with_those_that_are_shared(pinterest):
    boards = {board["name"]: board for board in pinterest.read("/boards", page_size=250).json()["items"]}

    assert boards["Harbour Coffee"]["privacy"] == "PUBLIC"
    assert boards["Campaigns"]["is_ads_only"]
    assert boards["Work in progress"]["privacy"] == "SECRET"
    assert boards["Shared ideas"]["owner"] == {"username": "northlight"}
    assert boards["Shared ideas"]["collaborator_count"] == 5
    assert list(pinterest.boards(privacy="PROTECTED")) == ["For the archive"]
    assert code_of(pinterest.read("/boards", privacy="OPEN")) == (400, 1)


def test_a_list_is_read_page_by_page(pinterest):
    names, bookmark = [], ""
    while bookmark is not None:
        page = pinterest.read("/boards", page_size=2, **({"bookmark": bookmark} if bookmark else {})).json()
        names += [board["name"] for board in page["items"]]
        bookmark = page["bookmark"]

    assert names == list(pinterest.boards())
    for wrong in ({"page_size": 251}, {"page_size": 0}, {"page_size": "all"}, {"bookmark": "eA=="}):
        assert code_of(pinterest.read("/boards", **wrong)) == (400, 1)


def test_boards_and_sections_can_be_made(pinterest):
    board = pinterest.send("POST", "/boards", {"name": "Bikes", "description": "Red ones", "privacy": "PROTECTED"})
    assert (board.status_code, board.json()["pin_count"]) == (201, 0)
    path = f"/boards/{board.json()['id']}/sections"

    section = pinterest.send("POST", path, {"name": "Old"}).json()

    assert pinterest.read(path).json() == {"items": [section], "bookmark": None}
    assert code_of(pinterest.send("POST", path, {"name": "Old"})) == (409, 409)
    assert code_of(pinterest.read("/boards/1/sections")) == (404, 40)
    for wrong in ({}, {"name": " "}, {"name": 7}, {"name": "B", "privacy": "OPEN"}, {"name": "B", "colour": "red"}):
        assert code_of(pinterest.send("POST", "/boards", wrong)) == (400, 1)


def test_a_secret_board_is_there_only_for_whoever_has_its_scopes(sandbox, pinterest, gallery):
    secret, url = pinterest.boards()["Work in progress"], gallery.hang(picture())
    made = pinterest.pin(url, board_id=secret)

    with Pinterest(sandbox, "harbourcoffee", scopes=SCOPE.split(",")) as other:
        assert secret not in other.boards().values()
        assert code_of(other.create({"source_type": "image_url", "url": url}, board_id=secret)) == (403, 29)
        assert code_of(other.read(f"/boards/{secret}/pins")) == (403, 29)
        assert other.read("/pins").json()["items"] == []
        assert code_of(other.send("POST", "/boards", {"name": "B", "privacy": "SECRET"})) == (403, 29)
    assert [pin["id"] for pin in pinterest.read("/pins").json()["items"]] == [made["id"]]
    assert sandbox.posts("pinterest")[0]["visibility"] == "secret"


def test_a_pin_finds_its_board_and_section(sandbox, pinterest, gallery):
    url, boards = gallery.hang(picture()), pinterest.boards()
    spring = pinterest.read(f"/boards/{boards['Harbour Coffee']}/sections").json()["items"][0]["id"]
    with Pinterest(sandbox, "lumenyoga") as other:
        foreign = other.board

    assert pinterest.pin(url, board_section_id=spring)["board_section_id"] == spring
    shared = pinterest.pin(url, board_id=boards["Shared ideas"])
    assert (shared["board_owner"], shared["is_owner"]) == ({"username": "northlight"}, True)
    source = {"source_type": "image_url", "url": url}
    refused = {
        (400, 1): [{"board_id": None}, {"board_id": "abc"}, {"board_id": 7}],
        (404, 40): [{"board_id": "1"}],
        (403, 7): [{"board_id": foreign}, {"board_id": boards["Campaigns"]}],
        (404, 2031): [{"board_section_id": "1"}],
    }
    for code, several in refused.items():
        for fields in several:
            assert code_of(pinterest.create(source, **fields)) == code, fields
    with Pinterest(sandbox, "northlight") as owner:
        (seen,) = owner.read(f"/boards/{boards['Shared ideas']}/pins").json()["items"]
        assert (seen["id"], seen["is_owner"]) == (shared["id"], False)
        assert code_of(owner.send("DELETE", f"/pins/{shared['id']}")) == (403, 7)
