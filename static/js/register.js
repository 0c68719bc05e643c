// The register: a tap shows at once and is sent behind it. Without this script every button is a plain form.

const register = document.getElementById("register");
const words = register.dataset;
const rows = [...register.querySelectorAll("[data-slot]")];
const rowOf = new Map(rows.map((row) => [row.dataset.slot, row]));
const TIMED = { late: "from", left_early: "until" };
const HERE = ["present", "late", "left_early"];
const STEPS = [15, 30, 60, 90];
const RETRY_AFTER = 5_000;

// ── What a row shows ──────────────────────────────────────────────────────────────────────────────────────────────

const template = (id) => document.getElementById(id).content.cloneNode(true);
const buttonsOf = (row) => [...row.querySelectorAll(".t-marks .t-mark")];
const wordOf = (row, state) => {
  if (!state) return words.notMarked;
  const button = buttonsOf(row).find((one) => one.value === state);
  const chip = document.getElementById("panel-more").content.querySelector(`[data-mark="${state}"]`);
  return (button ?? chip)?.textContent.trim() ?? state;
};
const stands = (row) => ({ state: row.dataset.state, from: row.dataset.from, until: row.dataset.until });

// "7.05" tells how this language writes the clock.
function inWords(value) {
  const separator = words.clock.includes(":") ? ":" : ".";
  const [hour, minute] = value.split(":");
  return `${words.clock.startsWith("0") ? hour : Number(hour)}${separator}${minute}`;
}

function tag(id, word) {
  const made = template(id);
  const text = made.querySelector(".t-tag").lastChild;
  text.textContent = text.textContent.replace(/\{(time|word)\}/, word);
  return made;
}

function show(row, mark) {
  Object.assign(row.dataset, { state: mark.state, from: mark.from ?? "", until: mark.until ?? "" });
  const buttons = buttonsOf(row);
  const pressed = buttons.find((one) => one.value === mark.state) ?? (mark.state ? buttons.at(-1) : null);
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
  const tags = row.querySelector("[data-tags]");
  tags.replaceChildren();
  if (mark.from) tags.append(tag("tag-late", inWords(mark.from)), " ");
  if (mark.until) tags.append(tag("tag-left_early", inWords(mark.until)));
  if (mark.state && pressed?.value === "more") tags.append(tag("tag-other", wordOf(row, mark.state)));
  tally();
}

function tally() {
  const count = { here: 0, away: 0, none: 0 };
  for (const { dataset } of rows) count[HERE.includes(dataset.state) ? "here" : dataset.state ? "away" : "none"] += 1;
  for (const key in count) {
    for (const place of register.querySelectorAll(`[data-tally=${key}]`)) place.textContent = count[key];
  }
}

function refuse(row, message) {
  row.querySelector("[data-refused]")?.remove();
  if (!message) return;
  row.append(template("note-refused"));
  row.querySelector("[data-refused] p").textContent = message;
}

function flagged(row, isFlagged) {
  if (isFlagged === null) return;
  row.classList.toggle("t-flag", isFlagged && row.querySelector("[data-flag]") !== null);
  for (const part of row.querySelectorAll("[data-flag]")) part.hidden = !isFlagged;
}

// ── Sending: in order, one request at a time, kept until the server has answered for each mark ──────────────────────

let waiting = [];
let sending = false;
let timer = 0;

function mark(row, wanted, { undoable = true, rest = false } = {}) {
  const before = stands(row);
  refuse(row, "");
  show(row, wanted);
  waiting.push({
    uuid: crypto.randomUUID?.() ?? randomUuid(), slot: Number(row.dataset.slot), state: wanted.state,
    from: wanted.from || null, until: wanted.until || null, at: new Date().toISOString(), remark: wanted.remark ?? "", rest,
    seen: row.dataset.standing || null, before,
  });
  if (undoable) toast(`${row.dataset.name}: ${wordOf(row, wanted.state)}`, [[row, before]]);
  send();
}

// Browsers give crypto.randomUUID only to pages over HTTPS or on this machine.
function randomUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The cookie is newer than the page when somebody has signed in again in another tab.
function token() {
  return document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/)?.[1] ?? words.token;
}

// Marks stay their user's, whoever signs in on this device meanwhile.
const writer = document.getElementById("session").dataset.user;

async function send() {
  if (sending || !waiting.length) return;
  sending = true;
  clearTimeout(timer);
  const batch = waiting.slice(0, 500);
  try {
    const answer = await fetch(words.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "X-Writer": writer, Accept: "application/json" },
      body: JSON.stringify({ sent_at: new Date().toISOString(), marks: batch.map(({ before, ...sent }) => sent) }),
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new Error(words.signedOut);
    if (answer.status === 400) {
      const { error } = await answer.json();
      settle(batch.map((one) => ({ uuid: one.uuid, slot: one.slot, status: "refused", message: error, flagged: null })));
    } else if (answer.ok) {
      settle((await answer.json()).results);
    } else {
      throw new Error(String(answer.status));
    }
    sending = false;
    kept(false);
    send();
  } catch (failure) {
    sending = false;
    kept(true, failure.message === words.signedOut ? words.signedOut : "");
    timer = setTimeout(send, RETRY_AFTER);
  }
}

function settle(results) {
  const sent = new Map(waiting.map((one) => [one.uuid, one]));
  waiting = waiting.filter((one) => !results.some((result) => result.uuid === one.uuid));
  for (const result of results) {
    const mine = sent.get(result.uuid);
    const row = rowOf.get(String(mine?.slot ?? result.slot));
    if (!row) continue;
    row.querySelector("[data-pending]")?.remove();
    const isOldNews = waiting.some((one) => one.slot === mine?.slot);
    if (isOldNews) continue;
    const isWrong = ["refused", "unknown", "overtaken"].includes(result.status);
    // A mark that could not even be read brings no state with it: the row shows again what stood before.
    const now = result.state === undefined ? mine.before : result;
    row.dataset.standing = result.standing ?? row.dataset.standing;
    if (isWrong || now.state !== row.dataset.state) show(row, now);
    refuse(row, isWrong ? result.message : "");
    // What did not stand is not to be undone: that would write over what the colleague marked.
    if (isWrong) document.querySelector(`.t-toasts [data-of="${row.dataset.slot}"]`)?.remove();
    if (result.status === "overtaken") {
      offerBoth(row, mine);
      continue;
    }
    if (isWrong && !row.querySelector("[data-panel]")) open(row, "more");
    flagged(row, result.flagged);
  }
}

// A colleague's mark stands that had not been seen here: both are shown, and a person chooses (A3).
function offerBoth(row, mine) {
  const note = row.querySelector("[data-refused]");
  note.append(template("choice-both"));
  const [theirs, ours] = note.querySelectorAll("[data-keep], [data-use]");
  theirs.append(` ${wordOf(row, row.dataset.state)}`);
  ours.append(` ${wordOf(row, mine.state)}`);
  theirs.addEventListener("click", () => refuse(row, ""));
  ours.addEventListener("click", () => mark(row, { ...mine, from: mine.from ?? "", until: mine.until ?? "" }));
}

// Marks that could not be sent are said so, above and in their rows.
function kept(isKept, instead = "") {
  const note = document.querySelector("[data-waiting]");
  note.hidden = !isKept || !waiting.length;
  if (note.hidden) return;
  const count = waiting.length;
  note.querySelector("[data-waiting-count]").textContent =
    instead || (count === 1 ? words.waitingOne : words.waitingMany.replace("{n}", count));
  for (const { slot } of waiting) {
    const row = rowOf.get(String(slot));
    if (!row.querySelector("[data-pending]")) row.firstElementChild.append(template("tag-waiting"));
  }
}
window.addEventListener("online", send);
window.addEventListener("beforeunload", (event) => {
  if (waiting.length) event.preventDefault();
});

// ── Undo: ten seconds, longer while it is pointed at (js/shell.js) ──────────────────────────────────────────────────

function toast(text, undo) {
  const room = document.querySelector(".t-toasts");
  room.replaceChildren(template("toast-undo"));
  const made = room.firstElementChild;
  made.querySelector("span").textContent = text;
  if (undo.length === 1) made.dataset.of = undo[0][0].dataset.slot;
  made.querySelector("[data-undo]").addEventListener("click", () => {
    made.remove();
    for (const [row, before] of undo) if (!row.querySelector("[data-refused]")) mark(row, before, { undoable: false });
    undo[0][0].querySelector(".t-mark").focus();
  });
}

// ── What opens below a row ──────────────────────────────────────────────────────────────────────────────────────────

const minutes = (value) => Number(value.slice(0, 2)) * 60 + Number(value.slice(3));
const asTime = (count) => `${String(Math.floor(count / 60)).padStart(2, "0")}:${String(count % 60).padStart(2, "0")}`;
function nowInside(row) {
  const now = new Date();
  const day = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  const clock = now.getHours() * 60 + now.getMinutes();
  const inside = minutes(row.dataset.starts) < clock && clock < minutes(row.dataset.ends);
  return { isToday: day === words.day, isPast: words.day < day, clock, now: day === words.day && inside ? asTime(clock) : "" };
}

function close(row) {
  for (const panel of row.querySelectorAll("[data-panel]")) panel.remove();
}

function remarkOf(row) {
  return row.querySelector("[data-remark-input]")?.value.trim() ?? "";
}

function open(row, what) {
  close(row);
  row.append(template(`panel-${what}`));
  const panel = row.querySelector("[data-panel]");
  panel.setAttribute("aria-label", row.dataset.name);
  if (what in TIMED) addTimes(row, panel, what);
  if (what === "more" || nowInside(row).isPast) panel.append(template("panel-remark"));
  if (row.dataset.state) panel.append(template("panel-clear"));
  for (const chip of panel.querySelectorAll("[data-mark]")) {
    if (chip.dataset.mark) chip.setAttribute("aria-pressed", String(chip.dataset.mark === row.dataset.state));
    chip.addEventListener("click", () => {
      const remark = remarkOf(row);
      close(row);
      mark(row, { state: chip.dataset.mark, from: "", until: "", remark });
      buttonsOf(row)[0].focus();
    });
  }
}

function addTimes(row, panel, what) {
  const { starts, ends } = row.dataset;
  const edge = minutes(what === "late" ? starts : ends);
  const chosen = row.dataset[TIMED[what]];
  const times = new Set(STEPS.map((step) => asTime(edge + (what === "late" ? step : -step))));
  for (const extra of [chosen, nowInside(row).now]) if (extra) times.add(extra);
  const choose = (value) => {
    const both = { state: what, from: row.dataset.from, until: row.dataset.until, remark: remarkOf(row) };
    mark(row, { ...both, [TIMED[what]]: value });
    open(row, what);
  };
  for (const value of [...times].sort().filter((one) => starts < one && one < ends)) {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "t-chip", textContent: inWords(value) });
    chip.setAttribute("aria-pressed", String(value === chosen));
    chip.addEventListener("click", () => choose(value));
    panel.append(chip);
  }
  panel.append(template("panel-time"));
  const other = panel.querySelector("[data-other]");
  other.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const figures = other.querySelector("input").value.trim().match(/^(\d{1,2})[.:,]?(\d{2})?$/);
    if (figures) choose(`${figures[1].padStart(2, "0")}:${figures[2] ?? "00"}`);
    else other.querySelector("input").focus();
  });
}

// One tap marks; the same mark again opens what belongs to it.
function tap(row, state) {
  if (state === "more" || (state && state === row.dataset.state)) {
    const what = state in TIMED ? state : "more";
    const isOpen = row.querySelector("[data-panel]");
    if (isOpen) close(row);
    else open(row, what);
    return;
  }
  close(row);
  if (state in TIMED) {
    const { now } = nowInside(row);
    const keepsFrom = state === "left_early" && row.dataset.state === "late" ? row.dataset.from : "";
    if (now) mark(row, { state, from: state === "late" ? now : keepsFrom, until: state === "late" ? "" : now });
    open(row, state);
    return;
  }
  mark(row, { state, from: "", until: "" });
}

register.addEventListener("submit", (event) => {
  const row = event.target.closest("[data-slot]");
  if (event.target.matches("[data-rest]")) {
    event.preventDefault();
    everyoneElse();
  } else if (row && event.target.matches("[data-marks]") && event.submitter) {
    event.preventDefault();
    tap(row, event.submitter.value);
  }
});

function everyoneElse() {
  const blank = rows.filter((row) => {
    const { isToday, isPast, clock } = nowInside(row);
    return !row.dataset.state && (isPast || (isToday && minutes(row.dataset.starts) <= clock));
  });
  if (!blank.length) return;
  const undo = blank.map((row) => [row, stands(row)]);
  for (const row of blank) mark(row, { state: "present", from: "", until: "" }, { undoable: false, rest: true });
  toast(blank.length === 1 ? words.restOne : words.restMany.replace("{n}", blank.length), undo);
}

// ── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const keys = document.getElementById("keys");
const keysOn = document.getElementById("keys-on");
const keysButton = document.querySelector("[data-keys-open]");
const SETTING = "trinvis.register.keys";
keysOn.checked = localStorage.getItem(SETTING) !== "off";
keysOn.addEventListener("change", () => localStorage.setItem(SETTING, keysOn.checked ? "on" : "off"));

function showKeys() {
  keys.hidden = !keys.hidden;
  keysButton.setAttribute("aria-expanded", String(!keys.hidden));
  if (!keys.hidden) keys.focus();
}
keysButton.hidden = false;
keysButton.addEventListener("click", showKeys);

function goTo(row) {
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (!keysOn.checked) return;
  const here = event.target.closest("[data-slot]");
  const place = rows.indexOf(here);
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!here && document.activeElement !== document.body) return;
    event.preventDefault();
    goTo(rows[here ? place + (event.key === "ArrowDown" ? 1 : -1) : 0]);
  } else if (here && event.key === "Enter" && event.target === here) {
    event.preventDefault();
    goTo(rows[place + 1]);
  } else if (event.key === "Escape") {
    if (here) close(here);
    document.activeElement.blur();
  } else if (/^[0-5]$/.test(event.key)) {
    const row = here ?? rows.find((one) => !one.dataset.state);
    if (!row) return;
    event.preventDefault();
    if (event.key === "0") {
      if (row.dataset.state) mark(row, { state: "", from: "", until: "" });
      goTo(row);
      return;
    }
    const button = buttonsOf(row)[Number(event.key) - 1];
    tap(row, button.value);
    const panel = row.querySelector("[data-panel] .t-chip");
    if (button.value === "more" && panel) panel.focus();
    else goTo(rows[rows.indexOf(row) + 1] ?? row);
  }
});
