"""Files through the API: sent in pieces, taken in, described, used in a post."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core import tenancy
from apps.media.models import Asset, Upload
from tests.support import factories
from tests.support.programs_with_keys import ROOT, Program

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = factories.picture()


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def send(own: Program, upload: dict, content: bytes, *, offset: int, **headers: str):
    return own.client.put(
        f"{ROOT}/uploads/{upload['id']}",
        content,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {own.text}", "Upload-Offset": str(offset), **headers},
    )


def begun(own: Program, **fields) -> dict:
    answer = own.post("/uploads", {"name": "picture.png", "size": len(PICTURE), **fields})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_a_file_is_sent_in_pieces_and_becomes_part_of_a_post(workspace_api, workspace):
    upload = begun(workspace_api, alt="A teal square")
    assert (upload["how"], upload["state"], upload["received"]) == ("pieces", "receiving", 0)
    half = len(PICTURE) // 2

    assert send(workspace_api, upload, PICTURE[:half], offset=0).json()["received"] == half
    wrong = send(workspace_api, upload, PICTURE[half:], offset=0)
    assert (wrong.json()["code"], wrong["Upload-Offset"]) == ("wrong_offset", str(half))
    assert workspace_api.post(f"/uploads/{upload['id']}/complete").json()["code"] == "incomplete"
    send(workspace_api, upload, PICTURE[half:], offset=half)
    done = workspace_api.post(f"/uploads/{upload['id']}/complete").json()

    assert done["state"] == "done"
    file = workspace_api.get(f"/media/{done['media']}").json()
    assert (file["alt"], file["kind"], file["width"], file["height"]) == ("A teal square", "image", 64, 48)
    assert workspace_api.client.get(file["url"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    post = workspace_api.post("/posts", {"text": "Good morning", "media": [{"media": done["media"]}]}).json()
    assert post["parts"][0]["media"][0]["media"] == done["media"]
    with tenancy.scope(organization_id=workspace.organization_id):
        assert Asset.objects.get().uploaded_by_id is None


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"size": 0}, 422, "invalid"),
        ({"size": None}, 422, "invalid"),
        ({"url": "https://example.com/a.png"}, 422, "invalid"),
        ({"size": 10**15}, 422, "file_refused"),
        ({"workspace": "ws_" + "0" * 32}, 422, "invalid"),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused_before_the_first_byte(workspace_api, fields, status, code):
    answer = workspace_api.post("/uploads", {"name": "a.png", "size": 4, **fields})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_address_that_may_not_be_called_is_told(workspace_api):
    answer = workspace_api.post("/uploads", {"url": "http://127.0.0.1/a.png"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")


def test_what_is_no_picture_is_refused_in_words(workspace_api):
    upload = begun(workspace_api, size=4)
    send(workspace_api, upload, b"nope", offset=0)

    done = workspace_api.post(f"/uploads/{upload['id']}/complete").json()

    assert (done["state"], done["media"]) == ("refused", None)
    assert done["message"]


def test_a_piece_says_where_it_begins_and_stays_within_the_file(workspace_api):
    upload = begun(workspace_api)

    assert send(workspace_api, upload, b"abc", offset=-1).status_code == 422
    assert send(workspace_api, upload, PICTURE + b"x", offset=0).status_code == 413


def test_an_upload_is_given_up(workspace_api, workspace):
    upload = begun(workspace_api)

    assert workspace_api.delete(f"/uploads/{upload['id']}").json()["state"] == "aborted"
    assert workspace_api.delete(f"/uploads/{upload['id']}").json()["state"] == "aborted"
    assert send(workspace_api, upload, PICTURE, offset=0).json()["code"] == "ended"
    with tenancy.scope(organization_id=workspace.organization_id):
        assert Upload.objects.get().uploaded_by_id is None


def test_the_same_upload_is_begun_once(workspace_api):
    body = {"name": "a.png", "size": 4}
    first, second = (workspace_api.post("/uploads", body, Idempotency_Key="a").json()["id"] for _ in range(2))

    assert first == second


def test_a_file_is_described_and_put_in_the_trash(workspace_api, workspace):
    asset = factories.asset(workspace)
    path = f"/media/{asset.pk}"
    tag = workspace_api.get(path)["ETag"]

    said = workspace_api.patch(path, {"alt": "A square", "rights_until": "2099-01-01"}, If_Match=tag).json()
    assert (said["alt"], said["rights_until"], said["name"]) == ("A square", "2099-01-01", "picture.png")
    assert workspace_api.patch(path, {"alt": "Another"}, If_Match=tag).status_code == 412
    assert workspace_api.patch(path, {"rights_until": None}).json()["rights_until"] is None
    assert workspace_api.delete(path).status_code == 204
    assert workspace_api.get("/media").json()["data"] == []
    assert workspace_api.get(path).json()["trashed_at"]


def test_files_are_listed_by_kind(workspace_api, workspace):
    factories.asset(workspace)
    film = factories.asset(workspace, kind="video")

    assert [row["id"] for row in workspace_api.get("/media", kind="video").json()["data"]] == [f"med_{film.pk.hex}"]


def form(own: Program, *, content: bytes = PICTURE, key: str = "", **fields: str):
    file = SimpleUploadedFile("picture.png", content, content_type="image/png")
    headers = {"Authorization": f"Bearer {own.text}", **({"Idempotency-Key": key} if key else {})}
    return own.client.post(f"{ROOT}/media", {"file": file, **fields}, headers=headers)


def test_a_file_arrives_in_one_request(workspace_api, workspace):
    answer = form(workspace_api, alt="A teal square")

    assert answer.status_code == 201, answer.content.decode()
    file = answer.json()
    assert (file["alt"], file["kind"], file["name"]) == ("A teal square", "image", "picture.png")
    assert answer["Location"].endswith(f"/media/{file['id']}")
    assert workspace_api.get(f"/media/{file['id']}").json()["sha256"] == hashlib.sha256(PICTURE).hexdigest()


def test_what_is_no_file_that_we_take_is_refused_in_one_request_too(workspace_api, api, settings):
    assert form(workspace_api, content=b"nope").json()["code"] == "file_refused"
    assert form(api).json()["errors"][0]["pointer"] == "/workspace"
    assert form(api, workspace="ws_" + "0" * 32).json()["errors"][0]["code"] == "not_found"
    assert workspace_api.post("/media", {"file": "x"}).status_code == 415
    settings.MEDIA_MAX_UPLOAD_BYTES = len(PICTURE) - 1
    assert form(workspace_api).json()["code"] == "file_refused"
    assert workspace_api.get("/media").json()["data"] == []


def test_a_form_that_is_too_large_is_not_read(workspace_api, settings, monkeypatch):
    settings.MEDIA_MAX_UPLOAD_BYTES = 0
    monkeypatch.setattr("apps.media.api.library.FIELDS", 10)

    assert form(workspace_api).status_code == 413


def test_the_same_file_sent_again_is_answered_as_before(workspace_api, workspace):
    first, again = form(workspace_api, key="a"), form(workspace_api, key="a")

    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.json()["id"] == again.json()["id"]
    other = form(workspace_api, key="a", content=factories.picture(colour="red"))
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_film_is_looked_at_later(workspace_api):
    film = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 64

    answer = form(workspace_api, content=film)

    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert workspace_api.get(f"/uploads/{answer.json()['id']}").status_code == 200
