// A draft saves itself two seconds after the last key, when the page is left, and tells when it did (R3).
const PAUSE = 1500;
const form = document.getElementById("referral");
const told = document.getElementById("saved");
let timer = 0;
let running = null;
let changed = false;
let leaving = false;

const say = (text) => { told.textContent = text; };

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

async function save({ keepalive = false } = {}) {
  changed = false;
  renewToken();
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive,
    });
    const isAnswer = (response.headers.get("Content-Type") || "").startsWith("application/json");
    if (response.redirected || !isAnswer) {
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
  clearTimeout(timer);
  if (running || leaving || !changed) return;
  running = save();
  await running;
  running = null;
  if (changed && !leaving) timer = setTimeout(saveInTurn, PAUSE * 4);
}

form.addEventListener("input", () => {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(saveInTurn, PAUSE);
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
