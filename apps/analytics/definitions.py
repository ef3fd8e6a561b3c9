"""What each platform means by a figure, in its own name and in our words: two networks' "views" are not the same thing.

One line for each figure that an adapter brings; a test holds these against the adapters' capabilities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from apps.platforms.insights import Metric

POST, ACCOUNT = "post", "account"


@dataclass(frozen=True, slots=True)
class Definition:
    """`name` is the platform's own; `words` what it counts."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Book:
    """What a platform tells of posts and of accounts. `days_in` is where its days end; `settles_after` in how many days
    it has counted one to the end, so that a day is read again then."""

    posts: Mapping[Metric, Definition]
    accounts: Mapping[Metric, Definition]
    people: Mapping[str, Definition] = field(default_factory=dict)  # by what followers are told apart
    days_in: str = ""
    settles_after: int = 0


def _of(*lines: tuple[Metric, str, str]) -> Mapping[Metric, Definition]:
    return {metric: Definition(name, words) for metric, name, words in lines}


def _by(name: str) -> Mapping[str, Definition]:
    """As Meta tells of followers."""
    words = {"age": "years of age", "gender": "gender", "country": "country", "city": "city"}
    return {
        by: Definition(
            f"{name}, {by}", f"followers by {what}, of accounts with 100 and more; not all of them are told of"
        )
        for by, what in words.items()
    }


M = Metric
NOW: Final = "as they are when they are read"
BOOKS: Final[Mapping[str, Book]] = {
    "bluesky": Book(
        posts=_of(
            (M.LIKES, "likeCount", "likes"),
            (M.COMMENTS, "replyCount", "replies to the post itself"),
            (M.SHARES, "repostCount, quoteCount", "reposts, and quotes where they are told"),
            (M.SAVES, "bookmarkCount", "bookmarks"),
        ),
        accounts=_of((M.FOLLOWERS, "followersCount", NOW), (M.POSTS, "postsCount", f"posts and replies, {NOW}")),
    ),
    "facebook": Book(
        posts=_of(
            (M.VIEWS, "post_media_view", "how often it was played or shown"),
            (M.REACH, "post_total_media_view_unique", "people who saw it at least once, estimated"),
            (M.LIKES, "reactions", "reactions of every kind, not likes alone"),
            (M.COMMENTS, "comments", "comments and replies to them"),
            (M.SHARES, "shares", "shares, for friends only too"),
            (M.CLICKS, "post_clicks", "clicks anywhere in the post"),
            (M.VIDEO_VIEWS, "post_video_views", "plays of three seconds and more"),
        ),
        accounts=_of(
            (M.VIEWS, "page_media_view", "how often anything of the Page was played or shown on the day"),
            (M.REACH, "page_total_media_view_unique", "people who saw anything of the Page, estimated"),
            (M.PROFILE_VIEWS, "page_views_total", "visits of the Page itself"),
            (M.NEW_FOLLOWERS, "page_daily_follows_unique", "people who began to follow, without those who left"),
            (M.FOLLOWERS, "followers_count", NOW),
        ),
        days_in="America/Los_Angeles",
        settles_after=2,
    ),
    "google_business": Book(
        posts=_of(),
        accounts=_of(
            (M.VIEWS, "BUSINESS_IMPRESSIONS", "people who saw the profile in Search or Maps, once a day each"),
            (
                M.CLICKS,
                "WEBSITE_CLICKS, CALL_CLICKS, BUSINESS_DIRECTION_REQUESTS",
                "calls, visits of the website and ways asked for",
            ),
        ),
        days_in="America/Los_Angeles",
        settles_after=5,
    ),
    "instagram": Book(
        posts=_of(
            (M.VIEWS, "views", "how often it was played or shown"),
            (M.REACH, "reach", "accounts that saw it at least once, estimated"),
            (M.LIKES, "like_count", "likes"),
            (M.COMMENTS, "comments_count", "comments"),
            (M.SHARES, "shares", "how often it was sent on or added to a story"),
            (M.SAVES, "saved", "accounts that saved it"),
            (M.CLICKS, "link_clicks", "taps on links; told of stories only"),
            (M.WATCH_SECONDS, "ig_reels_video_view_total_time", "time for which a reel was played, replays too"),
            (M.PROFILE_VIEWS, "profile_visits", "visits of the profile that came from it; not told of reels"),
            (M.NEW_FOLLOWERS, "follows", "accounts that began to follow from it"),
        ),
        accounts=_of(
            (M.VIEWS, "views", "how often anything of the account was played or shown on the day"),
            (M.REACH, "reach", "accounts that saw anything of it, estimated"),
            (M.LIKES, "likes", "likes on the day, of posts of any age"),
            (M.COMMENTS, "comments", "comments on the day, on posts of any age"),
            (M.SHARES, "shares", "shares on the day, of posts of any age"),
            (M.SAVES, "saves", "saves on the day, of posts of any age"),
            (M.CLICKS, "profile_links_taps", "taps on the address, mail and call buttons of the profile"),
            (M.FOLLOWERS, "followers_count", NOW),
            (M.POSTS, "media_count", NOW),
        ),
        people=_by("follower_demographics"),
        days_in="America/Los_Angeles",
        settles_after=2,
    ),
    "linkedin": Book(
        posts=_of(
            (M.VIEWS, "impressionCount", "how often it was on a screen for 300 ms and by half"),
            (M.REACH, "uniqueImpressionsCount", "members who saw it at least once, estimated"),
            (M.CLICKS, "clickCount", "clicks on the content, the company's name or its picture; of members, on links"),
            (M.LIKES, "likeCount", "reactions of every kind; may fall when they are taken back"),
            (M.COMMENTS, "commentCount", "comments"),
            (M.SHARES, "shareCount", "reposts"),
            (M.SAVES, "POST_SAVE", "members who saved it; told of members' posts only"),
        ),
        accounts=_of(
            (M.VIEWS, "impressionCount", "how often posts of any age were shown on the day"),
            (M.REACH, "uniqueImpressionsCount", "members who saw any of them, estimated"),
            (M.CLICKS, "clickCount", "clicks on posts of any age on the day"),
            (M.LIKES, "likeCount", "reactions on the day, to posts of any age"),
            (M.COMMENTS, "commentCount", "comments on the day, on posts of any age"),
            (M.SHARES, "shareCount", "reposts on the day, of posts of any age"),
            (M.SAVES, "POST_SAVE", "saves on the day; told of members only"),
            (M.PROFILE_VIEWS, "allPageViews", "views of the company's page"),
            (M.FOLLOWERS, "firstDegreeSize", NOW),
            (M.NEW_FOLLOWERS, "followerGains", "followers won on the day, paid for or not"),
        ),
        days_in="UTC",
        settles_after=2,
    ),
    "mastodon": Book(
        posts=_of(
            (M.LIKES, "favourites_count", "favourites that this server has heard of"),
            (M.SHARES, "reblogs_count", "boosts that this server has heard of"),
            (M.COMMENTS, "replies_count", "replies that this server has heard of"),
        ),
        accounts=_of(
            (M.FOLLOWERS, "followers_count", NOW),
            (M.POSTS, "statuses_count", f"posts, replies and boosts, {NOW}"),
        ),
    ),
    "pinterest": Book(
        posts=_of(
            (M.VIEWS, "IMPRESSION", "how often the Pin was on a screen"),
            (M.SAVES, "SAVE", "how often it was saved to a board"),
            (M.CLICKS, "OUTBOUND_CLICK", "clicks to the address of the Pin"),
            (M.LIKES, "TOTAL_REACTIONS", "reactions of every kind"),
            (M.COMMENTS, "TOTAL_COMMENTS", "comments"),
            (M.VIDEO_VIEWS, "VIDEO_MRC_VIEW", "plays of two seconds with half of it on the screen"),
            (M.NEW_FOLLOWERS, "USER_FOLLOW", "people who began to follow from it"),
            (M.PROFILE_VIEWS, "PROFILE_VISIT", "visits of the profile that came from it"),
        ),
        accounts=_of(
            (M.VIEWS, "IMPRESSION", "how often Pins of any age were on a screen on the day"),
            (M.SAVES, "SAVE", "saves on the day"),
            (M.CLICKS, "OUTBOUND_CLICK", "clicks to addresses of Pins on the day"),
            (M.FOLLOWERS, "follower_count", NOW),
            (M.POSTS, "pin_count", NOW),
        ),
        days_in="UTC",
        settles_after=2,
    ),
    "threads": Book(
        posts=_of(
            (M.VIEWS, "views", "how often it was shown; still being worked on, Meta says"),
            (M.LIKES, "likes", "likes"),
            (M.COMMENTS, "replies", "replies, of a first post those below its replies too"),
            (M.SHARES, "reposts, quotes, shares", "reposts, quotes and how often it was sent on"),
        ),
        accounts=_of(
            (M.PROFILE_VIEWS, "views", "visits of the profile on the day"),
            (M.LIKES, "likes", "likes, of posts of any age"),
            (M.COMMENTS, "replies", "replies to posts of any age"),
            (M.SHARES, "reposts, quotes", "reposts and quotes, of posts of any age"),
            (M.CLICKS, "clicks", "clicks on links in posts"),
            (M.FOLLOWERS, "followers_count", NOW),
        ),
        people=_by("follower_demographics"),
        days_in="America/Los_Angeles",
        settles_after=1,
    ),
    "tiktok": Book(
        posts=_of(
            (M.VIEWS, "view_count", "how often it was played"),
            (M.LIKES, "like_count", "likes"),
            (M.COMMENTS, "comment_count", "comments"),
            (M.SHARES, "share_count", "shares"),
        ),
        accounts=_of((M.FOLLOWERS, "follower_count", NOW), (M.POSTS, "video_count", f"public videos, {NOW}")),
    ),
    "x": Book(
        posts=_of(
            (M.VIEWS, "impression_count", "how often it was seen"),
            (M.LIKES, "like_count", "likes"),
            (M.COMMENTS, "reply_count", "replies"),
            (M.SHARES, "repost_count, quote_count", "reposts and quotes"),
            (M.SAVES, "bookmark_count", "bookmarks"),
            (M.CLICKS, "url_link_clicks", "clicks on links; told for 30 days"),
            (M.PROFILE_VIEWS, "user_profile_clicks", "clicks on the profile; told for 30 days"),
            (M.VIDEO_VIEWS, "video_views", "plays of two seconds with half of it on the screen"),
            (M.WATCH_SECONDS, "watch_time_ms", "time for which it was played"),
        ),
        accounts=_of((M.FOLLOWERS, "followers_count", NOW), (M.POSTS, "post_count", f"posts and replies, {NOW}")),
    ),
    "youtube": Book(
        posts=_of(
            (M.VIEWS, "viewCount", "views that YouTube took for real ones; of Shorts, each time one began"),
            (M.LIKES, "likeCount", "likes"),
            (M.COMMENTS, "commentCount", "comments and replies"),
            (M.SHARES, "shares", "how often the share button was used"),
            (M.WATCH_SECONDS, "estimatedMinutesWatched", "time for which it was watched, estimated"),
        ),
        accounts=_of(
            (M.VIEWS, "views", "views on the day, of videos of any age"),
            (M.VIDEO_VIEWS, "engagedViews", "views that went on beyond the first seconds"),
            (M.LIKES, "likes", "likes on the day"),
            (M.COMMENTS, "comments", "comments on the day"),
            (M.SHARES, "shares", "shares on the day"),
            (M.WATCH_SECONDS, "estimatedMinutesWatched", "time watched on the day, estimated"),
            (M.NEW_FOLLOWERS, "subscribersGained", "people who subscribed, without those who left"),
            (M.FOLLOWERS, "subscriberCount", f"subscribers rounded to three figures, {NOW}"),
            (M.POSTS, "videoCount", f"public videos, {NOW}"),
        ),
        days_in="America/Los_Angeles",
        settles_after=3,
    ),
}


NOTHING: Final = Book(posts={}, accounts={})


def definition(platform: str, of: str, metric: Metric) -> Definition | None:
    """What the platform means by this figure of a post or an account; None where it tells none."""
    book = BOOKS.get(platform, NOTHING)
    return (book.posts if of == POST else book.accounts).get(metric)


def settles_after(platform: str) -> int:
    return BOOKS.get(platform, NOTHING).settles_after
