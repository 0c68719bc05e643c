// The end of a session is announced two minutes before, and what was typed is still there after signing in again.
// Typing and pointing keep it going, in every tab of the browser; a page that is only open does not.
const WARNED = 120_000;
const room = document.getElementById("session");
// Often enough for the five minutes of a shared tablet.
const RENEWED_EVERY = Math.min(5 * 60_000, (Number(room.dataset.seconds) * 1000) / 5);
const warning = room.querySelector("[data-warning]");
const ended = room.querySelector("[data-ended]");
const user = Number(room.dataset.user);
const tabs = new BroadcastChannel("trinvis-session");
let endsAt = Date.now() + Number(room.dataset.seconds) * 1000;
let renewedAt = Date.now();
let isBusy = false;

// One question at a time. Without a network nothing is known, and it is asked again.
async function ask(method) {
  if (isBusy) return;
  isBusy = true;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": room.dataset.token };
    const response = await fetch(room.dataset.url, { method, headers });
    if (response.ok) hear(await response.json());
    else if (response.status === 401) end();
  } catch { /* away from the network */ } finally {
    isBusy = false;
  }
}

function hear(answer) {
  // Somebody else sits here now: what the first one wrote is not theirs to see.
  if (answer.user !== user) return location.reload();
  // A new sign-in has a new token, and the forms that wait need it.
  room.dataset.token = answer.token;
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = answer.token;
  ended.close();
  renewedAt = Date.now();
  extend(renewedAt + answer.seconds * 1000);
  tabs.postMessage(endsAt);
}

function extend(until) {
  endsAt = until;
  if (endsAt - Date.now() > WARNED) warning.close();
}

// Something typed and not sent waits behind the veil for its writer; a page without goes, and the next one signs in.
function isWrittenOn() {
  const fields = document.querySelectorAll("main textarea, main input:not([type=hidden])");
  return [...fields].some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}

function end() {
  warning.close();
  if (room.dataset.away && !isWrittenOn()) {
    const here = encodeURIComponent(location.pathname + location.search);
    return location.assign(`${room.dataset.away}?next=${here}`);
  }
  if (!ended.open) ended.showModal();
}

function look() {
  const left = endsAt - Date.now();
  if (ended.open) return;
  if (left <= 0) {
    // Another tab may have kept it going without our hearing of it.
    ask("GET");
  } else if (left <= WARNED) {
    warning.querySelector("[data-left]").textContent = new Date(left).toISOString().slice(15, 19);
    if (!warning.open) warning.showModal();
  }
}

function beActive() {
  if (!warning.open && !ended.open && Date.now() - renewedAt > RENEWED_EVERY) ask("POST");
}

warning.querySelector("button").addEventListener("click", () => ask("POST"));
// Escape stays signed in; after the end there is nothing behind it to go back to.
warning.addEventListener("cancel", () => ask("POST"));
ended.addEventListener("cancel", (event) => event.preventDefault());
tabs.addEventListener("message", ({ data }) => {
  // A page was opened after signing in again: is it still us?
  if (ended.open) ask("GET");
  else extend(Math.max(endsAt, data));
});
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, beActive, { passive: true });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  if (ended.open) ask("GET");
  else look();
});
setInterval(look, 1_000);
tabs.postMessage(endsAt);
