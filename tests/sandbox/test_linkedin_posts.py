"""LinkedIn: posts of pages and members in little text, how they are found, edited and deleted."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.linkedin_client import LinkedIn, code_of, encoded


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def visible(linkedin: LinkedIn) -> str:
    (post,) = linkedin.sandbox.posts("linkedin", "harbourcoffee")
    return str(post["text"])


# Text


def test_a_page_publishes_a_text_and_its_id_comes_in_a_header_alone(linkedin):
    urn = linkedin.post("Hello \\(world\\)")

    assert urn.startswith("urn:li:share:")
    assert visible(linkedin) == "Hello (world)"
    assert linkedin.read(urn).json()["commentary"] == "Hello \\(world\\)"


@pytest.mark.parametrize("header", ["x-linkedin-id", ""])
def test_the_id_can_be_told_elsewhere(linkedin, header):
    linkedin.sandbox.set("linkedin", id_header=header)

    answer = linkedin.create()

    assert "x-restli-id" not in answer.headers
    assert (answer.headers[header] if header else answer.json()["id"]).startswith("urn:li:share:")


def test_web_addresses_become_links(linkedin):
    linkedin.post("See https://a.example/beans, now")

    page = httpx.get(f"{linkedin.sandbox.url}/feed/linkedin/harbourcoffee").text
    assert '<a href="https://a.example/beans"' in page


def test_a_member_publishes_into_a_feed_of_their_own(linkedin):
    linkedin.post("Hello", author=linkedin.person, visibility="CONNECTIONS")

    assert linkedin.sandbox.texts("linkedin", "harbourcoffee") == []
    assert linkedin.sandbox.texts("linkedin", linkedin.member_handle) == ["Hello"]


@pytest.mark.parametrize(
    ("commentary", "seen"),
    [
        (r"Rank \#1 \(really\) \@you \[x\] a\_b \\ c", r"Rank #1 (really) @you [x] a_b \ c"),
        ("Beans (fresh)", "Beans "),
        ("mail me@home", "mail me"),
        ("Rank #1", "Rank "),
        ("#coffee and {hashtag|\\#|tea}", "#coffee and #tea"),
        ("a\\b", "a"),
        ("ends in \\", "ends in "),
        ("https://a.example/x_y", "https://a.example/x"),
        ("two\nlines\n\nkept", "two\nlines\n\nkept"),
    ],
)
def test_a_reserved_character_without_backslash_ends_the_text(linkedin, commentary, seen):
    linkedin.post(commentary)

    assert visible(linkedin) == seen


def test_a_mention_needs_the_exact_name(linkedin):
    urn = linkedin.sandbox.account("linkedin", "lumenyoga")["id"]
    linkedin.post(f"With @[Lumen Yoga]({urn}) and @[lumen yoga]({urn})")

    (post,) = linkedin.sandbox.posts("linkedin", "harbourcoffee")
    assert post["text"] == "With Lumen Yoga and lumen yoga"
    assert post["data"]["mentions"] == [urn]


def test_addresses_may_be_left_raw_where_the_platform_is_set_so(linkedin):
    linkedin.sandbox.set("linkedin", raw_addresses=True)
    linkedin.post("See https://a.example/x_y(z) now")

    assert visible(linkedin) == "See https://a.example/x_y(z) now"


def test_a_text_beyond_the_limit_is_refused_or_cut(linkedin):
    assert linkedin.create("x" * 3000).status_code == 201
    assert code_of(linkedin.create("\\(" * 1501)) == (400, "FIELD_LENGTH_TOO_LONG")

    linkedin.sandbox.set("linkedin", cut_long_commentary=True)
    urn = linkedin.post("y" * 3100)
    assert len(linkedin.read(urn).json()["commentary"]) == 3000


# What is refused


@pytest.mark.parametrize("field", ["author", "commentary", "visibility", "distribution", "lifecycleState"])
def test_a_missing_field_is_named(linkedin, field):
    answer = linkedin.create(**{field: None}) if field != "commentary" else linkedin.create(None)

    assert code_of(answer) == (422, "MISSING_FIELD")
    assert f"ERROR :: /{field} :: field is required but not found" in answer.json()["message"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"visibility": "EVERYBODY"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"visibility": "CONNECTIONS"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"lifecycleState": "SOON"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"distribution": {}}, (422, "MISSING_FIELD")),
        ({"author": "urn:li:company:1"}, (400, "INVALID_URN_TYPE")),
        ({"author": "urn:li:organization:acme"}, (400, "INVALID_URN_ID")),
        ({"author": "urn:li:organization:1"}, (403, "ACCESS_DENIED")),
        ({"author": "urn:li:person:somebody"}, (403, "ACCESS_DENIED")),
        ({"scheduledAt": 1}, (403, "ACCESS_DENIED")),
        ({"commentary": ""}, (400, "INVALID_VALUE_BLANK_FIELD")),
        ({"content": {}}, (422, "ILLEGAL_ARGUMENT")),
        ({"content": {"carousel": {}}}, (400, "ILLEGAL_ARGUMENT")),
        ({"content": {"media": {"id": "urn:li:image:1"}, "article": {}}}, (422, "ILLEGAL_ARGUMENT")),
    ],
    ids=str,
)
def test_a_wrong_post_is_refused_and_nothing_is_published(linkedin, changes, code):
    commentary = changes.pop("commentary", "Fresh beans")

    assert code_of(linkedin.create(commentary, **changes)) == code
    assert linkedin.sandbox.posts("linkedin") == []


@pytest.mark.parametrize("role", ["ANALYST", ""])
def test_a_page_without_a_posting_role_is_refused(linkedin, role):
    linkedin.sandbox.set("linkedin", organization_role=role)

    answer = linkedin.create()

    assert code_of(answer) == (403, "ACCESS_DENIED")
    words = "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260901"
    assert answer.json()["message"] == words


def test_each_author_needs_a_scope_of_its_own(sandbox):
    with LinkedIn(sandbox, "harbourcoffee", scopes=["w_member_social"]) as linkedin:
        assert linkedin.create().status_code == 403
        assert linkedin.create(author=linkedin.person).status_code == 201
    with LinkedIn(sandbox, "harbourcoffee", scopes=["w_organization_social"]) as linkedin:
        assert linkedin.create().status_code == 201
        assert linkedin.create("More", author=linkedin.person).status_code == 403


def test_the_same_post_again_is_refused_with_the_urn_of_the_first(linkedin):
    urn = linkedin.post("Fresh beans")

    answer = linkedin.create("Fresh  beans")

    assert code_of(answer) == (422, "DUPLICATE_POST")
    assert answer.json()["message"].endswith(f"Content is a duplicate of {urn}")
    assert linkedin.create("Fresh beans", author=linkedin.person).status_code == 201
    linkedin.sandbox.advance(hours=24)
    assert linkedin.create("Fresh beans").status_code == 201


def test_a_deleted_post_is_no_duplicate_unless_its_ghost_is(linkedin):
    linkedin.delete(linkedin.post("Fresh beans"))
    ghost = linkedin.post("Fresh beans")
    linkedin.delete(ghost)

    linkedin.sandbox.set("linkedin", ghost_duplicates=True)

    answer = linkedin.create("Fresh beans")
    assert code_of(answer) == (422, "DUPLICATE_POST")
    assert ghost in answer.json()["message"]
    assert linkedin.read(ghost).status_code == 404


# Reading, editing, deleting


def test_own_posts_are_listed_by_their_last_change(linkedin):
    first, second = linkedin.post("First"), linkedin.post("Second")
    linkedin.sandbox.advance(seconds=5)
    linkedin.edit(first, {"commentary": "First, again"})

    elements = linkedin.own_posts().json()["elements"]

    assert [one["id"] for one in elements] == [first, second]
    assert elements[0]["commentary"] == "First, again"
    assert elements[0]["lastModifiedAt"] - elements[0]["createdAt"] >= 5000
    created = linkedin.own_posts("&sortBy=CREATED").json()["elements"]
    assert [one["id"] for one in created] == [second, first]


def test_own_posts_come_page_by_page(linkedin):
    urns = [linkedin.post(f"Post {n}") for n in range(3)]

    first = linkedin.own_posts("&count=2&sortBy=CREATED").json()
    following = linkedin.rest("GET", first["paging"]["links"][0]["href"].removeprefix("/rest/")).json()

    assert [one["id"] for one in (*first["elements"], *following["elements"])] == urns[::-1]
    assert following["paging"]["links"] == []


def test_a_members_posts_are_read_by_approved_partners_alone(sandbox, linkedin):
    urn = linkedin.post("Mine", author=linkedin.person)
    assert linkedin.own_posts(author=linkedin.person).status_code == 403
    assert linkedin.read(urn).status_code == 403

    with LinkedIn(sandbox, "harbourcoffee", scopes=["r_member_social"]) as partner:
        (element,) = partner.own_posts(author=partner.person).json()["elements"]
    assert element["id"] == urn


def test_posts_are_read_in_a_batch(linkedin):
    urn = linkedin.post()
    ids = f"{encoded(urn)},{encoded('urn:li:share:1')}"

    answer = linkedin.rest("GET", f"posts?ids=List({ids})", headers={"X-RestLi-Method": "BATCH_GET"}).json()

    assert list(answer["results"]) == [urn]
    assert answer["errors"]["urn:li:share:1"]["status"] == 404


def test_an_edit_wants_its_method_in_a_header(linkedin):
    urn = linkedin.post()

    assert linkedin.edit(urn, {"commentary": "No"}, **{"X-RestLi-Method": ""}).status_code == 400
    assert linkedin.edit(urn, {"visibility": "LOGGED_IN"}).status_code == 422
    assert linkedin.edit(urn, {"commentary": "Yes"}).status_code == 204
    assert visible(linkedin) == "Yes"


def test_deleting_answers_the_same_a_second_time(linkedin):
    urn = linkedin.post()

    assert [linkedin.delete(urn).status_code for _ in range(2)] == [204, 204]
    assert linkedin.read(urn).status_code == 404
    assert linkedin.own_posts().json()["elements"] == []
    assert linkedin.delete("urn:li:share:1").status_code == 404


def test_nobody_changes_the_post_of_somebody_else(linkedin):
    urn = linkedin.post()
    with LinkedIn(linkedin.sandbox, "lumenyoga") as other:
        assert other.delete(urn).status_code == 403
        assert other.edit(urn, {"commentary": "Mine"}).status_code == 403


def test_a_urn_in_the_path_has_to_be_encoded(linkedin):
    urn = linkedin.post()

    assert code_of(linkedin.rest("GET", f"posts/{urn}")) == (400, "ILLEGAL_ARGUMENT")


def test_the_web_address_of_a_post_leads_to_it(linkedin):
    urn = linkedin.post()

    answer = linkedin.http.get(f"/feed/update/{urn}/", follow_redirects=False)

    assert answer.headers["location"].endswith(f"/post/linkedin/{urn}")


def test_a_planted_post_of_the_past_is_listed_like_any_other(linkedin):
    planted = {"platform": "linkedin", "handle": "harbourcoffee", "text": "Beans (old)"}
    httpx.post(
        f"{linkedin.sandbox.url}/_control/posts", json={"posts": [planted | {"created_at": "2026-01-05T10:00:00Z"}]}
    )

    (element,) = linkedin.own_posts().json()["elements"]

    assert element["commentary"] == "Beans \\(old\\)"
    assert linkedin.read(element["id"]).json()["id"] == element["id"]
