// What the server made of the marks, and what a page drawn before them has to be told.
import { isKept, madeAt } from "../offline/kept.js";
import { answered, forget, isWrong, news, state, waiting } from "../offline/queue.js";
import { markAll, takeToastAway, unkept } from "./marking.js";
import { open } from "./panels.js";
import { flagged, pending, refuse, rowOf, rows, show, stands, template, wordOf } from "./rows.js";

const isHere = ({ sent }) => rowOf.has(String(sent.slot));
const rowFor = ({ sent }) => rowOf.get(String(sent.slot));

const says = ({ dataset }, sent) =>
  sent.state === dataset.state && (sent.from ?? "") === dataset.from && (sent.until ?? "") === dataset.until;

// Rows whose mark waits show it, and say so when it takes long.
async function paint(isOpening = false) {
  const waits = new Map((await waiting()).filter(isHere).map((one) => [rowFor(one), one.sent]));
  for (const row of rows) {
    const sent = waits.get(row);
    if (sent && !unkept.get(row) && !says(row, sent)) show(row, sent);
    pending(row, sent !== undefined && (isOpening || state.isStuck));
  }
}

async function settle(records) {
  const stillWaits = new Set((await waiting()).map(({ sent }) => sent.slot));
  const seen = [];
  for (const one of records.filter(isHere)) {
    const row = rowFor(one);
    if (stillWaits.has(one.sent.slot) || unkept.get(row)) continue;
    const { answer, before, sent } = one;
    pending(row, false);
    // A mark that could not even be read brings no state with it: the row shows again what stood before.
    const now = answer.state === undefined ? before : answer;
    row.dataset.standing = answer.standing ?? row.dataset.standing;
    if (isWrong(one) || now.state !== row.dataset.state) show(row, now);
    refuse(row, isWrong(one) ? answer.message : "");
    if (isWrong(one)) takeToastAway(row);
    if (answer.status === "overtaken") {
      offerBoth(row, sent);
      continue;
    }
    if (isWrong(one)) {
      seen.push(one);
      if (!row.querySelector("[data-panel]")) open(row, "more");
      continue;
    }
    flagged(row, answer.flagged);
  }
  await forget(seen);
}

// A colleague's mark stands that had not been seen here: both are shown, and a person chooses (A3).
function offerBoth(row, mine) {
  const note = row.querySelector("[data-refused]");
  note.append(template("choice-both"));
  const [theirs, ours] = note.querySelectorAll("[data-keep], [data-use]");
  theirs.append(` ${wordOf(row, row.dataset.state)}`);
  ours.append(` ${wordOf(row, mine.state)}`);
  theirs.addEventListener("click", () => {
    refuse(row, "");
    chosen(row);
  });
  ours.addEventListener("click", () => {
    markAll([[row, { ...mine, from: mine.from ?? "", until: mine.until ?? "" }]]);
    chosen(row);
  });
}

// Until then it is offered again wherever the register is opened.
const chosen = async (row) => forget((await answered()).filter((one) => isWrong(one) && isHere(one) && rowFor(one) === row));

// A page that was kept is older than what the server has answered since; one that is fresh knows more than the answers.
async function catchUp() {
  const records = (await answered()).filter(isHere);
  const isSettled = (one) => (isWrong(one) ? !isKept && says(rowFor(one), one.sent) : !isKept && one.heard < madeAt);
  await forget(records.filter(isSettled));
  const untold = records.filter((one) => !isSettled(one) && (isWrong(one) || (isKept && one.heard >= madeAt)));
  if (!isKept) for (const one of untold) one.answer = { ...one.answer, ...standsNow(rowFor(one)) };
  await settle(untold);
  await paint(true);
}
const standsNow = (row) => ({ ...stands(row), standing: row.dataset.standing });

news.addEventListener("answered", ({ detail }) => settle(detail));
news.addEventListener("changed", () => paint());
catchUp();
