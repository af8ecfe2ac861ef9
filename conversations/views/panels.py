"""The side of a conversation: what it shows, and sending what is chosen there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from conversations import panels
from conversations.dispatch import Draft
from conversations.filters import Filters
from conversations.forms import ProductsForm
from conversations.models import Conversation
from conversations.templatetags.goods import price
from conversations.views.sending import client_id, send
from conversations.views.thread import find
from forstok_chat.http import ChatRequest
from marketplaces.content import Kind
from marketplaces.models import Product


@require_GET
@login_required
def buyer(request: ChatRequest, pk: UUID) -> HttpResponse:
    return show(request, pk, "buyer")


@require_http_methods(["GET", "POST"])
@login_required
def orders(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: this buyer's orders in this shop. POST: one of them as a card."""
    if request.method == "GET":
        return show(request, pk, "orders")
    conversation = find(request, pk)
    order = panels.order_of(conversation, request.POST.get("order", ""))
    if order is None:
        raise Http404
    draft = Draft(Kind.ORDER, payload={"order": order.remote_id})
    sent = [(draft, client_id(request, order.remote_id))]
    return send(request, conversation, sent, panels.panel(conversation, "orders", sent=1))


@require_http_methods(["GET", "POST"])
@login_required
def products(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: the picker, searched. POST: the chosen ones as cards, or as texts where there are no cards."""
    if request.method == "GET":
        return show(request, pk, "products")
    conversation = find(request, pk)
    form = ProductsForm(conversation.shop, request.POST)
    if not form.is_valid():
        return refuse(request, conversation, form)
    chosen = form.cleaned_data["product"]
    drafts = [(draft_of(product), client_id(request, product.remote_id)) for product in chosen]
    context = panels.panel(conversation, "products", search=request.POST.get("search", ""), sent=len(drafts))
    return send(request, conversation, drafts, context)


def draft_of(product: Product) -> Draft:
    """A card where the marketplace has them, else a text with what the card would tell."""
    if product.shop.connector.can("send_product"):
        return Draft(Kind.PRODUCT, payload={"product": product.remote_id})
    return Draft(Kind.TEXT, text="\n".join(filter(None, [product.name, price(product), product.url])))


@require_http_methods(["GET", "POST"])
@login_required
def stickers(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: those seen in this shop. POST: one of them to the buyer."""
    conversation = find(request, pk)
    seen = panels.stickers(conversation.shop)
    if request.method == "GET":
        context = {"conversation": conversation, "stickers": seen, "filters": filters_of(request)}
        return render(request, "conversations/_stickers.html", context)
    chosen = {"package": request.POST.get("package", ""), "sticker": request.POST.get("sticker", "")}
    if chosen not in seen:
        raise Http404
    return send(
        request, conversation, [(Draft(Kind.STICKER, payload=chosen), client_id(request, str(chosen)))]
    )


def show(request: ChatRequest, pk: UUID, name: str) -> HttpResponse:
    """The panel alone for htmx, the whole page for a browser without scripts. The choice is kept. 204 for a
    picker that asks whether it still looks the same."""
    conversation = find(request, pk)
    if request.session.get("panel") != name:
        request.session["panel"] = name
    if not request.htmx:
        return redirect(reverse("conversations:thread", args=[pk]) + "?" + request.GET.urlencode())
    search, above, shown = (request.GET.get(key, "").strip() for key in ("search", "above", "shown"))
    context = panels.panel(conversation, name, search=search, above=above, shown=shown)
    if name == "products" and request.GET.get("look") == context["products"].look:
        return HttpResponse(status=204)
    is_list = "above" in request.GET
    context |= {"filters": filters_of(request), "keeps_choice": is_list}
    return render(request, f"conversations/{'_products.html' if is_list else '_panel.html'}", context)


def refuse(request: ChatRequest, conversation: Conversation, form: ProductsForm) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:thread", conversation.pk)
    context: dict[str, Any] = panels.panel(conversation, "products", search=request.POST.get("search", ""))
    problems = [error for errors in form.errors.values() for error in errors]
    context |= {"problem": " ".join(map(str, problems)), "filters": filters_of(request)}
    return render(request, "conversations/_panel.html", context, status=422)


def filters_of(request: ChatRequest) -> Filters:
    return Filters.from_query(request.user, request.GET)
