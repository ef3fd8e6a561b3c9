"""The signed record of what was approved: what it says, whose it is, and what becomes of one that is changed."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from asn1crypto import x509 as asn1_x509
from asn1crypto.pem import unarmor
from cryptography.hazmat.primitives import serialization
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from apps.approvals import services
from apps.approvals.errors import NothingApproved, SigningKeyUnusable
from apps.approvals.models import Request, SigningKey
from apps.approvals.records import gathered, record_of, signing
from apps.approvals.states import Verdict
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.printing import PrinterMissing
from apps.core.secrets import Secret
from apps.media import services as media
from apps.media.models import Asset
from apps.posts.models import Post
from apps.tenants.models import Membership
from apps.tenants.services.branding import branding_of
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.approvals.test_log import tampered
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
RED = (190, 40, 30)


def picture(desk: Desk, colour: tuple[int, int, int] = RED, *, alt: str = "Buns on a tray") -> Any:
    content = factories.picture(size=(600, 400), colour=f"#{bytes(colour).hex()}", form="JPEG")
    with desk.agency.scope():
        made = media.upload(
            file=ContentFile(content), name="buns.jpg", workspace_id=desk.agency.workspace.pk, actor=SYSTEM
        )
        made.alt = alt
        made.save()
    return made


@pytest.fixture
def story(desk: Desk, manager: Membership, approver: Membership, creator: Membership) -> Post:
    """Changes were asked for, made, and approved by two steps."""
    desk.policy(MANAGER, LEGAL)
    shown = picture(desk)
    post = desk.post("Buns, folded 26 times", by=creator, assets=[shown], comment="See you at eight")
    desk.agency.schedule(post, minutes=600)
    request = desk.submit(post, by=creator)
    desk.decide(request, manager, Verdict.REQUEST_CHANGES, note="It is 27 times")
    desk.edit(post, "Buns, folded 27 times", by=creator, assets=[shown], comment="See you at eight")
    request = desk.submit(post, by=creator)
    desk.decide(request, manager)
    desk.decide(request, approver, note="Fine by law")
    return post


def record(desk: Desk, *posts: Post) -> bytes:
    with desk.agency.scope():
        return record_of(posts)


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def pixels_of(colour: tuple[int, int, int], pdf: bytes) -> int:
    """How many of the first page are of about this colour, at 72 to the inch."""
    page = pypdfium2.PdfDocument(pdf)[0].render().to_pil().convert("RGB")
    shown = page.get_flattened_data()
    return sum(1 for pixel in shown if max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 12)


def verdict(pdf: bytes, certificate: str) -> Any:
    """What a reader that trusts the certificate says of the only signature."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    root = asn1_x509.Certificate.load(unarmor(certificate.encode())[2])
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))


def test_it_says_what_was_approved_by_whom_and_when(desk: Desk, story: Post) -> None:
    said = words(record(desk, story))

    request = desk.request(story)
    for expected in (
        "Buns, folded 27 times", "See you at eight", "Memory", "@harbour", "Buns on a tray", request.content_hash,
        "Asked for changes", "It is 27 times", "Fine by law", "Legal", "203.0.113.0/24", "signed in as a member",
    ):  # fmt: skip
        assert expected in said, expected
    assert "26 times" not in said
    for decision in desk.decisions(story.pk):
        assert decision.hash in said
    assert desk.agency.workspace.name in said


def test_the_hour_is_told_in_the_zone_of_the_post(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=60)
    with desk.agency.scope():
        Post.objects.filter(pk=publication.post_id).update(timezone="Asia/Kolkata")
    desk.policy({**MANAGER, "notice_minutes": 5})
    request = desk.submit(desk.post("Another"))
    desk.decide(request, manager)
    desk.decide(desk.request(publication), manager)

    with desk.agency.scope():
        (leaf,) = gathered(Request.objects.filter(post_id=publication.post_id)).leaves
    assert leaf.due_at == publication.due_at
    assert leaf.zone == desk.request(publication).snapshot["timezone"]


def test_pictures_are_shown_as_reviewers_saw_them(desk: Desk, story: Post) -> None:
    assert pixels_of(RED, record(desk, story)) > 2000


def test_a_file_that_was_replaced_since_is_named_and_another_is_not_shown_for_it(desk: Desk, story: Post) -> None:
    approved = desk.request(story)
    with tenancy.across_tenants("a test replaces a file of the library"):
        Asset.plain.update(sha256="f" * 64, original_name="other.jpg")
    with desk.agency.scope():
        (leaf,) = gathered(Request.objects.filter(pk=approved.pk)).leaves

    (figure,) = leaf.figures
    assert (figure.name, figure.stored, figure.alt) == ("", "", "Buns on a tray")
    assert figure.digest == approved.snapshot["parts"][0]["media"][0]["sha256"]


def test_nothing_of_a_long_post_is_left_out(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    accounts = [desk.agency.account(f"harbour{number}") for number in range(9)]
    own = {account.handle: f"WordsFor{account.handle}. " * 12 for account in accounts}
    replies = [f"Reply {number}" for number in range(6)]
    post = desk.post(on=accounts, texts=own, assets=[picture(desk)], replies=replies)
    desk.decide(desk.submit(post), manager)

    said = words(record(desk, post))

    for account in accounts:
        assert said.count(f"WordsFor{account.handle}.") == 12
    assert said.count("Reply 5") == len(accounts)


def test_a_change_after_approval_is_not_in_the_record(desk: Desk, story: Post) -> None:
    approved = desk.request(story)
    desk.edit(story, "Buns, folded 99 times")

    with pytest.raises(NothingApproved):
        record(desk, story)
    with desk.agency.scope():
        (leaf,) = gathered(Request.objects.filter(pk=approved.pk)).leaves
    assert (leaf.is_in_force, leaf.showings[0].text) == (False, "Buns, folded 27 times")


def test_the_signature_holds_and_a_changed_byte_ends_that(desk: Desk, story: Post) -> None:
    pdf = record(desk, story)
    certificate = SigningKey.objects.get().certificate

    sound = verdict(pdf, certificate)
    assert (sound.intact, sound.valid, sound.trusted, sound.bottom_line) == (True, True, True, True)
    place = pdf.index(b"/Title") + 8
    broken = verdict(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :], certificate)
    assert not broken.intact
    assert not broken.bottom_line


def test_the_signature_allows_no_later_change(desk: Desk, story: Post) -> None:
    """Neither comments nor filled-in fields: whoever adds something to a record has a document that does not hold."""
    (signature,) = PdfFileReader(io.BytesIO(record(desk, story))).embedded_signatures

    assert signature.docmdp_level is MDPPerm.NO_CHANGES


def test_a_selection_is_one_document_the_earliest_first(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    posts = [desk.post(f"Post number {number}") for number in range(3)]
    desk.agency.schedule(posts[1], minutes=30)
    for post in posts[1:]:
        desk.decide(desk.submit(post), manager)

    said = words(record(desk, *posts))

    assert "2 approved posts" in said
    assert "Post number 0" not in said
    assert said.index("Post number 1") < said.index("Post number 2")


def test_a_record_of_many_takes_no_more_queries_than_of_one(desk: Desk, manager: Membership) -> None:
    def asked() -> int:
        with desk.agency.scope(), CaptureQueriesContext(connection) as queries:
            gathered(Request.objects.all())
        return len(queries)

    desk.policy(MANAGER)
    shown = picture(desk)
    desk.decide(desk.submit(desk.post(assets=[shown])), manager)
    for_one = asked()
    for number in range(4):
        desk.decide(desk.submit(desk.post(f"Post {number}", assets=[shown])), manager)

    assert asked() == for_one


def test_a_log_that_was_tampered_with_is_called_that(desk: Desk, story: Post) -> None:
    tampered("UPDATE approvals_decision SET note = 'It is 99 times' WHERE note = 'It is 27 times'")

    assert "does not hold from line 1 on" in words(record(desk, story))


def test_the_brand_of_the_agency_is_on_it(desk: Desk, story: Post) -> None:
    with desk.agency.scope():
        branding = branding_of(desk.agency.workspace.organization_id)
        branding.colour, branding.logo = "#e0007a", factories.picture(colour="#e0007a")
        branding.save()

    assert pixels_of((0xE0, 0, 0x7A), record(desk, story)) > 300


def test_nobody_can_have_a_record_of_what_waits(desk: Desk) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    desk.submit(post)

    with pytest.raises(NothingApproved):
        record(desk, post)


# --- the key


def test_the_key_is_made_once_and_never_lies_in_the_clear(desk: Desk) -> None:
    first, second = signing.key_in_force(), signing.key_in_force()

    assert first.pk == second.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key FROM approvals_signingkey")
        assert cursor.fetchone()[0].startswith("v1.")


def test_a_rotation_leaves_old_records_valid(desk: Desk, story: Post) -> None:
    old = record(desk, story)
    before = SigningKey.objects.get()
    call_command("signing_key", "rotate", stdout=(out := io.StringIO()))
    new = record(desk, story)

    assert "in force" in out.getvalue()
    after = SigningKey.objects.get(is_in_force=True)
    assert verdict(old, before.certificate).bottom_line
    assert verdict(new, after.certificate).bottom_line
    assert not verdict(new, before.certificate).trusted


def test_our_own_key_is_followed_by_another_before_it_ends(desk: Desk) -> None:
    first = signing.key_in_force()
    with tenancy.across_tenants("a test lets time go by"):
        SigningKey.objects.update(valid_until=system_clock.now() + signing.RENEWED_BEFORE)

    assert signing.key_in_force().pk != first.pk
    assert SigningKey.objects.count() == 2


def test_an_operator_brings_a_key_of_their_own(desk: Desk, story: Post, tmp_path: Any) -> None:
    own = signing._made(system_clock.now())
    key = serialization.load_pem_private_key(own.private_key.reveal().encode(), None)
    certificate = signing.x509.load_pem_x509_certificate(own.certificate.encode())
    lock = serialization.BestAvailableEncryption(b"open sesame")
    file, passphrase = tmp_path / "own.p12", tmp_path / "passphrase"
    file.write_bytes(signing.pkcs12.serialize_key_and_certificates(b"ours", key, certificate, None, lock))  # type: ignore[arg-type]
    passphrase.write_text("open sesame\n")

    call_command(
        "signing_key", "replace", str(file), "--passphrase-file", str(passphrase), stdout=(out := io.StringIO())
    )

    assert "brought by the operator" in out.getvalue()
    assert verdict(record(desk, story), own.certificate).bottom_line
    passphrase.write_text("another")
    with pytest.raises(CommandError, match="passphrase"):
        call_command("signing_key", "replace", str(file), "--passphrase-file", str(passphrase))
    with pytest.raises(signing.NotASigningKey):
        signing.adopt(b"nonsense", Secret(""))


def test_with_certificates_of_authorities_it_is_the_operators_own_that_signs(desk: Desk, story: Post) -> None:
    """The file has more than one certificate: the others are only how readers get from it to one that they trust."""
    own, authority = (signing._made(system_clock.now()) for _ in range(2))
    key = serialization.load_pem_private_key(own.private_key.reveal().encode(), None)
    mine, theirs = (signing.x509.load_pem_x509_certificate(one.certificate.encode()) for one in (own, authority))
    lock = serialization.BestAvailableEncryption(b"open sesame")
    file = signing.pkcs12.serialize_key_and_certificates(b"ours", key, mine, [theirs], lock)  # type: ignore[arg-type]
    signing.adopt(file, Secret("open sesame"))

    assert verdict(record(desk, story), own.certificate).bottom_line


# --- where it cannot be made


def lose_the_key() -> None:
    with tenancy.across_tenants("a test loses the keyring"), connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_signingkey SET private_key = 'v1.lost.AAAA'")


@pytest.fixture
def lost_key() -> SigningKey:
    """A key that was sealed under a keyring that is not there any more."""
    key = signing.key_in_force()
    lose_the_key()
    return key


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> bytes:
        raise PrinterMissing("PDFs cannot be made here: install Pango")

    monkeypatch.setattr("apps.approvals.records.printing.print_pages", missing)


@pytest.mark.parametrize(
    ("cause", "code", "told"),
    [("lost_key", "signing_key_unusable", "signing_key show"), ("no_pango", "no_printer", "install Pango")],
)
def test_what_is_missing_is_said_to_everybody_and_to_the_operator(
    desk: Desk, story: Post, manager: Membership, cause: str, code: str, told: str, request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    request.getfixturevalue(cause)
    of = desk.request(story)
    client = factories.signed_in(manager, at=desk.agency.workspace)

    page = client.get(reverse("approvals:record", args=[of.pk]), follow=True)
    refused = program(desk.agency.workspace).get(f"/approvals/{of.pk}/record")

    assert page.redirect_chain == [(reverse("approvals:review", args=[of.pk]), 302)]
    assert told in page.content.decode()
    assert (refused.status_code, refused.json()["code"]) == (503, code)
    assert refused["Content-Type"] == "application/problem+json"
    assert told in caplog.text


def test_a_key_that_is_lost_is_told_and_never_replaced_by_itself(desk: Desk, story: Post, lost_key: SigningKey) -> None:
    with pytest.raises(SigningKeyUnusable):
        record(desk, story)
    call_command("signing_key", "show", stdout=(out := io.StringIO()))
    assert "IT CANNOT SIGN: it cannot be opened" in out.getvalue()
    assert signing.key_in_force().pk == lost_key.pk

    call_command("signing_key", "rotate", stdout=(out := io.StringIO()))

    assert "CANNOT" not in out.getvalue()
    assert record(desk, story).startswith(b"%PDF")


def test_an_operators_certificate_that_has_ended_signs_nothing(desk: Desk, story: Post) -> None:
    signing.key_in_force()
    with tenancy.across_tenants("a test lets time go by"):
        SigningKey.objects.update(is_own=False, valid_until=system_clock.now())

    with pytest.raises(SigningKeyUnusable) as refused:
        record(desk, story)

    assert "its certificate has ended on" in str(refused.value.__cause__)


def test_withdrawn_after_approval_it_says_so(desk: Desk, story: Post) -> None:
    request = desk.request(story)
    desk.agency.do(services.withdraw, request_id=request.pk)

    with desk.agency.scope():
        (leaf,) = gathered(Request.objects.filter(pk=request.pk)).leaves
    assert not leaf.is_in_force


# --- where it is had


def test_staff_have_it_from_the_page_of_the_review(desk: Desk, story: Post, manager: Membership) -> None:
    client = factories.signed_in(manager, at=desk.agency.workspace)
    request = desk.request(story)
    address = reverse("approvals:record", args=[request.pk])
    assert address in client.get(reverse("approvals:review", args=[request.pk])).content.decode()

    answer = client.get(address)

    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    assert "27 times" in words(answer.content)


def test_a_month_is_had_in_one_document(desk: Desk, story: Post, manager: Membership) -> None:
    client = factories.signed_in(manager, at=desk.agency.workspace)
    due_at = desk.request(story).due_at
    assert due_at is not None
    month = f"{due_at.astimezone(ZoneInfo(desk.agency.workspace.timezone)):%Y-%m}"

    assert "27 times" in words(client.get(reverse("approvals:record_of_month", args=[month])).content)
    empty = client.get(reverse("approvals:record_of_month", args=["2020-01"]), follow=True)
    assert "this was not" in empty.content.decode()


def test_programs_have_it_by_the_api(desk: Desk, story: Post) -> None:
    own = program(desk.agency.workspace)
    answer = own.get(f"/approvals/{desk.request(story).pk}/record")
    assert answer["Content-Type"] == "application/pdf"
    assert "27 times" in words(answer.content)

    waiting = desk.submit(desk.post("Another"))
    refused = own.get(f"/approvals/{waiting.pk}/record")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")


def test_links_are_told_as_they_go_out(desk: Desk, story: Post) -> None:
    link = {"platform": "memory", "written": "https://alder.example/buns", "outgoing": "https://go.example/aB3"}
    with desk.agency.scope():
        request = desk.request(story)
        Request.objects.filter(pk=request.pk).update(snapshot={**request.snapshot, "links": [link]})

    said = "".join(words(record(desk, story)).split())  # long addresses go over lines

    assert link["outgoing"] in said
    assert link["written"] in said
