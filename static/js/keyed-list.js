// Lists with data-keyed="asc" or "desc": one child per id, the newer copy in the older one's place, in the order of
// data-sort. data-known-only: a copy that is dropped when there is no older one, data-gone: one that goes with it.
// Within data-holds nothing moves under a pointer or for who has scrolled down: what would, gets data-waits till then.
(() => {
  const settled = new WeakSet();
  const key = (item) => item.dataset.sort ?? "";
  const isHeld = (it) => !!it && (it.scrollTop > 0 || (it.matches(":hover") && matchMedia("(hover: hover)").matches));

  function keepNewest(list) {
    for (const item of [...list.children].filter((each) => !settled.has(each))) {
      const older = item.id && [...list.children].find((each) => each.id === item.id && settled.has(each));
      if (older) older.replaceWith(item);
      else if ("knownOnly" in item.dataset) item.remove();
      settled.add(item);
    }
  }

  function sort(list, held) {
    const isAbove = list.dataset.keyed === "asc" ? (one, two) => key(one) < key(two) : (one, two) => key(one) > key(two);
    for (const item of [...list.children]) {
      let [place, other] = [item];
      while ((other = place.previousElementSibling) && isAbove(item, other)) place = other;
      if (place !== item && !held) place.before(item);
      item.toggleAttribute("data-waits", place !== item && held);
      if ("gone" in item.dataset && !held) item.remove();
    }
  }

  function tidy() {
    const focused = document.activeElement;
    for (const list of document.querySelectorAll("[data-keyed]")) {
      keepNewest(list);
      sort(list, isHeld(list.closest("[data-holds]")));
    }
    if (document.activeElement === focused) return;
    (focused.isConnected ? focused : document.getElementById(focused.id))?.focus({ preventScroll: true });
  }

  const loosen = ({ target }) => target.matches?.("[data-holds]") && !isHeld(target) && tidy();
  document.addEventListener("htmx:afterSettle", tidy);
  for (const leaving of ["scroll", "mouseleave"]) document.addEventListener(leaving, loosen, true);
  tidy();
})();
