from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.platforms import registry
from apps.posts import services
from apps.posts.beginning import taken_from
from apps.posts.forms import TemplateForm
from apps.posts.models import Label, Post, PostLabel, Template
from apps.posts.views.pages import Kind, Line, form_page, here, kept
from apps.posts.views.pages import listed as list_page
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

KIND = Kind(
    title="Templates",
    one="template",
    several="templates",
    lede="Posts to begin with: words, comment and replies, with the labels that such posts have.",
    empty="What is written again and again is written once here. You can also make one from a post, on its page.",
    removal="Posts that began with it stay as they are.",
    list_name="posts:templates",
    new_name="posts:template_new",
)


@require_safe
@page("post.view")
def listed(request: MemberRequest) -> HttpResponse:
    return list_page(request, KIND, Template.objects.filter(workspace=here(request)), _line)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.edit")
def make(request: MemberRequest) -> HttpResponse:
    """A new template; `?post=` begins with the words of a post, and takes its options along."""
    workspace = here(request)
    post = _post(request, workspace)
    parts, options = taken_from(post) if post else ([], {})
    action_url = reverse("posts:template_new") + (f"?post={post.pk}" if post else "")
    if request.method == "POST":
        form = TemplateForm(request.POST, labels=_labels(workspace), replies=_replies(request))
        own: dict[str, Any] = {"workspace_id": workspace.pk, "actor": request.member.actor, "options": options}
        if done := kept(request, KIND, form, lambda said: services.make_template(**own, **said)):
            return done
    else:
        worn = PostLabel.objects.filter(post=post).values_list("label_id", flat=True) if post else ()
        form = TemplateForm.begun(
            parts, name=post.title[:80] if post else "", labels=_labels(workspace), own=[str(pk) for pk in worn]
        )
    return form_page(request, KIND, form, heading="New template", action_url=action_url, notes=_notes(options))


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def change(request: MemberRequest, template_id: UUID) -> HttpResponse:
    template = _mine(request, template_id)
    labels = _labels(template.workspace)
    if request.method == "POST":
        form = TemplateForm(request.POST, labels=labels, replies=_replies(request))
        own: dict[str, Any] = {"template": template, "actor": request.member.actor}
        if done := kept(request, KIND, form, lambda said: services.change_template(**own, **said)):
            return done
    else:
        form = TemplateForm.of(template, labels=labels)
    return form_page(
        request,
        KIND,
        form,
        heading=template.name,
        action_url=reverse("posts:template", args=[template.pk]),
        remove_url=reverse("posts:template_remove", args=[template.pk]),
        notes=_notes(template.options),
    )


@require_POST
@page("post.view")
def remove(request: MemberRequest, template_id: UUID) -> HttpResponse:
    template = _mine(request, template_id)
    services.remove_template(template=template, actor=request.member.actor)
    messages.success(request, f"{template.name} was removed.")
    return redirect("posts:templates")


def _mine(request: MemberRequest, template_id: UUID) -> Template:
    template: Template = get_object_or_404(Template.objects.select_related("workspace"), pk=template_id)
    request.member.require("post.edit", template.workspace_id)
    return template


def _post(request: MemberRequest, workspace: Workspace) -> Post | None:
    """The post that a template is made from; one that is not of this workspace is none."""
    try:
        wanted = UUID(request.GET.get("post", ""))
    except ValueError:
        return None
    return Post.objects.filter(pk=wanted, workspace=workspace, deleted_at=None).first()


def _labels(workspace: Workspace) -> QuerySet[Label]:
    rows: QuerySet[Label] = Label.objects.filter(workspace=workspace)
    return rows


def _replies(request: MemberRequest) -> int:
    """How many replies the form that was sent in had, but for the last one."""
    return min(sum(name.startswith("reply_") for name in request.POST), 99) - 1


def _notes(options: dict[str, Any]) -> list[str]:
    """What comes along without a field of its own."""
    if not options:
        return []
    several = ", ".join(registry.label(platform) for platform in sorted(options))
    return [f"The options for {several} come along with it."]


def _line(template: Template, may_edit: bool) -> Line:
    return Line(
        name=template.name,
        colour="",
        note=template.parts[0].get("text", "")[:140],
        write_url=f"{reverse('dashboard:compose')}?template={template.pk}" if may_edit else "",
        edit_url=reverse("posts:template", args=[template.pk]) if may_edit else "",
    )
