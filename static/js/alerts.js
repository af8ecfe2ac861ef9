// What the server tells a tab that is out of sight is shown by the service worker; a browser is switched on by a form.
(() => {
  const worker = navigator.serviceWorker?.register("/sw.js").then(() => navigator.serviceWorker.ready);
  async function tell({ detail: { title, body, url } }) {
    if (!document.hidden) return;
    document.getElementById("chime")?.play().catch(() => {}); // silent until somebody has clicked here once
    (await worker)?.active.postMessage({ title, body, url });
  }
  async function join(event) {
    const { elements, dataset } = event.target;
    if (!("push" in dataset)) return;
    event.preventDefault();
    await self.Notification?.requestPermission();
    const wish = { userVisibleOnly: true, applicationServerKey: dataset.push };
    elements.subscription.value = JSON.stringify(await (await worker)?.pushManager.subscribe(wish).catch(() => null));
    event.target.submit();
  }
  document.addEventListener("forstok:alert", tell);
  document.addEventListener("submit", join);
})();
