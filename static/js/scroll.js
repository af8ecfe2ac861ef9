// A thread lies upside down (column-reverse), so the browser itself keeps it at its end: scrollTop is 0 there and
// negative above. Somebody reading further up stays where they are, and is told of new messages.
(() => {
  const NEAR = 40;
  let reading = null; // what somebody further up has before their eyes: {id, top}
  let newest = "";

  const scroller = () => document.querySelector("[data-scroll-end]");
  const isAtEnd = (element) => element.scrollTop > -NEAR;
  const bubbles = (element) => [...element.querySelectorAll(".bubble")];

  function remember() {
    const element = scroller();
    reading = null;
    if (!element) return;
    newest = bubbles(element).at(-1)?.dataset.sort ?? "";
    if (isAtEnd(element)) return;
    const edge = element.getBoundingClientRect().top;
    const first = bubbles(element).find((bubble) => bubble.getBoundingClientRect().bottom > edge);
    if (first) reading = { id: first.id, top: first.getBoundingClientRect().top };
  }

  function restore() {
    const element = scroller();
    const anchor = reading && document.getElementById(reading.id);
    if (!element || !anchor) return;
    const added = bubbles(element).filter((bubble) => bubble.dataset.sort > newest);
    element.scrollTop += anchor.getBoundingClientRect().top - reading.top;
    newest = bubbles(element).at(-1)?.dataset.sort ?? "";
    const count = added.filter((bubble) => bubble.classList.contains("bubble--theirs")).length;
    const badge = document.querySelector("[data-new-count]");
    if (count) badge.textContent = Number(badge.textContent) + count;
    if (count) badge.parentElement.hidden = false;
  }

  function scrolled(event) {
    const button = document.querySelector("[data-to-end]");
    if (!button || event.target !== scroller() || !isAtEnd(event.target)) return;
    button.hidden = true;
    button.querySelector("[data-new-count]").textContent = "";
  }

  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", restore);
  document.addEventListener("scroll", scrolled, true);
  document.addEventListener("click", (event) => event.target.closest?.("[data-to-end]") && scroller().scrollTo({ top: 0 }));
  document.addEventListener("forstok:sending", () => scroller()?.scrollTo({ top: 0 }));
})();
