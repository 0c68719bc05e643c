// The register by keys alone; each device can switch them off.
import { mark } from "./marking.js";
import { close, tap } from "./panels.js";
import { buttonsOf, rows } from "./rows.js";

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
    press(row, event.key);
  }
});

function press(row, key) {
  if (key === "0") {
    if (row.dataset.state) mark(row, { state: "", from: "", until: "" });
    goTo(row);
    return;
  }
  // A coming day has no buttons for who is here.
  const button = buttonsOf(row).find((one) => one.dataset.key === key);
  if (!button) return;
  tap(row, button.value);
  const panel = row.querySelector("[data-panel] .t-chip");
  if (button.value === "more" && panel) panel.focus();
  else goTo(rows[rows.indexOf(row) + 1] ?? row);
}
