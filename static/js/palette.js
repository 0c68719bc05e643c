// The search that "/" and Ctrl+K open: results while one types, chosen with the arrow keys. Without this script the
// same field is a form, and on a phone a link, to the search page.
const dialog = document.querySelector("dialog[data-palette]");
const form = dialog?.querySelector("form");
const field = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const status = dialog?.querySelector("[data-status]");
const beside = document.querySelector(".t-findform [type=search]");
const PAUSE = 150;
let timer = 0;
let asking = null;
let active = null;

// "/" is for whoever is not writing, and not where single keys already mean something (the register). Ctrl+K always is.
function opens(event) {
  if (document.querySelector("dialog:modal")) return false;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") return true;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.target.closest("input, textarea, select, [contenteditable], [data-slot]");
}

function open(text = "") {
  if (dialog.open) return;
  field.value = text;
  clear();
  dialog.showModal();
  field.focus();
  if (text) ask();
}

function clear() {
  asking?.abort();
  clearTimeout(timer);
  list.replaceChildren();
  status.textContent = "";
  choose(null);
  field.setAttribute("aria-expanded", "false");
}

const options = () => [...list.querySelectorAll("[role=option]")];

function choose(option) {
  active?.setAttribute("aria-selected", "false");
  active = option;
  if (option) {
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

// After signing in again in another tab the token is a new one; the cookie knows it.
function renewToken() {
  const found = document.cookie.match(/(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/);
  if (found) form.elements.csrfmiddlewaretoken.value = decodeURIComponent(found[1]);
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  renewToken();
  try {
    const answer = await fetch(dialog.dataset.palette, {
      method: "POST", body: new FormData(form), signal: asking.signal, redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.status);
    list.innerHTML = await answer.text();
    status.textContent = list.querySelector("[data-said]")?.textContent ?? "";
    field.setAttribute("aria-expanded", String(options().length > 0));
    choose(options()[0] ?? null);
  } catch (error) {
    // Enter still sends the form to the search page, which says what is wrong.
    if (error.name !== "AbortError") clear();
  }
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (!opens(event)) return;
    event.preventDefault();
    open();
  });
  // The link on a phone and the field of the frame open it too; whoever types into the field goes on in here.
  document.querySelector("a.t-find")?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  beside?.addEventListener("click", () => open(beside.value));
  beside?.addEventListener("input", () => {
    const text = beside.value;
    beside.value = "";
    if (text) open(text);
  });

  // What is listed belongs to an older text: nothing of it may be opened by Enter.
  field.addEventListener("input", () => {
    choose(null);
    clearTimeout(timer);
    if (!field.value.trim()) return clear();
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const listed = options();
    const place = listed.indexOf(active);
    if (event.key === "Enter" && active) {
      event.preventDefault();
      active.click();
    } else if (listed.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(listed[(place + step + listed.length) % listed.length]);
    }
  });
  form.addEventListener("submit", () => { asking?.abort(); clearTimeout(timer); });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // A number that was typed stays nowhere, in this page's memory and in Back's neither.
  dialog.addEventListener("close", () => { field.value = ""; clear(); });
  window.addEventListener("pagehide", () => { if (dialog.open) dialog.close(); field.value = ""; });
}
