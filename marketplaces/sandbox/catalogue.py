"""Who is in the world and what is on sale: shops, buyers, products, orders."""

from __future__ import annotations

from dataclasses import dataclass, field

# (marketplace, shop id)
ShopKey = tuple[str, int]


@dataclass(slots=True)
class Shop:
    marketplace: str
    id: int
    name: str
    user_id: int  # the owner's account: the shop's side of a chat
    username: str
    password: str
    domain: str
    created_at: int  # seconds
    is_attached: bool = True  # Tokopedia: on the app's list
    is_accepted: bool = True  # Tokopedia: the owner answered yes to the mail
    description: str = ""

    @property
    def key(self) -> ShopKey:
        return self.marketplace, self.id


@dataclass(slots=True)
class MainAccount:
    """One login over several shops: Shopee (shopee.md 2.1) and TikTok Shop, where every shop has one."""

    marketplace: str
    id: int
    username: str
    password: str
    shop_ids: list[int]


@dataclass(slots=True)
class Buyer:
    marketplace: str
    id: int
    name: str
    username: str
    picture: str  # a file name, "" when the buyer has none
    rules: dict[str, bool | float] = field(default_factory=dict)  # contact rules; see each rules.py
    platform: str = ""  # TikTok Shop: TIKTOK_SHOP or TOKOPEDIA


@dataclass(slots=True)
class Model:
    id: int
    name: str
    price: int  # rupiah
    stock: int


@dataclass(slots=True)
class Product:
    id: int
    name: str
    sku: str
    price: int  # rupiah
    stock: int
    picture: str
    created_at: int  # seconds
    updated_at: int  # seconds
    status: str = "NORMAL"
    boosted_until: int = 0  # seconds
    models: list[Model] = field(default_factory=list)

    @property
    def total_stock(self) -> int:
        return sum(model.stock for model in self.models) if self.models else self.stock


@dataclass(slots=True)
class OrderLine:
    product_id: int
    name: str
    model_id: int
    model_name: str
    quantity: int
    price: int  # rupiah, one piece
    picture: str


@dataclass(slots=True)
class Order:
    id: str  # Shopee's order_sn; digits elsewhere
    buyer_id: int
    status: str  # Shopee's words
    lines: list[OrderLine]
    shipping: int  # rupiah
    created_at: int  # seconds
    updated_at: int  # seconds
    carrier: str = "JNE Reguler"
    note: str = ""  # the seller's own

    @property
    def total(self) -> int:
        return sum(line.quantity * line.price for line in self.lines) + self.shipping


@dataclass(slots=True)
class Catalogue:
    shops: dict[ShopKey, Shop] = field(default_factory=dict)
    main_accounts: list[MainAccount] = field(default_factory=list)
    buyers: dict[tuple[str, int], Buyer] = field(default_factory=dict)
    products: dict[ShopKey, dict[int, Product]] = field(default_factory=dict)
    orders: dict[ShopKey, dict[str, Order]] = field(default_factory=dict)
    default_rules: dict[str, bool | float] = field(
        default_factory=dict
    )  # for buyers who have none of their own

    def products_of(self, shop: Shop) -> dict[int, Product]:
        return self.products.setdefault(shop.key, {})

    def on_sale(self, shop: Shop) -> list[Product]:
        """What a buyer of the shop sees."""
        return [product for product in self.products_of(shop).values() if product.status == "NORMAL"]

    def orders_of(self, shop: Shop) -> dict[str, Order]:
        return self.orders.setdefault(shop.key, {})

    def orders_between(self, shop: Shop, buyer_id: int) -> list[Order]:
        """Newest first."""
        found = [order for order in self.orders_of(shop).values() if order.buyer_id == buyer_id]
        return sorted(found, key=lambda order: order.created_at, reverse=True)

    def accounts_of(self, marketplace: str) -> list[MainAccount]:
        return [account for account in self.main_accounts if account.marketplace == marketplace]

    def find_buyer(self, marketplace: str, who: int | str) -> Buyer | None:
        """By id, or by the shown name or the user name."""
        if str(who).isdigit():
            return self.buyers.get((marketplace, int(who)))
        named = (b for b in self.buyers.values() if b.marketplace == marketplace)
        return next((b for b in named if who in (b.name, b.username)), None)
