// The bar above the tasks says how many are ticked; without this script its two buttons work all the same.
const bar = document.getElementById("chosen");
const ticks = [...document.querySelectorAll('input[form="chosen"][name="task"]')];

function count() {
  const chosen = ticks.filter((tick) => tick.checked).length;
  bar.querySelector("[data-count]").textContent = chosen;
  bar.querySelector("[data-some]").hidden = chosen === 0;
  bar.querySelector("[data-none]").hidden = chosen > 0;
}

if (bar) {
  ticks.forEach((tick) => tick.addEventListener("change", count));
  // Back shows the list with the ticks as they were left.
  addEventListener("pageshow", count);
}
