"""LinkedIn: an address proves itself, and is told of what happens on a page: signed, and again until it says yes."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.sandbox.linkedin.postman import sign, signature
from tests.sandbox.linkedin_client import APP, LinkedIn, encoded

SECRET = APP["client_secret"]


class Receiver:
    """A web server of the application: answers challenges and keeps what it is sent."""

    def __init__(self) -> None:
        self.challenges: list[str] = []
        self.letters: list[tuple[dict[str, str], bytes]] = []
        self.is_honest, self.status = True, 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                code = parse_qs(urlsplit(self.path).query)["challengeCode"][0]
                receiver.challenges.append(code)
                secret = SECRET if receiver.is_honest else "guess"
                said = {"challengeCode": code, "challengeResponse": sign(secret, code.encode())}
                self._answer(200, json.dumps(said).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.letters.append((dict(self.headers), body))
                self._answer(receiver.status, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests' output is for failures."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """The notices of the first `count` letters."""
        until = time.monotonic() + 10
        while len(self.letters) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.letters) == count
        return [notice for _, body in self.letters for notice in json.loads(body)["notifications"]]


@pytest.fixture
def receiver():
    receiver = Receiver()
    receiver.thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    receiver.thread.join()


@pytest.fixture
def linkedin(sandbox):
    sandbox.set("linkedin", activity_seconds=0)
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def test_the_documented_challenge_and_signature():
    answer = sign("test_client_secret", b"890e4665-4dfe-4ab1-b689-ed553bceeed0")
    assert answer == "2f02d4233a0396d6b4632fc7be62fd3ab68183421f688efcda0c1fcb2615273e"

    body = b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}'
    assert signature("test_client_secret", body) == "402cf9cdc626c0ebaf382709c0e3f3c720807c24074c439a734f7e72dd1ec03a"


def test_a_comment_of_somebody_else_is_told_to_the_subscriber(linkedin, receiver):
    assert linkedin.subscribe(receiver.url).status_code == 204
    post = linkedin.post()
    with LinkedIn(linkedin.sandbox, "lumenyoga") as other:
        comment = other.comment(post, "Lovely").json()["commentUrn"]

    (notice,) = receiver.wait_for(1)

    headers, body = receiver.letters[0]
    assert headers["X-LI-Signature"] == signature(SECRET, body)
    assert json.loads(body)["type"] == "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
    assert (notice["action"], notice["sourcePost"], notice["generatedActivity"]) == ("COMMENT", post, comment)
    assert (notice["organizationalEntity"], notice["subscriber"]) == (linkedin.organization, linkedin.person)


def test_own_comments_reshares_and_mentions_have_names_of_their_own(linkedin, receiver):
    linkedin.subscribe(receiver.url)
    post = linkedin.post()
    linkedin.comment(post)
    with LinkedIn(linkedin.sandbox, "lumenyoga") as other:
        other.post("Look", reshareContext={"parent": post})
        other.post(f"With @[Harbour Coffee]({linkedin.organization})")

    notices = receiver.wait_for(3)

    assert sorted(notice["action"] for notice in notices) == ["ADMIN_COMMENT", "SHARE", "SHARE_MENTION"]
    assert len({notice["notificationId"] for notice in notices}) == 3


def test_members_posts_and_posts_for_some_tell_nobody(linkedin, receiver):
    linkedin.subscribe(receiver.url)
    linkedin.comment(linkedin.post(author=linkedin.person))
    linkedin.comment(linkedin.post("For members", visibility="LOGGED_IN"))
    linkedin.comment(linkedin.post("For all"))

    (notice,) = receiver.wait_for(1)
    assert notice["decoratedSourcePost"]["text"] == "For all"


def test_a_letter_comes_again_after_five_minutes_until_it_is_taken(linkedin, receiver):
    linkedin.subscribe(receiver.url)
    receiver.status = 500
    linkedin.comment(linkedin.post())
    (first,) = receiver.wait_for(1)
    receiver.status = 200

    linkedin.sandbox.advance(minutes=5)

    assert receiver.wait_for(2) == [first, first]


def test_an_address_that_fails_the_challenge_is_not_subscribed_and_blocked_in_the_end(linkedin, receiver):
    receiver.is_honest = False
    assert [linkedin.subscribe(receiver.url).status_code for _ in range(3)] == [400, 400, 400]

    receiver.is_honest = True
    assert linkedin.subscribe(receiver.url).status_code == 400
    assert len(receiver.challenges) == 3


def test_an_address_proves_itself_again_every_two_hours(linkedin, receiver):
    linkedin.subscribe(receiver.url)
    linkedin.sandbox.advance(hours=2)
    linkedin.comment(linkedin.post())

    receiver.wait_for(1)

    assert len(set(receiver.challenges)) == 2


def test_a_subscription_is_read_and_deleted_by_its_key(linkedin, receiver):
    linkedin.subscribe(receiver.url)

    told = linkedin.rest("GET", linkedin.subscription_path()).json()
    assert (told["webhook"], told["entity"]) == (receiver.url, linkedin.organization)
    assert told["expiresAt"] > 0
    assert linkedin.rest("DELETE", linkedin.subscription_path()).status_code == 204
    assert linkedin.rest("GET", linkedin.subscription_path()).status_code == 404


def test_a_subscription_ends_in_silence_with_the_role_or_the_grant(linkedin, receiver):
    linkedin.subscribe(receiver.url)
    with LinkedIn(linkedin.sandbox, "harbourcoffee") as again:
        linkedin.revoke(linkedin.credentials["refresh_token"])
        again.comment(again.post())

        assert again.rest("GET", again.subscription_path()).status_code == 404
    assert receiver.letters == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"developerApplication": "urn:li:developerApplication:1"}, 403),
        ({"user": "urn:li:person:other"}, 403),
        ({"entity": "urn:li:organization:1"}, 403),
        ({"eventType": "MEMBER_POSTS"}, 400),
    ],
    ids=str,
)
def test_a_wrong_key_is_refused(linkedin, receiver, changes, status):
    assert linkedin.subscribe(receiver.url, **changes).status_code == status


def test_a_webhook_address_has_to_be_the_registered_one(linkedin, receiver):
    linkedin.sandbox.set("linkedin", webhook_url="https://hooks.example/linkedin")

    assert linkedin.subscribe(receiver.url).json()["code"] == "INVALID_URL"


def test_the_signature_can_come_with_its_prefix(linkedin, receiver):
    linkedin.sandbox.set("linkedin", signature_prefix=True)
    linkedin.subscribe(receiver.url)
    linkedin.comment(linkedin.post())
    receiver.wait_for(1)

    assert receiver.letters[0][0]["X-LI-Signature"].startswith("hmacsha256=")


def test_notices_can_be_fetched_for_sixty_days(linkedin):
    linkedin.comment(linkedin.post())
    path = f"organizationalEntityNotifications?q=criteria&organizationalEntity={encoded(linkedin.organization)}"

    (notice,) = linkedin.rest("GET", path).json()["elements"]
    assert notice["action"] == "ADMIN_COMMENT"
    assert linkedin.rest("GET", path + "&actions=List(SHARE)").json()["elements"] == []
    linkedin.sandbox.advance(days=59)
    linkedin.token = linkedin.refresh().json()["access_token"]
    linkedin.sandbox.advance(days=1)
    assert linkedin.rest("GET", path).json()["elements"] == []


def test_a_comment_that_its_author_takes_away_is_told_and_a_post_is_not(linkedin, receiver, sandbox):
    linkedin.subscribe(receiver.url)
    post = linkedin.post("Fresh beans")
    comment = linkedin.comment(post).json()["commentUrn"]
    sandbox.remove_post("linkedin", comment)
    sandbox.remove_post("linkedin", post)

    notices = receiver.wait_for(2)
    assert [one["action"] for one in notices] == ["ADMIN_COMMENT", "COMMENT_DELETE"]
    assert notices[1]["generatedActivity"] == comment
    assert linkedin.read(post).status_code == 404
