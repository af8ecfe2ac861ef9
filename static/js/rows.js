// Of each row: whether its conversation is the open one, and how long its buyer has waited or may wait.
(() => {
  function draw() {
    const rows = document.getElementById("rows");
    const open = document.getElementById("thread").dataset.conversation;
    for (const link of rows.querySelectorAll("a[id]")) link.ariaCurrent = link.id === `open-${open}` ? "true" : null;
    for (const time of rows.querySelectorAll("[data-counts]")) {
      const { soon } = time.dataset; // of those that are due
      const hours = (Date.now() - Date.parse(time.dateTime)) / 3_600_000;
      const late = Math.abs(soon ? hours : Math.max(0, hours));
      const age = late < 1 ? [late * 60, 0] : late < 48 ? [late, 1] : [late / 24, 2];
      const words = soon ? (hours < 0 ? "left" : "over") : "ages";
      time.textContent = rows.dataset[words].split("|")[age[1]].replace("#", Math.floor(age[0]));
      if (soon) time.dataset.urgency = hours >= 0 ? "over" : Date.now() >= Date.parse(soon) ? "soon" : "";
    }
  }
  document.addEventListener("htmx:afterSettle", draw);
  setInterval(draw, 20_000);
})();
