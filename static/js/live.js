// The live stream only says "look"; what changed is asked for with the cursor in #live-state.
(() => {
  const state = () => document.getElementById("live-state");
  const cursor = () => document.getElementById("cursor");
  const screen = () => new URLSearchParams(new FormData(state())).toString();
  const look = () => document.getElementById("live")?.dispatchEvent(new Event("look"));
  const began = new WeakMap(); // request -> the cursor when it began
  const awaited = new Map(); // request -> the part of the screen that it will draw
  let asked = "";
  let left = "";
  let isDrawing = false;

  function begin(event) {
    if (event.detail.elt.id === "live") return (asked = screen());
    began.set(event.detail.xhr, cursor().value);
    awaited.set(event.detail.xhr, event.detail.target);
  }

  // An answer counts only for the screen it was asked for: another thread may have been opened meanwhile.
  function judge(event) {
    isDrawing = event.detail.elt.id === "live";
    if (!isDrawing || asked === screen()) return;
    event.detail.shouldSwap = false;
    setTimeout(look);
  }

  // A part that somebody has just asked for stays for its own answer, which would find no place otherwise.
  function spare(event) {
    if (isDrawing && [...awaited.values()].includes(event.detail.target)) event.detail.shouldSwap = false;
  }

  // What another request drew may be older than what was drawn live meanwhile: go back to where it began, and look.
  function end(event) {
    const before = began.get(event.detail.xhr);
    awaited.delete(event.detail.xhr);
    if (before === undefined) return;
    const missed = before !== cursor().value;
    if (missed) cursor().value = before;
    if (missed || event.detail.requestConfig.verb !== "get") look();
  }

  // Seen is read only when somebody sees it, so what came while the tab was hidden is looked at once more.
  function show() {
    state().elements.visible.value = document.hidden ? "0" : "1";
    if (document.hidden) left = cursor().value;
    else if (left) cursor().value = left;
    if (!document.hidden) look();
  }

  const connected = (is) => (event) => event.target.matches?.("[data-live]") && event.target.toggleAttribute("data-lost", !is);

  document.addEventListener("htmx:beforeRequest", begin);
  document.addEventListener("htmx:beforeSwap", judge);
  document.addEventListener("htmx:oobBeforeSwap", spare);
  document.addEventListener("htmx:afterRequest", end);
  document.addEventListener("htmx:sseOpen", connected(true));
  document.addEventListener("htmx:sseError", connected(false));
  document.addEventListener("visibilitychange", show);
  window.addEventListener("online", look);
  if (document.hidden) show();
})();
