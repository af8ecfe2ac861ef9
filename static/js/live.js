// The live stream only says "look"; what changed is asked for with the cursor in #live-state.
(() => {
  const state = () => document.getElementById("live-state");
  const cursor = () => document.getElementById("cursor");
  const screen = () => new URLSearchParams(new FormData(state())).toString();
  const look = () => document.getElementById("live")?.dispatchEvent(new Event("look"));
  const underWay = new Map(); // request -> the cursor when it began, and the part of the screen that it will draw
  let asked, isDrawing; // the screen that the live answer was asked for; whether that answer is being drawn

  function begin({ detail: { elt, target, xhr } }) {
    if (target.id === "thread") document.querySelector("a[data-failed]")?.removeAttribute("data-failed");
    if (elt.id === "live") asked = screen();
    else underWay.set(xhr, { before: cursor().value, target });
  }

  // An answer counts only for the screen it was asked for: another thread may have been opened meanwhile. Nor does it
  // replace what is pressed right now, whose click would be lost.
  function judge({ detail }) {
    isDrawing = detail.elt.id === "live";
    const isPressed = isDrawing && document.querySelector(":is(a, button, input):active");
    if (!isDrawing || (asked === screen() && !isPressed)) return;
    detail.shouldSwap = false;
    setTimeout(look, isPressed ? 300 : 0);
  }

  // A part that somebody has just asked for stays for its own answer, which would find no place otherwise.
  function spare({ detail }) {
    if (isDrawing && [...underWay.values()].some(({ target }) => target === detail.target)) detail.shouldSwap = false;
  }

  // What another request drew may be older than what was drawn live meanwhile: go back to where it began, and look.
  function end({ detail: { xhr, requestConfig } }) {
    const { before, target } = underWay.get(xhr) ?? {};
    if (!underWay.delete(xhr)) return;
    const missed = before !== cursor().value;
    if (missed) cursor().value = before;
    if (missed || requestConfig.verb !== "get" || target.id === "thread") look(); // others are told who is where
  }

  // Seen is read only when somebody sees it.
  function show() {
    state().elements.visible.value = document.hidden ? "0" : "1";
    look();
  }

  const connected = (is) => ({ target }) => target.matches?.("[data-live]") && target.toggleAttribute("data-lost", !is);
  const failed = ({ detail }) => detail.elt.setAttribute("data-failed", "");
  const again = ({ target }) => target.closest?.("[data-again]") && document.querySelector("a[data-failed]")?.click();

  const on = document.addEventListener.bind(document);
  on("htmx:beforeRequest", begin);
  on("htmx:beforeSwap", judge);
  on("htmx:oobBeforeSwap", spare);
  on("htmx:afterRequest", end);
  on("htmx:responseError", failed);
  on("htmx:sendError", failed);
  on("htmx:sseOpen", connected(true));
  on("htmx:sseError", connected(false));
  on("visibilitychange", show);
  on("click", again);
  window.addEventListener("online", look);
  show();
})();
