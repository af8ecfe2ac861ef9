// Of each row: whether its conversation is the open one, and how long its buyer has been waiting by now.
(() => {
  function draw() {
    const rows = document.getElementById("rows");
    const open = document.getElementById("thread").dataset.conversation;
    for (const link of rows.querySelectorAll("a[id]")) link.ariaCurrent = link.id === `open-${open}` ? "true" : null;
    for (const time of rows.querySelectorAll("[data-waits-since]")) {
      const hours = Math.max(0, Date.now() - Date.parse(time.dateTime)) / 3_600_000;
      const age = hours < 1 ? [hours * 60, 0] : hours < 48 ? [hours, 1] : [hours / 24, 2];
      time.textContent = rows.dataset.ages.split("|")[age[1]].replace("#", Math.floor(age[0]));
    }
  }
  document.addEventListener("htmx:afterSettle", draw);
  setInterval(draw, 20_000);
})();
