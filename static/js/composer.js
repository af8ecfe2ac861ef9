// Writing: Enter sends, Shift+Enter breaks the line, the box grows, characters are counted as the marketplaces count
// them, and what was begun in one conversation is still there after looking into another.
(() => {
  const grows = CSS.supports("field-sizing", "content");
  const draftOf = (form) => `draft:${form.dataset.conversation}`;

  function written(text) {
    const form = text.form;
    text.value ? sessionStorage.setItem(draftOf(form), text.value) : sessionStorage.removeItem(draftOf(form));
    draw(text);
  }

  function draw(text) {
    const count = text.form.querySelector("[data-count]");
    if (count) {
      const limit = Number(text.form.dataset.limit);
      const length = [...text.value].length;
      count.value = `${length}/${limit}`;
      count.hidden = length < limit * 0.8;
      count.dataset.over = length > limit;
    }
    if (!grows) text.style.height = "auto";
    if (!grows) text.style.height = `${text.scrollHeight}px`;
  }

  function opened() {
    const form = document.querySelector("[data-composer]");
    const text = form?.querySelector("[data-text]");
    if (!text || "opened" in form.dataset) return;
    form.dataset.opened = "";
    if (!text.value) text.value = sessionStorage.getItem(draftOf(form)) ?? "";
    draw(text);
    if (matchMedia("(hover: hover) and (min-width: 720px)").matches) text.focus({ preventScroll: true });
  }

  document.addEventListener("input", (event) => event.target.matches("[data-text]") && written(event.target));
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-text]") || event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return; // the Enter that ends an input method's word
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", opened);
  document.addEventListener("DOMContentLoaded", opened);
})();
