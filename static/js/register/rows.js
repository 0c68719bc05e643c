// What the rows of the register show.

export const register = document.getElementById("register");
export const words = register.dataset;
export const rows = [...register.querySelectorAll("[data-slot]")];
export const rowOf = new Map(rows.map((row) => [row.dataset.slot, row]));
const HERE = ["present", "late", "left_early"];

export const template = (id) => document.getElementById(id).content.cloneNode(true);
export const buttonsOf = (row) => [...row.querySelectorAll(".t-marks .t-mark")];
export const stands = (row) => ({ state: row.dataset.state, from: row.dataset.from, until: row.dataset.until });

export function wordOf(row, state) {
  if (!state) return words.notMarked;
  const button = buttonsOf(row).find((one) => one.value === state);
  const chip = document.getElementById("panel-more").content.querySelector(`[data-mark="${state}"]`);
  return (button ?? chip)?.textContent.trim() ?? state;
}

// "7.05" tells how this language writes the clock.
export function inWords(value) {
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

// `mark` is `{state, from, until}`; times may be left out.
export function show(row, mark) {
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

export function refuse(row, message) {
  row.querySelector("[data-refused]")?.remove();
  if (!message) return;
  row.append(template("note-refused"));
  row.querySelector("[data-refused] p").textContent = message;
}

export function flagged(row, isFlagged) {
  if (isFlagged === null || isFlagged === undefined) return;
  row.classList.toggle("t-flag", isFlagged && row.querySelector("[data-flag]") !== null);
  for (const part of row.querySelectorAll("[data-flag]")) part.hidden = !isFlagged;
}

// `isPending`: the row's mark has not reached the server.
export function pending(row, isPending) {
  const note = row.querySelector("[data-pending]");
  if (isPending && !note) row.firstElementChild.append(template("tag-waiting"));
  else if (!isPending) note?.remove();
}
