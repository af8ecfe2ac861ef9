// "/" begins a canned reply: typing narrows the list, arrows move in it, Enter or a click takes one.
(() => {
  const [list, chosen] = ["canned", "canned-chosen"].map((name) => () => document.querySelector(`[data-${name}]`));
  const move = (from, to) => to && [from, to].map((each) => each.setAttribute("aria-selected", each === to));
  const keys = { Enter: take, Escape: (at) => at.parentElement.remove(), ArrowDown: (at) => move(at, at.nextElementSibling) };
  keys.ArrowUp = (at) => move(at, at.previousElementSibling);

  function take(offer) {
    const { text } = offer.closest("form").elements;
    chosen().replaceChildren(offer.querySelector("template").content.cloneNode(true));
    Object.assign(text, { value: offer.dataset.fill }).dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }

  document.addEventListener("input", ({ target, isTrusted }) => {
    if (!target.matches("[data-text]") || !list()) return;
    target.value.startsWith("/") ? list().dispatchEvent(new Event("ask")) : list().replaceChildren();
    if (!target.value && isTrusted) chosen().replaceChildren(); // emptied by a person, not by sending
  });
  document.addEventListener("keydown", (event) => {
    const at = event.target.matches("[data-text]") && list()?.querySelector("[aria-selected=true]");
    if (!at || event.isComposing || !keys[event.key]) return;
    event.stopPropagation(event.preventDefault());
    keys[event.key](at);
  }, true);
  document.addEventListener("click", ({ target }) => target.closest?.("[data-fill]") && take(target.closest("[data-fill]")));
})();
