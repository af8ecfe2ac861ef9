// Writing: the key that its person has chosen sends, characters are counted as the marketplaces count them. What is
// typed is saved by the box's own hx-post; this tab keeps it only as long as the server does not have it.
(() => {
  const box = (within = document) => within.querySelector?.("[data-composer] [data-text]");
  const isBox = (element) => element.matches?.("[data-text]");
  const unsaved = (text) => sessionStorage.getItem(text.form.dataset.composer);
  const forget = (text) => sessionStorage.removeItem(text.form.dataset.composer);
  const changed = (text, how) => text?.dispatchEvent(new Event(how, { bubbles: true }));

  function draw({ target: text, type }) {
    if (!isBox(text)) return;
    const { form: { dataset, elements }, value } = text;
    const [length, limit] = [[...value].length, dataset.limit];
    Object.assign(elements.count, { value: `${length}/${limit}`, hidden: !(length >= limit * 0.8) });
    dataset.over = length > limit;
    text.rows = value.split("\n").length + length / 50; // it grows where field-sizing is not known, too
    if (type === "input") sessionStorage.setItem(dataset.composer, value);
    if (type === "forstok:sending") forget(text);
  }

  function opened({ target: part }) {
    const text = box(part);
    if (!text) return;
    text.value = unsaved(text) || text.value;
    unsaved(text) ? changed(text, "input") : draw({ target: text });
    if (matchMedia("(hover: hover) and (min-width: 720px)").matches) text.focus({ preventScroll: true });
  }

  function pressed(event) {
    const { target: text, key, shiftKey, ctrlKey, metaKey, isComposing, keyCode } = event;
    if (key !== "Enter" || !isBox(text) || isComposing || keyCode === 229) return; // 229: an input method's, in Safari
    if (!ctrlKey && !metaKey && (shiftKey || text.form.elements.enter_sends.value === "0")) return;
    event.preventDefault();
    text.form.elements.send.click();
  }

  function insert({ target }) {
    if (!target.matches?.("[data-insert]")) return;
    box().setRangeText(target.textContent, box().selectionStart, box().selectionEnd, "end");
    changed(box(), "input");
    box().focus();
  }

  function saving(event) {
    if (event.detail.target.id === "thread") changed(box(), "change"); // it is left this moment
    if (isBox(event.target) && unsaved(event.target) === null) event.preventDefault();
  }

  const saved = ({ detail: { xhr, requestConfig: { elt, parameters } } }) =>
    [200, 204].includes(xhr.status) && isBox(elt) && unsaved(elt) === parameters.text && forget(elt); // it may have been left meanwhile
  const on = { input: draw, "forstok:sending": draw, "htmx:load": opened, keydown: pressed, click: insert };
  Object.assign(on, { "htmx:beforeRequest": saving, "htmx:afterRequest": saved });
  for (const name in on) document.addEventListener(name, on[name]);
})();
