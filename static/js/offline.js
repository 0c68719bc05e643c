// On every page: what this device still has to send, and whose pages it keeps.
import { forgetPagesOfOthers, isKept, keepPages } from "./offline/kept.js";
import { answered, isWrong, news, send, state, waiting, waitingOf, writer } from "./offline/queue.js";
import { isLasting } from "./offline/store.js";

const note = document.querySelector("[data-waiting]");
const unstood = document.querySelector("[data-unstood]");
let count = 0;

async function tellWhatWaits() {
  count = (await waiting()).length;
  if (!note) return;
  note.hidden = !count || !state.isStuck;
  const { one, many, signedOut } = note.dataset;
  note.querySelector("[data-waiting-count]").textContent = count === 1 ? one : many.replace("{n}", count);
  note.querySelector("[data-waiting-why]").textContent = state.isSignedOut ? signedOut : note.dataset.why;
  // What did not stand on a register that is not this page's.
  const wrong = (await answered()).filter((record) => isWrong(record) && record.page !== location.pathname);
  unstood.hidden = !wrong.length;
  if (wrong.length) unstood.querySelector("a").href = wrong[0].page;
}

// Signing out leaves what waits on this device, and says so first.
const leaving = document.querySelector("[data-leaving]");
async function askBeforeLeaving(form) {
  const waits = (await waitingOf(leaving.dataset.user)).length;
  if (!waits) return leave(form);
  const { one, many } = leaving.dataset;
  leaving.querySelector("[data-leaving-count]").textContent = waits === 1 ? one : many.replace("{n}", waits);
  leaving.querySelector("[data-leave]").onclick = () => leave(form);
  leaving.querySelector("[data-stay]").onclick = () => leaving.close();
  leaving.showModal();
}
async function leave(form) {
  await forgetPagesOfOthers("");
  form.submit();
}
if (leaving) {
  for (const form of document.querySelectorAll("form[data-sign-out]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      askBeforeLeaving(form).catch(() => form.submit());
    });
  }
}

let lasts = true;
isLasting().then((is) => { lasts = is; });
window.addEventListener("beforeunload", (event) => { if (count && !lasts) event.preventDefault(); });

if (isKept) for (const part of document.querySelectorAll("[data-shown-kept]")) part.hidden = false;
forgetPagesOfOthers(writer).then(keepPages).catch(() => { /* without kept pages everything works while there is a network */ });
news.addEventListener("changed", tellWhatWaits);
news.addEventListener("answered", tellWhatWaits);
tellWhatWaits();
send();
