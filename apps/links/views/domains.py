"""A client's own domains for short links: name one, set what proves it, and have it looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.links import services
from apps.links.addresses import public_host
from apps.links.errors import LinkRefused
from apps.links.forms import LinkDomainForm
from apps.links.models import LinkDomain, Trouble
from apps.links.proving import proof_name
from apps.links.views.pages import here
from apps.tenants.access import MemberRequest, page

WORDS: Final = {
    Trouble.NO_RECORD: gettext_lazy(
        "%(name)s was not found. Set it, as below, where the domain is managed; a new name may take an hour to be seen."
    ),
    Trouble.WILDCARD: gettext_lazy(
        "Every name below %(host)s is answered (a record such as *.%(host)s), so that ours proves nothing. Take that "
        "record away, or use a domain without one."
    ),
    Trouble.NOT_HERE: gettext_lazy(
        "%(host)s leads to no address. Set the first record below, and wait until it is seen."
    ),
    Trouble.NO_CERTIFICATE: gettext_lazy(
        "%(host)s leads somewhere, but without a valid certificate for it. Whoever runs Postroom has to add the domain "
        "to the server that holds its certificates."
    ),
    Trouble.UNREACHABLE: gettext_lazy("Nothing answered at https://%(host)s in time. Look where the domain leads."),
    Trouble.ELSEWHERE: gettext_lazy(
        "Another server answered at https://%(host)s. The domain has to lead to %(target)s, and to nothing in between "
        "that answers by itself."
    ),
    Trouble.TAKEN: gettext_lazy(
        "Links of another workspace of this Postroom are on %(host)s. Take that one's record away; once it has been "
        "gone for a week, the domain is yours by itself."
    ),
    Trouble.NOT_LOOKED_UP: gettext_lazy(
        "%(host)s could not be looked up: its name servers, or ours, gave no answer. It is tried again by itself."
    ),
}
# Of those that Postroom would look at by itself, once it does so no more.
GIVEN_UP: Final = {
    Trouble.TAKEN: gettext_lazy(
        "Links of another workspace of this Postroom are on %(host)s. Take that one's record away. Postroom no longer "
        "looks by itself: once the record has been gone for a week, have the domain checked here."
    ),
    Trouble.NOT_LOOKED_UP: gettext_lazy(
        "%(host)s could not be looked up: its name servers, or ours, gave no answer. Postroom no longer looks by "
        "itself: have the domain checked here once its names are answered."
    ),
}


@dataclass(frozen=True, slots=True)
class DomainRow:
    """`words` say what is in the way, "" for nothing."""

    host: str
    state: str
    tone: str
    words: str
    proof_name: str
    checked_at: datetime | None
    verified_at: datetime | None
    check_url: str
    remove_url: str


@require_http_methods(["GET", "HEAD", "POST"])
@page("workspace.edit")
def domains(request: MemberRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    workspace = here(request)
    form = LinkDomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_domain(workspace=workspace, actor=request.member.actor, **form.cleaned_data)
        except LinkRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Set both records, then have it checked."))
            return redirect("links:domains")
    rows = LinkDomain.objects.filter(workspace=workspace)
    context = {
        "domains": [_row(domain) for domain in rows],
        "target": public_host(),
        "form": form,
        "zone": workspace.timezone,
        "action_url": request.path,
        "back_url": reverse("links:links"),
    }
    return render(request, "links/domains.html", context, status=422 if form.errors else 200)


@require_POST
@page("workspace.edit")
def check(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    def ask(domain: LinkDomain) -> None:
        services.ask_check(domain=domain, actor=request.member.actor)

    return _done(request, domain_id, ask, _("It is looked at within half a minute. Load this page again then."))


@require_POST
@page("workspace.edit")
def remove(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    def take_away(domain: LinkDomain) -> None:
        services.remove_domain(domain=domain, actor=request.member.actor)

    return _done(request, domain_id, take_away, _("The domain was removed."))


def _done(request: MemberRequest, pk: UUID, work: Callable[[LinkDomain], None], words: str) -> HttpResponse:
    domain: LinkDomain = get_object_or_404(LinkDomain, pk=pk)
    request.member.require("workspace.edit", domain.workspace_id)
    try:
        work(domain)
    except LinkRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, words)
    return redirect("links:domains")


def words_of(domain: LinkDomain) -> str:
    """What has to be mended, "" for nothing."""
    if not domain.problem:
        return ""
    facts = {"host": domain.host, "name": proof_name(domain), "target": public_host()}
    words = GIVEN_UP if domain.is_given_up else WORDS
    said = str(words[Trouble(domain.problem)] % facts)
    return f"{said} {_('Until this is mended, no new links are made on it.')}" if _is_out_of_use(domain) else said


def _is_out_of_use(domain: LinkDomain) -> bool:
    return domain.verified_at is not None and domain.is_lapsed


def _row(domain: LinkDomain) -> DomainRow:
    is_due = domain.next_check_at is not None and domain.next_check_at <= clock.now()
    is_waiting = is_due and domain.verified_at is None
    state, tone = (_("Not checked yet"), "") if not domain.checked_at else (_("Not verified"), "bad")
    if is_waiting:
        state, tone = _("Being checked"), "warn"
    elif domain.verified_at:
        state, tone = (_("Verified, but in trouble"), "warn") if domain.problem else (_("Verified"), "ok")
    return DomainRow(
        host=domain.host,
        state=state,
        tone=tone,
        words=words_of(domain),
        proof_name=proof_name(domain),
        checked_at=domain.checked_at,
        verified_at=domain.verified_at,
        check_url=reverse("links:domain_check", args=[domain.pk]),
        remove_url=reverse("links:domain_remove", args=[domain.pk]),
    )
