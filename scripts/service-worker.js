// Keeps the built page in the browser, so that it opens without a network. `FILES` and `VERSION` are filled in by
// scripts/offline-plugin.ts. Files of the build carry their hash in their names and never change, so the kept copy is
// the right one; the page itself is asked of the server first, so that a new build is seen at the next visit.
const FILES = self.__FILES__
const CACHE = `kubarium-${self.__VERSION__}`

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((n) => n.startsWith('kubarium-') && n !== CACHE)
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  )
})

const page = () => new URL('./', self.registration.scope).href

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return
  if (request.mode === 'navigate') {
    // Only the page: whatever else this origin serves is not ours.
    if (request.url.split(/[?#]/)[0] !== page()) return
    event.respondWith(fetch(request).catch(() => caches.match(page(), { ignoreVary: true })))
    return
  }
  // The build's files are the same for whoever asks, though servers say that they vary by origin.
  const kept = caches.match(request, { ignoreVary: true })
  event.respondWith(kept.then((found) => found ?? fetch(request)))
})
