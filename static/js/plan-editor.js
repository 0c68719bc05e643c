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

// Dragging by the handle, with a finger as with a mouse; the buttons do the same from the keyboard.
let dragged = null;
let over = null;

const siblings = (part) => [...form.querySelectorAll("[data-place]")].filter(
  (one) => one.dataset.place.split(":").slice(0, -1).join(":") === part.dataset.place.split(":").slice(0, -1).join(":"),
);
const last = (part) => part.dataset.place.split(":").at(-1);

form?.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-drag]");
  if (!handle) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  dragged = handle.closest("[data-place]");
  dragged.classList.add("t-dragged");
});
form?.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const found = siblings(dragged).find((one) => {
    const box = one.getBoundingClientRect();
    return event.clientY >= box.top && event.clientY <= box.bottom;
  });
  over?.classList.remove("t-drop");
  over = found && found !== dragged ? found : null;
  over?.classList.add("t-drop");
});
for (const end of ["pointerup", "pointercancel"]) {
  form?.addEventListener(end, () => {
    if (!dragged) return;
    const [part, target] = [dragged, over];
    dragged = over = null;
    part.classList.remove("t-dragged");
    target?.classList.remove("t-drop");
    if (target && end === "pointerup") rearrange(`move:${part.dataset.place}:${last(target)}`);
  });
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
