// The few things around every page that are better with a script; all of them work without.

// A toast leaves after ten seconds, and stays while it is pointed at or holds the focus.
const SHOWN_FOR = 10_000;
function keep(toast) {
  if (toast.dataset.kept) return;
  toast.dataset.kept = "yes";
  let timer;
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), SHOWN_FOR); };
  const stay = () => clearTimeout(timer);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusout", wait);
  toast.addEventListener("pointerleave", wait);
  const close = toast.querySelector("[data-close]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
  }
  wait();
}
document.querySelectorAll("[data-toast]").forEach(keep);
for (const room of document.querySelectorAll(".t-toasts")) {
  new MutationObserver(() => room.querySelectorAll("[data-toast]").forEach(keep)).observe(room, { childList: true, subtree: true });
}

// A form on its way is not sent twice. The button stays as it is, so nothing blinks and its name and value are sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  // A download answers without leaving the page: let the same form be used again.
  setTimeout(() => release(form), 5_000);
});
function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}
// Back shows the page as it was left: with a form that may be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// The rest of the navigation on a phone closes when one goes elsewhere.
function closeRest(event) {
  for (const rest of document.querySelectorAll("details.t-rest[open]")) {
    if (event.type === "click" && rest.contains(event.target)) continue;
    rest.open = false;
    if (event.type === "keydown") rest.querySelector("summary").focus();
  }
}
document.addEventListener("click", closeRest);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeRest(event); });

// Filters fold on a phone until one of them is in use.
if (matchMedia("(max-width: 767px)").matches) {
  document.querySelectorAll("details[data-fold]:not([data-used])").forEach((fold) => { fold.open = false; });
}

// In a row of tabs that moves sideways the page's own is in view; the style alone sees to it where it can.
if (!CSS.supports("scroll-initial-target", "nearest")) {
  for (const tab of document.querySelectorAll(".t-tabs > [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - 96;
  }
}

// A button that prints shows only where it works.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The summary of a wrong form takes the focus (experience 17).
document.querySelector(".t-errors[tabindex]")?.focus();
