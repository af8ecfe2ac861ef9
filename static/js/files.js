// Pictures: chosen, pasted or dropped, shown before they are sent, each can be taken out again.
(() => {
  const form = () => document.querySelector("[data-files]");
  const input = () => form()?.elements.file;
  const isHere = (event) => input() && event.target.closest?.("#thread");

  function hold(files) {
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    input().files = chosen.files;
    draw();
  }

  function draw() {
    const list = form().querySelector("[data-files-list]");
    list.replaceChildren(...[...input().files].map((file) => shown(file, list.dataset.remove)));
    form().querySelector("#files-problem").textContent = "";
  }

  function shown(file, label) {
    const [item, view, remove] = ["li", file.type.startsWith("video/") ? "video" : "img", "button"].map((name) => document.createElement(name));
    view.src = URL.createObjectURL(file);
    view.title = view.alt = file.name;
    Object.assign(remove, { type: "button", textContent: "×", ariaLabel: `${label}: ${file.name}` });
    remove.addEventListener("click", () => hold([...input().files].filter((each) => each !== file)));
    item.append(view, remove);
    return item;
  }

  function given(event, data) {
    if (!data?.files.length || !isHere(event)) return;
    event.preventDefault();
    hold([...input().files, ...data.files]);
  }

  function progress(event) {
    const bar = event.target.matches?.("[data-files]") && form().querySelector("progress");
    if (bar) Object.assign(bar, { hidden: false, max: event.detail.total, value: event.detail.loaded });
  }

  document.addEventListener("change", (event) => event.target === input() && draw());
  document.addEventListener("reset", (event) => event.target === form() && setTimeout(draw));
  document.addEventListener("paste", (event) => given(event, event.clipboardData));
  document.addEventListener("drop", (event) => given(event, event.dataTransfer));
  document.addEventListener("dragover", (event) => isHere(event) && event.preventDefault());
  document.addEventListener("htmx:xhr:progress", progress);
})();
