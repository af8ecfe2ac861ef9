// What the server tells a tab that is out of sight is shown once; a browser is switched on by a form.
(() => {
  const worker = navigator.serviceWorker?.register("/sw.js").then(() => navigator.serviceWorker.ready);

  async function tell() {
    const news = document.querySelector("#alert[data-title]");
    const told = { ...news?.dataset };
    news?.removeAttribute("data-title");
    if (!news || !document.hidden) return;
    document.getElementById("chime")?.play().catch(() => {}); // silent until somebody has clicked here once
    (await worker)?.active.postMessage(told);
  }

  async function join(event) {
    const { elements, dataset } = event.target;
    if (!("push" in dataset)) return;
    event.preventDefault();
    await Notification.requestPermission();
    const wish = { userVisibleOnly: true, applicationServerKey: dataset.push };
    elements.subscription.value = JSON.stringify(await (await worker)?.pushManager.subscribe(wish).catch(() => null));
    event.target.submit();
  }

  document.addEventListener("htmx:afterSettle", tell);
  document.addEventListener("submit", join);
})();
