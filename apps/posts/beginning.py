"""A post that begins with a template: its words, and on each account the options of its platform."""

from __future__ import annotations

from dataclasses import replace

from apps.posts.content import Content, PartContent, VariantContent
from apps.posts.models import Part, Post, Template, Variant
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount


def begun(template: Template) -> Content:
    """The words of a template, for no account yet."""
    return Content(
        parts=tuple(
            PartContent(part.get("text", ""), role=PartRole(part["role"]), link=part.get("link", ""))
            for part in template.parts
        )
    )


def furnished(content: Content, template: Template) -> Content:
    """The same with the template's options on each account; what an account has of its own is kept."""
    ids = [variant.account_id for variant in content.variants]
    if not ids or not template.options:
        return content
    platforms = dict(SocialAccount.objects.filter(pk__in=ids).values_list("pk", "platform"))

    def with_options(variant: VariantContent) -> VariantContent:
        options = template.options.get(platforms.get(variant.account_id, ""), {})
        return replace(variant, options={**options, **variant.options})

    return replace(content, variants=tuple(with_options(variant) for variant in content.variants))


def taken_from(post: Post) -> tuple[list[dict[str, str]], dict[str, dict[str, str]]]:
    """What a template of this post has: its parts, and for each platform the options of the first account there."""
    rows = Part.objects.filter(post=post).order_by("position")
    parts = [{"role": part.role, "text": part.text, "link": part.link} for part in rows]
    options: dict[str, dict[str, str]] = {}
    for variant in Variant.objects.filter(post=post).select_related("account").order_by("id"):
        if variant.options:
            options.setdefault(variant.account.platform, dict(variant.options))
    return parts, options
