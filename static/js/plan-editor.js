// The plan's editor: adding, removing and moving goals without leaving the page, and a word before unsaved text is lost.
// The server rearranges the form just as it does without a script; this only puts its answer in the same place.
const form = document.querySelector("[data-plan-editor]");
let unsaved = false;

form?.addEventListener("input", () => { unsaved = true; });

form?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const stays = /^(add|remove|up|down)[-:]/.test(button?.value ?? "");
  if (!stays) {
    unsaved = false;
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  unsaved = true;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const goals = page.querySelector("[data-plan-goals]");
    form.querySelector("[data-plan-goals]").replaceWith(goals);
    show(goals);
  } catch {
    // The ordinary way still works: send the form and take the whole page.
    unsaved = false;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: button.value });
    form.append(field);
    form.submit();
  } finally {
    form.removeAttribute("aria-busy");
  }
});

// Go to the goal or subgoal that was added or moved, and to its first empty field.
function show(goals) {
  const part = goals.dataset.goTo && document.getElementById(goals.dataset.goTo);
  if (!part) return;
  part.scrollIntoView({ block: "nearest" });
  const title = part.querySelector("input[type=text]");
  (title && !title.value ? title : part).focus({ preventScroll: true });
}
const goals = form?.querySelector("[data-plan-goals]");
if (goals?.dataset.goTo) {
  unsaved = true;
  show(goals);
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
