// What opens below a row: times, reasons, a remark, clearing. And what a tap does.
import { rightNow } from "../offline/kept.js";
import { mark, markAll, toast } from "./marking.js";
import { buttonsOf, inWords, rows, stands, template, words } from "./rows.js";

const TIMED = { late: "from", left_early: "until" };
const STEPS = [15, 30, 60, 90];

const minutes = (value) => Number(value.slice(0, 2)) * 60 + Number(value.slice(3));
const asTime = (count) => `${String(Math.floor(count / 60)).padStart(2, "0")}:${String(count % 60).padStart(2, "0")}`;

function nowInside(row) {
  const now = rightNow();
  const day = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  const clock = now.getHours() * 60 + now.getMinutes();
  const inside = minutes(row.dataset.starts) < clock && clock < minutes(row.dataset.ends);
  return { isToday: day === words.day, isPast: words.day < day, clock, now: day === words.day && inside ? asTime(clock) : "" };
}

export function close(row) {
  for (const panel of row.querySelectorAll("[data-panel]")) panel.remove();
}

function remarkOf(row) {
  return row.querySelector("[data-remark-input]")?.value.trim() ?? "";
}

export function open(row, what) {
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
export function tap(row, state) {
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

// Blanks whose slot has begun; notices and marks stay as they are (A2).
// In a meeting, at an activity or away with word sent: "everyone else" means those who should be here now (A2).
function isCovered(row, clock) {
  return (row.dataset.covered ?? "").split(" ").filter(Boolean).some((part) => {
    const [from, until] = part.split("-").map(minutes);
    return from <= clock && clock < until;
  });
}

export function everyoneElse() {
  const blank = rows.filter((row) => {
    const { isToday, isPast, clock } = nowInside(row);
    if (isToday && isCovered(row, clock)) return false;
    return !row.dataset.state && (isPast || (isToday && minutes(row.dataset.starts) <= clock));
  });
  if (!blank.length) return;
  toast(blank.length === 1 ? words.restOne : words.restMany.replace("{n}", blank.length), blank.map((row) => [row, stands(row)]));
  markAll(blank.map((row) => [row, { state: "present", from: "", until: "" }]), true);
}
