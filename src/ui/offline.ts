/**
 * The service worker (public/sw.js): the built site opens again without a network. It fetches every file of the site, so whoever calls
 * this waits until the lab has all that it needs itself. Off while developing.
 */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register('./sw.js')
    .then(() => navigator.serviceWorker.ready)
    .then((registration) => registration.active?.postMessage('fill'))
    .catch(() => {
      // No offline use then: a page from a file or a browser that forbids it.
    });
}
