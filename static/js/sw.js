// The service worker: while no chat is in sight it shows what it is told, always as one notification, and opens that chat.
const tabs = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });
const isSeen = async () => (await tabs()).some((tab) => tab.visibilityState === "visible");
const show = async ({ title, body, url }) =>
  (await isSeen()) || self.registration.showNotification(title, { body, data: url, tag: "chats", renotify: true });
const open = async (url, [tab]) => (tab ? (await tab.focus()).navigate(url) : self.clients.openWindow(url));
const opened = ({ notification }) => (notification.close(), tabs().then((all) => open(notification.data, all)));
self.addEventListener("push", (event) => event.waitUntil(show(event.data.json())));
self.addEventListener("message", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(opened(event)));
