// The pages that work without a network: those of the user and the day, kept by the service worker (static/js/worker.js).
const PAGES = "trinvis-pages-";
const session = document.getElementById("session");

// Whether this page was drawn from what was kept, and when the server made it (seconds).
export const isKept = "kept" in document.documentElement.dataset;
export const madeAt = Number(session?.dataset.made ?? 0);

// What the device's clock would show if it ran right; measured by each page that comes from the server.
const ASTRAY = "trinvis.clock.astray";
const RIGHT_ENOUGH = 60_000;
if (madeAt && !isKept) {
  const astray = madeAt * 1000 - Date.now();
  localStorage.setItem(ASTRAY, Math.abs(astray) < RIGHT_ENOUGH ? 0 : astray);
}
export const rightNow = () => new Date(Date.now() + Number(localStorage.getItem(ASTRAY)));

// Whoever sits here now never sees a page that was kept for somebody else; without a user all go.
export async function forgetPagesOfOthers(user) {
  if (!("caches" in window)) return;
  const names = await caches.keys();
  const foreign = names.filter((name) => name.startsWith(PAGES) && !(user && name.startsWith(`${PAGES}${user}-`)));
  await Promise.all(foreign.map((name) => caches.delete(name)));
}

// On a page with today's registers: have them ready. Only a contact person's are fetched before they are opened.
export async function keepPages() {
  if (!session || isKept || !("serviceWorker" in navigator)) return;
  const { today, worker, overview } = session.dataset;
  const register = new RegExp(`^${overview}\\d+/${today}/$`);
  const links = [location.pathname, ...[...document.links].map((link) => link.pathname)].filter((path) => register.test(path));
  if (!links.length) return;
  // Browsers ask for leave elsewhere, and give it to what stands on the home screen.
  if (matchMedia("(display-mode: standalone)").matches) navigator.storage?.persist?.();
  await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  const wanted = "keeps" in session.dataset ? links : links.filter((path) => path === location.pathname);
  active.postMessage({ keep: [...new Set([overview, ...wanted])] });
}
