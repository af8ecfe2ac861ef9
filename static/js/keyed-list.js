// Lists with data-keyed="asc" or "desc": one child per id, where the newer copy takes the older one's place, and
// all children in the order of data-sort. data-known-only: a copy that is dropped when there is no older one.
(() => {
  const settled = new WeakSet();
  const key = (item) => item.dataset.sort ?? "";

  function keepNewest(list) {
    const kept = new Map();
    for (const item of [...list.children]) {
      const other = item.id && kept.get(item.id);
      const [newer, older] = settled.has(item) ? [other, item] : [item, other];
      if (other) older.replaceWith(newer);
      if (other || !("knownOnly" in item.dataset)) settled.add(newer || item);
      kept.set(item.id || item, newer || item);
    }
    for (const item of kept.values()) if (!settled.has(item)) item.remove();
  }

  function sort(list) {
    const belongsAfter = list.dataset.keyed === "desc" ? (one, other) => one < other : (one, other) => one > other;
    for (const item of [...list.children]) {
      let place = item;
      while (place.previousElementSibling && belongsAfter(key(place.previousElementSibling), key(item))) {
        place = place.previousElementSibling;
      }
      if (place !== item) place.before(item);
    }
  }

  function tidy() {
    const focused = document.activeElement;
    for (const list of document.querySelectorAll("[data-keyed]")) {
      keepNewest(list);
      sort(list);
    }
    if (document.activeElement === focused) return;
    (focused.isConnected ? focused : document.getElementById(focused.id))?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:afterSettle", tidy);
  document.addEventListener("DOMContentLoaded", tidy);
})();
