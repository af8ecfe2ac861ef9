// The row of the open conversation is marked, whoever drew it.
(() => {
  function mark() {
    const open = document.querySelector("#thread[data-conversation]")?.dataset.conversation;
    for (const link of document.querySelectorAll("#rows a[aria-current]")) {
      if (link.id !== `open-${open}`) link.removeAttribute("aria-current");
    }
    if (open) document.getElementById(`open-${open}`)?.setAttribute("aria-current", "true");
  }

  document.addEventListener("htmx:afterSettle", mark);
})();
