// The plan on the tablet: arrows go from goal to goal, 1 to 5 rate. The links do the same without the script.
const page = document.querySelector("[data-tablet]");

addEventListener("keydown", (event) => {
  if (!page || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = { ArrowRight: "[data-next]", PageDown: "[data-next]", ArrowLeft: "[data-before]", PageUp: "[data-before]" };
  const selector = wanted[event.key] ?? (/^[1-5]$/.test(event.key) ? `[data-key="${event.key}"]` : "");
  const link = selector && page.querySelector(selector);
  if (!link) return;
  event.preventDefault();
  link.click();
});
