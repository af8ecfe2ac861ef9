// Keys press what the sheet of shortcuts says, unless somebody types: data-hotkey is the key, data-presses what it presses.
(() => {
  let walked; // the row that a key opens keeps the focus: walking goes on from there, not from the composer
  function press({ target }) {
    const found = document.querySelector(target.dataset.presses);
    walked = found?.closest("#rows") ? found.id : "";
    if (!found?.checkVisibility()) found?.closest("[popover]")?.showPopover();
    found?.focus();
    if (!found?.matches("input, textarea")) found?.click();
  }
  const stay = ({ detail }) => detail.target.id === "thread" && (document.getElementById(walked)?.focus(), (walked = ""));
  const leave = ({ key, target, isComposing }) => key === "Escape" && !isComposing && target.matches("textarea") && target.blur();
  const listed = document.querySelectorAll("#shortcuts [data-hotkey]");
  document.addEventListener("hotkey-fire", press, true);
  document.addEventListener("htmx:afterSettle", stay);
  document.addEventListener("keydown", leave);
  import(document.currentScript.dataset.library).then(({ install }) => listed.forEach((key) => install(key)));
})();
