// Pictures come by paste and drop as by the button: into the file input, whose form uploads them at once.
(() => {
  function take(files) {
    const form = document.querySelector("[data-files]");
    if (form.matches(".htmx-request")) return setTimeout(take, 200, files);
    form.elements.file.files = files;
    form.dispatchEvent(new Event("change"));
  }

  function given(event) {
    const form = event.target.closest?.("#thread")?.querySelector("[data-files]:not(.lock:has(p) ~ *)");
    const { files, types } = event.clipboardData ?? event.dataTransfer;
    if (!form || !types.includes("Files") || types.includes("text/plain")) return;
    event.preventDefault();
    form.toggleAttribute("data-drag", event.type === "dragover");
    if (event.type.startsWith("drag")) return;
    const kept = new DataTransfer(); // theirs is empty once the event is over
    for (const file of files) kept.items.add(file);
    take(kept.files);
  }

  const bar = ({ target }) => target.querySelector?.("[data-progress]") ?? {};
  const progress = (event) => Object.assign(bar(event), { max: event.detail.total || 1, value: event.detail.loaded });
  for (const name of ["paste", "dragover", "dragleave", "drop"]) document.addEventListener(name, given);
  document.addEventListener("htmx:xhr:progress", progress);
})();
