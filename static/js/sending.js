// Sending: the bubble stands in the thread and the box is empty at once, while the texts go to the server one after
// another. What it did not take comes back with its old id, so that sending it again cannot double it.
(() => {
  const line = []; // what has left the box and was not answered yet, oldest first
  const uuid = () => URL.createObjectURL(new Blob()).slice(-36); // crypto.randomUUID is missing on plain http
  const joined = (...texts) => texts.filter(Boolean).join("\n");
  const along = (form) => form.querySelector("[data-canned-chosen]");

  function write(form, words, id, brought = []) {
    const { client_id, text } = form.elements;
    [client_id.value, text.value] = [id, words];
    along(form).replaceChildren(...brought);
    text.dispatchEvent(new Event(words ? "input" : "forstok:sending", { bubbles: true }));
  }

  function leave(event) {
    const [form, values] = [event.target, new FormData(event.target)];
    if (!form.matches("[data-composer]")) return;
    event.preventDefault();
    if (!values.get("text").trim() && !document.querySelector("#files [name=take_out]")) return;
    const bubble = form.querySelector("[data-sending]").content.firstElementChild.cloneNode(true);
    Object.assign(bubble, { id: `message-${values.get("client_id")}`, inert: true });
    bubble.querySelector(".bubble__text").textContent = values.get("text");
    const isThere = document.getElementById(bubble.id); // it arrived after all, only its answer was lost
    if (values.get("text").trim() && !isThere) document.getElementById("bubbles").append(bubble);
    form.querySelector("[data-problem]").textContent = "";
    line.push({ key: form.dataset.composer, url: form.action, values, bubble, brought: [...along(form).children] });
    write(form, form.dataset.next ?? "", uuid());
    form.dataset.next = "";
    if (line.length === 1) go();
  }

  function go() {
    const to = { source: document.body, target: document.body, swap: "none", values: line[0]?.values };
    if (line.length) htmx.ajax("POST", line[0].url, to).catch(() => {});
  }

  function answered({ detail: { elt, xhr } }) {
    if (elt !== document.body || !line.length) return;
    if (xhr.status >= 200 && xhr.status < 300) line.shift().bubble.remove();
    else for (const each of line.splice(0).reverse()) giveBack(each, xhr.status === 422);
    go();
  }

  // Those behind the one that was not taken come back, too: the next one is in the box when the first one has left it.
  function giveBack({ key, values, bubble, brought }, isToldWhy) {
    const [form, text] = [document.querySelector(`[data-composer="${key}"]`), values.get("text")];
    bubble.remove();
    if (!form) return sessionStorage.setItem(key, joined(text, sessionStorage.getItem(key)));
    form.dataset.next = joined(form.elements.text.value, form.dataset.next);
    write(form, text, values.get("client_id"), brought);
    if (!isToldWhy) form.querySelector("[data-problem]").textContent = form.querySelector("[data-problem]").dataset.unsent;
  }

  document.addEventListener("submit", leave);
  document.addEventListener("htmx:afterRequest", answered);
})();
