"use strict";
{
  const talk = document.querySelector("[data-live]");
  const form = document.querySelector("[data-write]");
  let asking = false;

  const toEnd = () => { talk.scrollTop = talk.scrollHeight; };

  async function look() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(talk.dataset.live + talk.dataset.last);
      if (answer.status === 200) {
        talk.insertAdjacentHTML("beforeend", await answer.text());
        talk.dataset.last = talk.lastElementChild.dataset.message;
        toEnd();
      }
    } catch { /* the sandbox is restarting; the next look will tell */ }
    asking = false;
  }

  async function write(values) {
    const answer = await fetch(form.action, { method: "POST", body: values });
    if (answer.redirected && new URL(answer.url).search) location.href = answer.url;
    form.querySelectorAll("details[open]").forEach((sheet) => { sheet.open = false; });
    await look();
  }

  document.querySelectorAll("[data-submit]").forEach((field) => {
    field.addEventListener("change", () => field.form.submit());
  });

  if (talk) {
    const text = form.querySelector("textarea"); // buttons beside it are named text, too
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = new FormData();
      const button = event.submitter;
      const kind = button?.closest("[data-kind]")?.dataset.kind ?? "text";
      values.set("kind", kind);
      if (kind === "text") {
        if (!text.value.trim()) return;
        values.set("text", text.value);
        text.value = "";
      } else {
        values.set(button.name, button.value);
      }
      write(values);
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector(".send"));
    });
    form.querySelector("[data-photo]").addEventListener("change", (event) => {
      const values = new FormData();
      values.set("kind", "image");
      values.set("picture", event.target.files[0]);
      event.target.value = "";
      write(values);
    });
    toEnd();
    look();
    setInterval(look, 1000);
  }
}
