// A mark shows at once; what holds it until the server has it is the queue.
import { keep } from "../offline/queue.js";
import { refuse, rows, show, stands, template, wordOf, words } from "./rows.js";

// How many marks of a row are on their way to the disk: what is read from there does not know them yet.
export const unkept = new Map(rows.map((row) => [row, 0]));

// `marks` are pairs of a row and `{state, from, until, remark}`; `rest` fills blanks only. All of them or none is kept.
export async function markAll(marks, rest = false) {
  const kept = marks.map(([row, wanted]) => ({
    slot: Number(row.dataset.slot), state: wanted.state, from: wanted.from || null, until: wanted.until || null,
    remark: wanted.remark ?? "", rest, seen: row.dataset.standing || null, before: stands(row),
  }));
  for (const [row, wanted] of marks) {
    refuse(row, "");
    show(row, wanted);
    unkept.set(row, unkept.get(row) + 1);
  }
  const isKept = await keep(kept).then(() => true, () => false);
  marks.forEach(([row], place) => {
    unkept.set(row, unkept.get(row) - 1);
    if (isKept) return;
    show(row, kept[place].before);
    refuse(row, words.unkept);
  });
}

export function mark(row, wanted, { undoable = true } = {}) {
  if (undoable) toast(`${row.dataset.name}: ${wordOf(row, wanted.state)}`, [[row, stands(row)]]);
  markAll([[row, wanted]]);
}

// Undo: ten seconds, longer while it is pointed at (js/shell.js). `undo` are pairs of a row and what stood before.
export function toast(text, undo) {
  const room = document.querySelector(".t-toasts");
  room.replaceChildren(template("toast-undo"));
  const made = room.firstElementChild;
  made.querySelector("span").textContent = text;
  if (undo.length === 1) made.dataset.of = undo[0][0].dataset.slot;
  made.querySelector("[data-undo]").addEventListener("click", () => {
    made.remove();
    markAll(undo.filter(([row]) => !row.querySelector("[data-refused]")));
    undo[0][0].querySelector(".t-mark").focus();
  });
}

// What did not stand is not to be undone: that would write over what the colleague marked.
export function takeToastAway(row) {
  document.querySelector(`.t-toasts [data-of="${row.dataset.slot}"]`)?.remove();
}
