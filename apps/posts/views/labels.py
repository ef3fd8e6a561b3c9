from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.posts import services
from apps.posts.forms import LabelForm
from apps.posts.models import Label
from apps.posts.views.pages import Kind, Line, form_page, here, kept
from apps.posts.views.pages import listed as list_page
from apps.tenants.access import MemberRequest, page

KIND = Kind(
    title="Labels",
    one="label",
    several="labels",
    lede="Words to find posts by. A post has any number of them.",
    empty="Label posts by theme, product or audience, and list them by it.",
    removal="It comes off every post. The posts stay as they are.",
    list_name="posts:labels",
    new_name="posts:label_new",
)


@require_safe
@page("post.view")
def listed(request: MemberRequest) -> HttpResponse:
    return list_page(request, KIND, Label.objects.filter(workspace=here(request)), _line)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.edit")
def make(request: MemberRequest) -> HttpResponse:
    form = LabelForm(request.POST or None)
    own: dict[str, Any] = {"workspace_id": here(request).pk, "actor": request.member.actor}
    done = kept(request, KIND, form, lambda said: services.make_label(**own, **said)) if request.POST else None
    return done or form_page(request, KIND, form, heading="New label", action_url=reverse("posts:label_new"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def change(request: MemberRequest, label_id: UUID) -> HttpResponse:
    label = _mine(request, label_id)
    form = LabelForm(request.POST) if request.method == "POST" else LabelForm.of(label)
    own: dict[str, Any] = {"label": label, "actor": request.member.actor}
    done = kept(request, KIND, form, lambda said: services.change_label(**own, **said))
    return done or form_page(
        request,
        KIND,
        form,
        heading=label.name,
        action_url=reverse("posts:label", args=[label.pk]),
        remove_url=reverse("posts:label_remove", args=[label.pk]),
    )


@require_POST
@page("post.view")
def remove(request: MemberRequest, label_id: UUID) -> HttpResponse:
    label = _mine(request, label_id)
    services.remove_label(label=label, actor=request.member.actor)
    messages.success(request, f"{label.name} was removed.")
    return redirect("posts:labels")


def _mine(request: MemberRequest, label_id: UUID) -> Label:
    label: Label = get_object_or_404(Label.objects, pk=label_id)
    request.member.require("post.edit", label.workspace_id)
    return label


def _line(label: Label, may_edit: bool) -> Line:
    return Line(
        name=label.name,
        colour=label.colour,
        note="",
        posts_url=f"{reverse('publishing:list')}?label={label.pk}",
        edit_url=reverse("posts:label", args=[label.pk]) if may_edit else "",
    )
