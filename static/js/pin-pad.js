// The digits of a PIN for fingers in gloves: the device's own keyboard stays away. Without the script it is a field.
const form = document.querySelector("[data-pin]");
const field = form?.querySelector("input[name=pin]");
const pad = form?.querySelector("[data-pad]");

if (field && pad) {
  field.inputMode = "none";
  pad.hidden = false;
  pad.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("erase" in button.dataset) field.value = field.value.slice(0, -1);
    else if (field.value.length < 6) field.value += button.dataset.digit;
  });
  if (!document.querySelector(".t-errors")) field.focus();
}
