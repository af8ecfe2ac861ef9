"""What a seller changes on products elsewhere (not in shopee.md; names from Shopee's public API list)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplaces.sandbox.catalogue import Model, Product
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.products import get_model_list_of
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.tiles import tile_name

BOOST_S = 4 * 3600


def add_item(call: Call) -> dict[str, Any]:
    name, price = call.body.get("item_name"), _amount(call.body, "original_price")
    if not isinstance(name, str) or not name:
        raise ShopeeError("error_param", "Wrong parameters, detail: item_name is needed.")
    products, now = call.sandbox.world.catalogue.products_of(call.shop), call.sandbox.clock.now_s()
    made = Product(
        id=max(products, default=call.shop.id) + 1,
        name=name,
        sku=str(call.body.get("item_sku", "")),
        price=price,
        stock=_stock(call.body),
        picture=_picture(call, name),
        created_at=now,
        updated_at=now,
        status=str(call.body.get("item_status", "NORMAL")),
    )
    products[made.id] = made
    call.sandbox.catalogue_changed()
    return {
        "item_id": made.id,
        "item_name": name,
        "item_status": made.status,
        "price_info": {"current_price": float(price), "original_price": float(price)},
        "images": {"image_url_list": [picture_url(call.sandbox, made.picture)]},
        "seller_stock": [{"location_id": "IDZ", "stock": made.stock}],
    }


def update_item(call: Call) -> dict[str, Any]:
    changed = _changed(call)
    changed.name = str(call.body.get("item_name") or changed.name)
    changed.sku = str(call.body.get("item_sku") or changed.sku)
    if call.body.get("image"):
        changed.picture = _picture(call, changed.name)
    return {"item_id": changed.id, "item_name": changed.name, "item_status": changed.status}


def delete_item(call: Call) -> dict[str, Any]:
    _changed(call).status = "SELLER_DELETE"
    return {}


def unlist_item(call: Call) -> dict[str, Any]:
    def unlist(row: dict[str, Any]) -> dict[str, Any]:
        _changed(call, row).status = "UNLIST" if row.get("unlist") else "NORMAL"
        return {"item_id": row["item_id"], "unlist": bool(row.get("unlist"))}

    return _each(call, "item_list", unlist)


def boost_item(call: Call) -> dict[str, Any]:
    wanted = [{"item_id": item_id} for item_id in _list(call, "item_id_list")]
    for row in wanted:
        _changed(call, row).boosted_until = call.sandbox.clock.now_s() + BOOST_S
    return {"failure_list": [], "success_list": {"item_id_list": [row["item_id"] for row in wanted]}}


def get_boosted_list(call: Call) -> dict[str, Any]:
    now, products = call.sandbox.clock.now_s(), call.sandbox.world.catalogue.products_of(call.shop)
    rows = [(product.id, product.boosted_until - now) for product in products.values()]
    return {"item_list": [{"item_id": i, "cool_down_second": left} for i, left in rows if left > 0]}


def update_price(call: Call) -> dict[str, Any]:
    changed = _changed(call)

    def reprice(row: dict[str, Any]) -> dict[str, Any]:
        price = _amount(row, "original_price")
        _priced(changed, row).price = price
        return {"model_id": row.get("model_id", 0), "original_price": float(price)}

    return _each(call, "price_list", reprice)


def update_stock(call: Call) -> dict[str, Any]:
    changed = _changed(call)

    def restock(row: dict[str, Any]) -> dict[str, Any]:
        _priced(changed, row).stock = _stock(row)
        return {"model_id": row.get("model_id", 0), "location_id": "IDZ", "stock": _stock(row)}

    return _each(call, "stock_list", restock)


def init_tier_variation(call: Call) -> dict[str, Any]:
    changed, names = _changed(call), _options(call)
    changed.models = []
    for row in _list(call, "model"):
        _add_model(changed, names, row)
    return get_model_list_of(changed) | {"item_id": changed.id}


def update_tier_variation(call: Call) -> dict[str, Any]:
    """Other names for the same choices."""
    changed = _changed(call)
    for model, name in zip(changed.models, _options(call), strict=False):
        model.name = name
    return {}


def add_model(call: Call) -> dict[str, Any]:
    changed = _changed(call)
    names = [model.name for model in changed.models]
    rows = _list(call, "model_list")
    for row in rows:
        _add_model(changed, names, row)
    return {"model": get_model_list_of(changed)["model"][-len(rows) :]}


def update_model(call: Call) -> dict[str, Any]:
    """Only the names of the models' own stock keeping units, which nothing here shows."""
    changed = _changed(call)
    for row in _list(call, "model"):
        _model(changed, row.get("model_id"))
    return {}


def delete_model(call: Call) -> dict[str, Any]:
    changed = _changed(call)
    changed.models.remove(_model(changed, call.body.get("model_id")))
    return {}


def _add_model(changed: Product, names: list[str], row: dict[str, Any]) -> None:
    place = (row.get("tier_index") or [0])[0]
    name = names[place] if place < len(names) else f"Pilihan {place + 1}"
    model_id = max((model.id for model in changed.models), default=changed.id * 100) + 1
    changed.models.append(Model(model_id, name, _amount(row, "original_price"), _stock(row)))


def _options(call: Call) -> list[str]:
    tiers = _list(call, "tier_variation")
    return [str(option["option"]) for option in tiers[0]["option_list"]] if tiers else []


def _changed(call: Call, row: dict[str, Any] | None = None) -> Product:
    """The product that the body, or a row of it, names; noted as changed now."""
    item_id = (call.body if row is None else row).get("item_id")
    found = call.sandbox.world.catalogue.products_of(call.shop).get(item_id or 0)
    if found is None:
        raise ShopeeError("product.error_item_not_found", "Product is not found.")
    found.updated_at = call.sandbox.clock.now_s()
    call.sandbox.catalogue_changed()
    return found


def _priced(changed: Product, row: dict[str, Any]) -> Product | Model:
    """What has a price and a stock: a model, or the product when it has none."""
    return _model(changed, row.get("model_id")) if changed.models else changed


def _model(changed: Product, model_id: Any) -> Model:
    for model in changed.models:
        if model.id == model_id:
            return model
    raise ShopeeError("product.error_model_not_found", "Model is not found.")


def _each(call: Call, name: str, act: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {"failure_list": [], "success_list": [act(row) for row in _list(call, name)]}


def _list(call: Call, name: str) -> list[Any]:
    value = call.body.get(name)
    if not isinstance(value, list) or not value:
        raise ShopeeError("error_param", f"Wrong parameters, detail: {name} is needed.")
    return value


def _amount(row: dict[str, Any], name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int | float) or value <= 0:
        raise ShopeeError("error_param", f"Wrong parameters, detail: invalid {name}.")
    return int(value)


def _stock(row: dict[str, Any]) -> int:
    """`seller_stock` of today, or `normal_stock` as it was."""
    listed = row.get("seller_stock")
    value = listed[0].get("stock") if isinstance(listed, list) and listed else row.get("normal_stock")
    if not isinstance(value, int) or value < 0:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid stock.")
    return value


def _picture(call: Call, name: str) -> str:
    """The first of the uploaded pictures; one is drawn when there is none."""
    ids = (call.body.get("image") or {}).get("image_id_list") or [tile_name("tile", name, len(name) * 31)]
    if call.sandbox.files.read(str(ids[0])) is None:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid image_id.")
    return str(ids[0])
