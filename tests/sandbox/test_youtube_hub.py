"""YouTube: the WebSub hub asks back, tells of new videos with a signature, and forgets when a lease ends."""

from __future__ import annotations

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.sandbox.youtube.pushes import signature
from tests.sandbox.youtube_client import YouTube

SECRET = "yt-hub-secret"


class Subscriber:
    """A callback that says yes (or no) to the hub and keeps what it is told."""

    def __init__(self) -> None:
        self._times = 0
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                subscriber.hear(self.path, subscriber.asked, query)
                answer = query["hub.challenge"].encode() if subscriber.agrees else b"no"
                self.answer(200 if subscriber.agrees else 404, answer)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(204, b"")
                subscriber.hear(self.path, subscriber.told, (dict(self.headers), body))

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the tests' output is for failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.forget()

    def hear(self, path: str, where: queue.Queue, what: object) -> None:
        """Keep it, unless it was meant for an earlier test."""
        if path.startswith(f"/heard/{self._times}?"):
            where.put(what)

    def forget(self) -> None:
        """Begin anew, at another address."""
        self._times += 1
        self.url = f"http://127.0.0.1:{self._server.server_port}/heard/{self._times}?room=9"
        self.asked: queue.Queue[dict[str, str]] = queue.Queue()
        self.told: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.agrees = True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture(scope="module")
def listening():
    subscriber = Subscriber()
    yield subscriber
    subscriber.close()


@pytest.fixture
def subscriber(listening):
    """It agrees to everything and has heard nothing yet."""
    listening.forget()
    return listening


def topic(youtube: YouTube) -> str:
    return f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={youtube.id}"


def ask(youtube: YouTube, address: str, **changes: str):
    form = {
        "hub.mode": "subscribe",
        "hub.topic": topic(youtube),
        "hub.callback": address,
        "hub.verify": "sync",
        "hub.secret": SECRET,
    }
    told = {f"hub.{name}": value for name, value in changes.items()}
    return youtube.http.post("/subscribe", data=form | told)


def is_told(sandbox, video: str) -> bool:
    """Whether a push about this video was sent; one of an earlier test may still be on its way."""
    return any(video in delivery["body"] for delivery in sandbox.things("youtube", "delivery"))


def test_a_push_is_signed_over_its_bytes():
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>'

    assert signature(body, SECRET) == "sha1=fc5b14e9199232f9b8ce48913b1731950d2696d1"


def test_a_subscriber_is_asked_back_and_then_told(youtube, subscriber):
    answer = ask(youtube, subscriber.url, verify="async", lease_seconds="864000")
    assert (answer.status_code, answer.content) == (202, b"")
    asked = subscriber.asked.get(timeout=10)
    assert (asked["hub.mode"], asked["hub.topic"], asked["room"]) == ("subscribe", topic(youtube), "9")
    assert asked["hub.lease_seconds"] == "432000"
    ask(youtube, subscriber.url)

    video = youtube.upload(title="Roasting & more")

    headers, body = subscriber.told.get(timeout=10)
    assert headers["Content-Type"] == "application/atom+xml"
    assert headers["X-Hub-Signature"] == signature(body, SECRET)
    assert f"<yt:videoId>{video}</yt:videoId>".encode() in body
    assert f"<yt:channelId>{youtube.id}</yt:channelId>".encode() in body
    assert b"<title>Roasting &amp; more</title>" in body


def test_a_change_of_words_is_told_and_a_change_of_tags_is_not(youtube, subscriber):
    video = youtube.upload()
    ask(youtube, subscriber.url)

    youtube.change(video, tags=["coffee"])
    youtube.change(video, title="Another title")

    _, body = subscriber.told.get(timeout=10)
    assert b"<title>Another title</title>" in body
    assert subscriber.told.empty()


def test_a_private_video_is_told_when_it_becomes_public(youtube, subscriber):
    ask(youtube, subscriber.url)
    video = youtube.upload(privacyStatus="private")
    youtube.change(video, title="Still private", privacyStatus="private")

    youtube.change(video, privacyStatus="public")

    _, body = subscriber.told.get(timeout=10)
    assert video.encode() in body
    assert subscriber.told.empty()


def test_who_does_not_answer_the_challenge_is_not_subscribed(youtube, subscriber, sandbox):
    subscriber.agrees = False

    assert ask(youtube, subscriber.url).status_code == 409
    assert not is_told(sandbox, youtube.upload())
    (asked,) = [one for one in sandbox.things("youtube", "verification") if one["callback"] == subscriber.url]
    assert (asked["mode"], asked["verified"]) == ("subscribe", False)


def test_a_subscription_ends_with_its_lease_or_when_asked(youtube, subscriber, sandbox):
    assert ask(youtube, subscriber.url, lease_seconds="60").status_code == 204
    assert is_told(sandbox, youtube.upload())
    sandbox.advance(seconds=61)
    assert not is_told(sandbox, youtube.upload())

    ask(youtube, subscriber.url)
    assert ask(youtube, subscriber.url, mode="unsubscribe").status_code == 204
    assert not is_told(sandbox, youtube.upload())


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "listen"},
        {"callback": "mailto:somebody@example.org"},
        {"topic": "https://www.youtube.com/feeds/videos.xml?channel_id=UCnobody"},
        {"topic": "https://www.example.org/feed"},
        {"secret": "x" * 200},
        {"lease_seconds": "soon"},
    ],
)
def test_a_wrong_request_to_the_hub_is_refused(youtube, subscriber, changes):
    assert ask(youtube, subscriber.url, **changes).status_code == 400


def test_the_older_form_of_the_topic_is_taken_too(youtube, subscriber):
    old = f"https://www.youtube.com/feeds/videos.xml?channel_id={youtube.id}"

    assert ask(youtube, subscriber.url, topic=old).status_code == 204


def test_deletions_are_told_where_they_are(youtube, subscriber, sandbox):
    video = youtube.upload()
    sandbox.set("youtube", pushes_deletions=True, webhook_url=subscriber.url, webhook_secret=SECRET)

    youtube.api("DELETE", "videos", id=video)

    headers, body = subscriber.told.get(timeout=10)
    assert headers["X-Hub-Signature"] == signature(body, SECRET)
    assert f'<at:deleted-entry ref="yt:video:{video}"'.encode() in body


def test_the_feed_of_a_channel_has_its_public_videos(youtube):
    youtube.upload(title="Seen")
    youtube.upload(title="Unseen", privacyStatus="private")

    answer = youtube.http.get("/xml/feeds/videos.xml", params={"channel_id": youtube.id})

    assert answer.headers["content-type"].startswith("text/xml")
    assert "<title>Seen</title>" in answer.text
    assert "Unseen" not in answer.text
