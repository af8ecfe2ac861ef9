"""What is to be done to many chats, and to which, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.filters import Filters, uuid_or_none
from conversations.models import BulkAction, Conversation, Tag
from conversations.querysets import ConversationQuerySet
from forstok_chat.accounts.models import Membership
from forstok_chat.accounts.permissions import Permission

CHOSEN, MATCHING = "chosen", "matching"
Verb = BulkAction.Verb


class BulkForm(forms.Form):
    """`chats`: the chosen ones, of those that this person sees; or everything that their list has now."""

    scope = forms.ChoiceField(choices=[(CHOSEN, ""), (MATCHING, "")], initial=CHOSEN)
    verb = forms.ChoiceField(
        choices=Verb.choices, error_messages={"required": _("Choose what is to be done.")}
    )
    to = forms.ModelChoiceField(Membership.objects.none(), to_field_name="uuid", required=False)
    tag = forms.ModelChoiceField(Tag.objects.none(), required=False)
    sure = forms.BooleanField(required=False)

    def __init__(self, filters: Filters, chats: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = filters
        keys = [key for text in chats if (key := uuid_or_none(text)) is not None]
        self.chosen = Conversation.objects.visible_to(filters.user).filter(pk__in=keys)
        sellers = filters.user.jobs.allowing(Permission.CHAT).values("seller")
        people = Membership.objects.allowing(Permission.CHAT).filter(seller__in=sellers)
        people = people.select_related("user").order_by("user__name", "pk")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        self.fields["tag"].queryset = Tag.objects.usable_by(filters.user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("verb") == Verb.ASSIGN and not cleaned.get("to"):
            self.add_error("to", _("Choose a colleague."))
        if cleaned.get("verb") in {Verb.TAG, Verb.UNTAG} and not cleaned.get("tag"):
            self.add_error("tag", _("Choose a tag."))
        if cleaned.get("scope") == CHOSEN and not self.chosen.exists():
            self.add_error("scope", _("Choose chats first."))
        return cleaned

    def chats(self) -> ConversationQuerySet:
        found = self.filters.conversations() if self.cleaned_data["scope"] == MATCHING else self.chosen
        return found.order_by()
