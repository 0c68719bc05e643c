// A draft saves itself within two seconds of the first key that is not saved yet, and tells when it did (R3, J2).
// Form: data-autosave (address), data-signed-out and data-offline (sentences); #saved tells.
//
// Nothing typed is ever put into the browser's storage: a tablet is shared, and what lies there outlives whoever signs
// out. What is not saved yet is in the page alone; when the sign-in has ended the page says so, keeps the text and goes
// on trying until somebody has signed in again in another tab.
const PAUSE = 1500;
const PATIENCE = 6000;
const form = document.querySelector("form[data-autosave]");
const told = document.getElementById("saved");
// Whose text this is: were somebody else signed in on this device meanwhile, it is not sent under their name.
const writer = document.getElementById("session").dataset.user;
let timer = 0;
let running = null;
let changed = false;
let leaving = false;

const say = (text) => { if (text) told.textContent = text; };

// After signing in again in another tab the token is a new one; the cookie knows it.
function renewToken() {
  const found = document.cookie.match(/(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/);
  const field = form.elements.csrfmiddlewaretoken;
  if (found && field) field.value = decodeURIComponent(found[1]);
}

function learn(answer) {
  let version = form.elements.version;
  if (!version) {
    version = document.createElement("input");
    version.type = "hidden";
    version.name = "version";
    form.append(version);
    form.action = answer.edit;
    history.replaceState(null, "", answer.edit);
  }
  version.value = answer.version;
  form.dataset.autosave = answer.autosave;
}

// Files go with the buttons: every two seconds would be too often for ten megabytes.
function typed() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

async function save({ keepalive = false } = {}) {
  changed = false;
  renewToken();
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST", body: typed(), headers: { Accept: "application/json", "X-Writer": writer }, keepalive,
    });
    const isAnswer = (response.headers.get("Content-Type") || "").startsWith("application/json");
    if (response.status === 401 || response.redirected || !isAnswer) {
      changed = true;
      return say(form.dataset.signedOut);
    }
    const answer = await response.json();
    if (response.ok) learn(answer);
    say(answer.text);
  } catch {
    changed = true;
    say(form.dataset.offline);
  }
}

// One save at a time, so that versions follow each other.
async function saveInTurn() {
  timer = 0;
  if (running || leaving || !changed) return;
  running = save();
  await running;
  running = null;
  if (changed && !leaving && !timer) timer = setTimeout(saveInTurn, PATIENCE);
}

// The clock runs from the first change: somebody who writes without a pause is saved as well.
form.addEventListener("input", () => {
  changed = true;
  if (!timer) timer = setTimeout(saveInTurn, PAUSE);
});

form.addEventListener("submit", (event) => {
  leaving = true;
  clearTimeout(timer);
  renewToken();
  if (!running) return;
  // A save is on its way: let it finish, then press the same button.
  event.preventDefault();
  const button = event.submitter;
  running.then(() => { running = null; form.requestSubmit(button); });
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && changed && !leaving && !running) save({ keepalive: true });
});

addEventListener("pageshow", () => { leaving = false; });
