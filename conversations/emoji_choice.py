"""The emoji that can be chosen in the composer, those that shops write most first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    name: str | Promise
    emoji: tuple[str, ...]


def group(name: str | Promise, emoji: str) -> Group:
    return Group(name, tuple(emoji.split()))


GROUPS = (
    group(_("Most used"), "🙏 😊 👍 😁 ❤️ 🥰 😍 🤗 ✨ 🎉 🔥 ✅ 💯 👌 🙌 💪 🌟 🛍️ 📦 🚚 ⏰ 📍 ☺️ 🫶"),
    group(
        _("Faces"),
        "😀 😃 😄 😆 😅 🤣 😂 🙂 😉 😇 🤩 😘 😋 😜 🤪 🤭 🤔 🤫 😐 😏 😌 😴 🤤 😷 🤒 🥳 😎 🤓 🥺 😢 😭 "
        "😥 😓 😞 😔 😟 😕 😣 😫 😤 😡 😱 😳 🥵 🥶 😬 🙄 😮",
    ),
    group(
        _("Hands and people"),
        "👋 🤝 👏 ✌️ 🤞 🤟 🤙 👈 👉 👆 👇 ☝️ ✋ ✊ 🙋 🙋‍♀️ 🙋‍♂️ 🙇 🙇‍♀️ 💁 💁‍♀️ 🤷 🤷‍♀️ 🤦 👩 👨 👶 👪",
    ),
    group(_("Hearts and signs"), "💕 💖 💙 💚 💛 🧡 💜 🤍 🖤 💔 ⭐ ⚡ ❗ ❓ ❌ ⚠️ ➕ ➡️ 🔄 🆗 🆕 🆓 🔝 ♻️"),
    group(
        _("Shopping"),
        "🛒 🎁 🏷️ 💰 💵 💳 🧾 📮 ✉️ 🚛 🛵 ✈️ 🏠 🏪 📱 💻 🎧 📷 ⌚ 👕 👗 👖 👟 👜 💄 💍 🧴 🧸 🔋 🔌 🔧 📏 📝 📅 📞",
    ),
    group(
        _("Nature and food"),
        "🌸 🌹 🌻 🌿 🍀 🌈 ☀️ ☁️ 🌧️ 🌙 💦 🐱 🐶 🐰 🐟 🍚 🍜 🍗 🍞 🎂 🍰 🍫 🍎 🍌 🥭 ☕ 🍵 🥤",
    ),
)
