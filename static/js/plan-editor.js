// The plan's editor: adding, removing and moving goals without leaving the page, and a word before unsaved text is lost.
// The server rearranges the form just as it does without a script; this only puts its answer in the same place.
const form = document.querySelector("[data-plan-editor]");
const told = form?.querySelector("[data-plan-said]");
let unsaved = false;

form?.addEventListener("input", () => { unsaved = true; });

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const stays = /^(add|remove|up|down|move|standard)[-:]/.test(button?.value ?? "");
  if (!stays) {
    unsaved = false;
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  rearrange(button.value, button.dataset.move);
});

// `way` is up or down when a button moved the part: the same button keeps the focus in the new place.
async function rearrange(command, way) {
  unsaved = true;
  form.setAttribute("aria-busy", "true");
  const sent = new FormData(form);
  sent.set("do", command);
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const goals = page.querySelector("[data-plan-goals]");
    form.querySelector("[data-plan-goals]").replaceWith(goals);
    show(goals, way);
    told.textContent = goals.dataset.said ?? "";
  } catch {
    // The ordinary way still works: send the form and take the whole page.
    unsaved = false;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: command }));
    form.submit();
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// Go to the goal or subgoal that was added or moved, and to its first empty field.
function show(goals, way) {
  for (const handle of goals.querySelectorAll("[data-drag]")) handle.hidden = false;
  const part = goals.dataset.goTo && document.getElementById(goals.dataset.goTo);
  if (!part) return;
  part.scrollIntoView({ block: "nearest" });
  const own = (name) => [...part.querySelectorAll(name)].find((one) => one.closest("[data-place]") === part);
  const mover = way && (own(`[data-move=${way}]`) ?? own("[data-move]"));
  const title = part.querySelector("input[type=text]");
  (mover ?? (title && !title.value ? title : part)).focus({ preventScroll: true });
}
const goals = form?.querySelector("[data-plan-goals]");
if (goals) {
  if (goals.dataset.goTo) unsaved = true;
  show(goals);
}

// Dragging by the handle, with a finger as with a mouse; the buttons do the same from the keyboard. A goal is often
// taller than the screen, so the page rolls on while the handle is held near its upper or lower edge. Escape leaves
// everything as it was.
const EDGE = 80;
const FASTEST = 24;
let dragged = null;
let over = null;
let at = 0;

const row = (part) => part.dataset.place.split(":").slice(0, -1).join(":");
const siblings = (part) => [...form.querySelectorAll("[data-place]")].filter((one) => row(one) === row(part));
const last = (part) => part.dataset.place.split(":").at(-1);

// Marks the part whose place is taken: the one below the pointer, or else the nearest.
function aim() {
  const away = (one) => {
    const box = one.getBoundingClientRect();
    return Math.max(box.top - at, at - box.bottom, 0);
  };
  const found = siblings(dragged).reduce((best, one) => (away(one) < away(best) ? one : best));
  over?.classList.remove("t-drop");
  over = found === dragged ? null : found;
  over?.classList.add("t-drop");
}

function roll() {
  if (!dragged) return;
  const above = EDGE - at;
  const below = at - (innerHeight - EDGE);
  const way = above > 0 ? -above : Math.max(below, 0);
  if (way) {
    scrollBy({ top: Math.sign(way) * Math.min(FASTEST, Math.abs(way) / 3), behavior: "instant" });
    aim();
  }
  requestAnimationFrame(roll);
}

function letGo(isMeant) {
  if (!dragged) return;
  const [part, target] = [dragged, over];
  dragged = over = null;
  part.classList.remove("t-dragged");
  target?.classList.remove("t-drop");
  if (target && isMeant) rearrange(`move:${part.dataset.place}:${last(target)}`);
}

form?.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-drag]");
  if (!handle || !event.isPrimary || event.button) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  dragged = handle.closest("[data-place]");
  dragged.classList.add("t-dragged");
  at = event.clientY;
  requestAnimationFrame(roll);
});
form?.addEventListener("pointermove", (event) => {
  if (!dragged || !event.isPrimary) return;
  at = event.clientY;
  aim();
});
form?.addEventListener("pointerup", () => letGo(true));
form?.addEventListener("pointercancel", () => letGo(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") letGo(false); });

window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
