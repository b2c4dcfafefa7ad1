/*
 * Keeps the built site for reading without a network. The list of files is written by the build (precache.json). Pages are asked
 * of the network first, so that a new version is seen at once; files with a hash in their name never change and come from here.
 */
const CACHE = 'nexthop-1';
const SHELL = ['./', './favicon.svg', './manifest.webmanifest'];

/** Fetches what is listed and not yet kept; drops what no version lists any more. */
async function fill() {
  const cache = await caches.open(CACHE);
  const response = await fetch('./precache.json', { cache: 'no-store' });
  if (!response.ok) return;
  const wanted = [...SHELL, ...(await response.json()).map((file) => `./${file}`)].map(
    (path) => new URL(path, self.registration.scope).href,
  );
  const kept = new Set((await cache.keys()).map((request) => request.url));
  await Promise.all(wanted.filter((url) => !kept.has(url)).map((url) => cache.add(url).catch(() => {})));
  const listed = new Set(wanted);
  await Promise.all([...kept].filter((url) => !listed.has(url)).map((url) => cache.delete(url)));
}

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'fill') event.waitUntil(fill().catch(() => {}));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(new URL('./', self.registration.scope), response.clone());
    return response;
  } catch {
    return (await cache.match(new URL('./', self.registration.scope), { ignoreVary: true })) ?? Response.error();
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  // A module is asked for with an Origin header, and some servers vary by it though the file is the same.
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  return kept ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  event.respondWith(request.mode === 'navigate' ? page(request) : file(request));
});
