"""What a post on Bluesky carries beside its words and files: captions of a video, and lists of who may reply."""

from __future__ import annotations

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import BlueskyAdapter
from apps.platforms.contract import RemotePost, Role, Staged
from apps.platforms.errors import Rejected
from tests.platforms.bluesky_world import APP_PASSWORD, DID, ENDPOINTS, HANDLE, PDS, Atproto, error
from tests.platforms.drafts import SAID, caption, draft, picture, video

UPLOAD, WRITE = "repo.uploadBlob", "repo.applyWrites"
FILM = {"$type": "blob", "ref": {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
        "mimeType": "video/mp4", "size": 5}  # fmt: skip
LIST, LIST_ADDRESS = "app.bsky.graph.list", f"https://bsky.app/profile/{HANDLE}/lists/3mzakfuhe222b"
LIST_URI = f"at://{DID}/{LIST}/3mzakfuhe222b"


class Network(Atproto):
    """With a video service that has finished every film."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("getJobStatus"):
            return httpx.Response(200, json={"jobStatus": {"state": "JOB_STATE_COMPLETED", "blob": FILM}})
        return super().__call__(request)


@pytest.fixture
def network(clock):
    return Network(clock)


@pytest.fixture
def adapter(network, clock):
    return BlueskyAdapter(http=network.client(), endpoints=ENDPOINTS, clock=clock)


@pytest.fixture
def stage(adapter, clock):
    credential = adapter.sign_in(server=PDS, identifier=HANDLE, password=Secret(APP_PASSWORD)).credential

    def prepared(written):
        films = [media for media in written.media if media.is_video]
        working = {"tries": 0, "job": "j1", "polls": 0, "began": clock().isoformat()}
        before = Staged({"film": {"file": films[0].sha256, **working}}, ready=False) if films else None
        return adapter.stage(written, credential, key="key-1", before=before).data

    return prepared


# --- captions ---------------------------------------------------------------------------------------------------------


def test_captions_are_stored_and_named_by_their_language(stage, network):
    embed = stage(draft("A film", video(), captions=(caption("en"), caption("de-AT", SAID + "\n"))))["record"]["embed"]

    sent = network.calls(UPLOAD)
    assert [one.headers["content-type"] for one in sent] == ["text/vtt", "text/vtt"]
    assert [one.content for one in sent] == [SAID.encode(), SAID.encode() + b"\n"]
    assert [one["lang"] for one in embed["captions"]] == ["en", "de-AT"]
    assert {one["file"]["mimeType"] for one in embed["captions"]} == {"text/vtt"}
    assert embed["captions"][0]["file"]["ref"] != embed["captions"][1]["file"]["ref"]
    assert embed["video"] == FILM


def test_a_reply_with_a_video_has_captions_as_well(stage):
    parent = RemotePost(f"at://{DID}/app.bsky.feed.post/3mzakfuhe222b", {"cid": "bafyreigwhf"})
    reply = draft("More", video(), role=Role.REPLY, root=parent, parent=parent, captions=(caption(),))
    assert [one["lang"] for one in stage(reply)["record"]["embed"]["captions"]] == ["en"]


@pytest.mark.parametrize("written", [draft("A picture", picture(), captions=(caption(),)), draft("A film", video())])
def test_without_a_video_or_captions_nothing_is_said_of_them(stage, network, written):
    embed = stage(written)["record"]["embed"]
    assert "captions" not in embed
    assert [one.headers["content-type"] for one in network.calls(UPLOAD)] == ["image/jpeg"] * written.media[0].is_image


def test_captions_that_the_server_refuses_are_named(stage, network):
    network.fail(UPLOAD, error(413, "PayloadTooLarge"))
    with pytest.raises(Rejected) as refused:
        stage(draft("A film", video(), captions=(caption(),)))
    assert refused.value.field == "captions.0"


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(network):
    network.records[(DID, LIST, "3mzakfuhe222b")] = {"$type": LIST, "name": "Crew", "purpose": "x", "createdAt": "y"}


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("address", [LIST_ADDRESS, f"{LIST_ADDRESS}/?ref=x", LIST_URI])
@pytest.mark.parametrize(
    ("who", "rules"), [("", []), ("nobody", []), ("mentioned_following", ["mentionRule", "followingRule"])]
)
def test_members_of_a_list_may_reply_beside_those_who_were_chosen(stage, address, who, rules):
    options = {"who_replies": who, "reply_lists": address}
    gate = stage(draft("For the crew", options=options))["gates"]["app.bsky.feed.threadgate"]

    named = [{"$type": f"app.bsky.feed.threadgate#{rule}"} for rule in rules]
    assert gate["allow"] == [*named, {"$type": "app.bsky.feed.threadgate#listRule", "list": LIST_URI}]


@pytest.mark.parametrize("address", ["crew", LIST_ADDRESS, f"https://bsky.app/profile/{HANDLE}/post/3mzakfuhe222b"])
def test_a_list_that_is_not_there_is_refused_before_anything_is_uploaded(stage, network, address):
    with pytest.raises(Rejected) as refused:
        stage(draft("For the crew", picture(), options={"reply_lists": address}))
    assert refused.value.field == "options.reply_lists"
    assert network.calls(UPLOAD) == []
