// Opens today's registers without a network. What this script is given by attendance/register/offline.py before it runs:
// BUILD, the name of what is served; FILES, what those pages need; OVERVIEW, the address of the registers.
// Nothing else is ever kept: no case, no list, no answer to a script.
/* global BUILD, FILES, OVERVIEW */
const PAGES = "trinvis-pages-";
const KEPT_FILES = `trinvis-files-${BUILD}`;
const REGISTER = new RegExp(`^${OVERVIEW}\\d+/(\\d{4}-\\d\\d-\\d\\d)/$`);
const PATIENCE = 5_000;
const FRESH = 5 * 60_000;
const KEPT_AT = "X-Kept-At";

const isOurs = (path) => path === OVERVIEW || REGISTER.test(path);
const dayOf = (path) => path.match(REGISTER)?.[1];
const nameFor = (user) => `${PAGES}${user}-${BUILD}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT_FILES).then((files) => files.addAll(FILES)).then(() => self.skipWaiting()));
});

// What an older build kept does not fit this one.
self.addEventListener("activate", (event) => {
  event.waitUntil(drop((name) => !name.endsWith(`-${BUILD}`)).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (FILES.includes(pathname)) event.respondWith(file(request));
  else if (request.mode !== "navigate" || search) return;
  else if (isOurs(pathname)) event.respondWith(page(event, pathname));
  else if (pathname === "/") event.respondWith(start(request));
});

self.addEventListener("message", (event) => {
  event.waitUntil(Promise.allSettled(event.data.keep.filter(isOurs).map(fetchAndKeep)));
});

async function drop(isGone) {
  const names = (await caches.keys()).filter((name) => name.startsWith("trinvis-") && isGone(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function file(request) {
  try {
    return await fetch(request);
  } catch (failure) {
    const kept = await caches.match(request.url, { cacheName: KEPT_FILES });
    if (kept) return kept;
    throw failure;
  }
}

// A network so slow that nobody would wait counts as none, and so does a server that is down.
async function page(event, path) {
  const kept = await caches.match(path);
  try {
    const answer = await fetch(event.request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (kept && answer.status >= 500) return kept;
    if (answer.ok) event.waitUntil(keep(path, answer.clone()));
    else if ([403, 404].includes(answer.status)) event.waitUntil(forget(path));
    return answer;
  } catch (failure) {
    if (kept) return kept;
    throw failure;
  }
}

// The icon on the home screen leads to Today, which is not kept: then to the registers.
async function start(request) {
  try {
    return await fetch(request);
  } catch (failure) {
    if (await caches.match(OVERVIEW)) return Response.redirect(OVERVIEW);
    throw failure;
  }
}

async function fetchAndKeep(path) {
  const kept = await caches.match(path);
  if (kept && Date.now() - Number(kept.headers.get(KEPT_AT)) < FRESH) return;
  const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (answer.ok) await keep(path, answer);
}

// For whom and for which day a page is, it says itself; the clock of the device may be wrong.
async function keep(path, answer) {
  const html = await answer.text();
  const [, session] = html.match(/<div id="session"([^>]*)>/) ?? [];
  const [user, today] = ["user", "today"].map((key) => session?.match(new RegExp(`data-${key}="([^"]+)"`))?.[1]);
  if (!user || !today || (dayOf(path) ?? today) !== today) return;
  await drop((name) => name.startsWith(PAGES) && name !== nameFor(user));
  const pages = await caches.open(nameFor(user));
  for (const { url } of await pages.keys()) {
    if ((dayOf(new URL(url).pathname) ?? today) !== today) await pages.delete(url);
  }
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, Date.now());
  await pages.put(path, new Response(html.replace("<html ", "<html data-kept "), { headers }));
}

async function forget(path) {
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await (await caches.open(name)).delete(path);
}
