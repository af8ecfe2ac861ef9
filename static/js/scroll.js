// A thread lies upside down (column-reverse), so the browser itself keeps it at its end: scrollTop is 0 there and
// negative above. Somebody reading further up stays where they are, and is told of new messages.
(() => {
  let reading = null; // what somebody further up has before their eyes, and the newest bubble then
  const scroller = () => document.querySelector("[data-scroll-end]");
  const bubbles = () => [...document.querySelectorAll("#bubbles > .bubble")];
  const newest = () => bubbles().at(-1)?.dataset.sort ?? "";
  const place = (element) => element.getBoundingClientRect();
  const isAtEnd = () => scroller().scrollTop > -40;
  const toEnd = () => scroller()?.scrollTo({ top: 0 });
  const count = () => document.querySelector("[data-new-count]");
  const seen = () => count().replaceChildren();

  function remember() {
    const first = scroller() && !isAtEnd() && bubbles().find((each) => place(each).bottom > place(scroller()).top);
    const isGap = document.getElementById("below"); // nothing is new below it: what stands there is only loaded late
    reading = first && { id: first.id, top: place(first).top, newest: isGap ? "~" : newest() };
  }

  function restore() {
    const asked = document.querySelector("[data-found]:not([data-shown])");
    asked?.toggleAttribute("data-shown", true);
    asked?.scrollIntoView({ block: "center" });
    const anchor = reading && document.getElementById(reading.id);
    if (!anchor) return;
    scroller().scrollTop += place(anchor).top - reading.top;
    const added = bubbles().filter((each) => each.matches(".bubble--theirs") && each.dataset.sort > reading.newest);
    if (added.length) count().textContent = Number(count().textContent) + added.length;
    if (newest() > reading.newest) reading.newest = newest();
  }

  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", restore);
  document.addEventListener("scroll", ({ target }) => target === scroller() && isAtEnd() && seen(), true);
  document.addEventListener("click", ({ target }) => target.closest?.("[data-to-end]") && toEnd());
  document.addEventListener("forstok:sending", toEnd);
  restore();
})();
