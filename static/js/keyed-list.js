// Lists with data-keyed="asc" or "desc": one child per id, where the newer copy takes the older one's place, and
// all children in the order of data-sort. data-known-only: nothing without an older copy. data-gone: nothing at all.
(() => {
  const settled = new WeakSet();

  function keepNewest(list) {
    const kept = new Map();
    for (const item of [...list.children]) {
      const other = item.id && kept.get(item.id);
      if (other) {
        const newer = settled.has(item) ? other : item;
        replace(newer === item ? other : item, newer);
        kept.set(item.id, newer);
      } else {
        kept.set(item.id || item, item);
        if (!settled.has(item) && !("knownOnly" in item.dataset)) settled.add(item);
      }
    }
    for (const item of kept.values()) {
      if ("gone" in item.dataset || !settled.has(item)) item.remove();
    }
  }

  function replace(older, newer) {
    const focused = older.contains(document.activeElement) && document.activeElement;
    older.replaceWith(newer);
    settled.add(newer);
    if (focused) {
      const same = focused.id && document.getElementById(focused.id);
      (same || newer.querySelector("a, button"))?.focus({ preventScroll: true });
    }
  }

  function sort(list) {
    const order = list.dataset.keyed === "desc" ? -1 : 1;
    const key = (item) => item.dataset.sort ?? "";
    for (const item of [...list.children]) {
      let before = item.previousElementSibling;
      if (!before || order * compare(key(before), key(item)) <= 0) continue;
      while (before && order * compare(key(before), key(item)) > 0) before = before.previousElementSibling;
      const focused = item.contains(document.activeElement) && document.activeElement;
      before ? before.after(item) : list.prepend(item);
      if (focused) focused.focus({ preventScroll: true });
    }
  }

  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  function tidy() {
    for (const list of document.querySelectorAll("[data-keyed]")) {
      keepNewest(list);
      sort(list);
    }
  }

  document.addEventListener("htmx:afterSettle", tidy);
  document.addEventListener("DOMContentLoaded", tidy);
})();
