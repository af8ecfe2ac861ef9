"""Shops and what is kept of them. No HTTP, no marketplace named."""

from marketplaces.models.feed import Feed
from marketplaces.models.media import MediaFile
from marketplaces.models.order import Order
from marketplaces.models.product import Product
from marketplaces.models.reply_rule import ReplyRule
from marketplaces.models.shops import Activation, App, Credential, Shop

__all__ = ["Activation", "App", "Credential", "Feed", "MediaFile", "Order", "Product", "ReplyRule", "Shop"]
