// A list that draws itself anew spares a choice: nothing is drawn over a ticked box. It asks again later.
(() => {
  function spare(event) {
    if (!event.detail.requestConfig.elt.matches("[data-spare-choice]")) return;
    if (event.detail.target.querySelector(":checked")) event.detail.shouldSwap = false;
  }

  document.addEventListener("htmx:beforeSwap", spare);
})();
