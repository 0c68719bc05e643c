// A standard phrase goes where the cursor is; its first gap is marked, so that typing fills it. Without this script the
// same button puts it at the end of the text.
const GAP = "___";
const field = document.querySelector("textarea[name=body]");

for (const button of document.querySelectorAll("[data-phrase]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const text = button.dataset.phrase;
    const before = field.value.slice(0, field.selectionStart);
    const opening = before && !/\s$/.test(before) ? "\n" : "";
    const at = before.length + opening.length;
    field.setRangeText(opening + text, field.selectionStart, field.selectionEnd, "end");
    const gap = text.indexOf(GAP);
    if (gap >= 0) field.setSelectionRange(at + gap, at + gap + GAP.length);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
