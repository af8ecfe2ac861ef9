// Sending: the box is empty and has a new id at once, so a second Enter sends nothing twice. What the server did not
// take comes back with its old id, so sending it again cannot double it either.
(() => {
  const waiting = new WeakMap(); // composer -> what has left and was not answered yet: {text, id, next}

  const field = (form) => form.querySelector("[data-text]");

  function write(form, text, id) {
    field(form).value = text;
    form.elements.client_id.value = id;
    field(form).dispatchEvent(new Event("input", { bubbles: true }));
  }

  // crypto.randomUUID is missing on plain http
  const random = () => crypto.getRandomValues(new Uint8Array(1))[0] & 15;
  const digit = (place) => (place === "y" ? 8 | (random() & 3) : random()).toString(16);
  const uuid = () => "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, digit);

  function leave(event) {
    const form = event.detail.elt;
    if (!form.matches("[data-composer]")) return;
    if (!field(form)?.value.trim()) return event.preventDefault();
    waiting.set(form, { text: field(form).value, id: form.elements.client_id.value, next: form.next ?? "" });
    form.querySelector("[data-problem]").textContent = "";
    write(form, form.next ?? "", uuid());
    form.next = "";
    document.dispatchEvent(new Event("forstok:sending"));
  }

  function answered(event) {
    const form = event.detail.elt;
    const sent = waiting.get(form);
    if (!sent) return;
    waiting.delete(form);
    const again = field(form).readOnly;
    field(form).readOnly = false;
    const { status } = event.detail.xhr;
    if (status >= 200 && status < 300) {
      if (again) setTimeout(() => form.requestSubmit());
    } else if (status !== 422) {
      form.next = field(form).value; // written meanwhile: its turn comes when the first one is through
      write(form, sent.text, sent.id);
      const problem = form.querySelector("[data-problem]");
      problem.textContent = problem.dataset.unsent;
    }
  }

  // Enter while the last one is under way: freeze the text, it goes next
  document.addEventListener("submit", (event) => waiting.has(event.target) && (field(event.target).readOnly = true), true);
  document.addEventListener("htmx:beforeRequest", leave);
  document.addEventListener("htmx:afterRequest", answered);
})();
