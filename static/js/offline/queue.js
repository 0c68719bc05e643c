// What was tapped, until the server has answered for each mark: kept first, then sent in order, by whichever page of its
// user is open, one request at a time over all tabs (ADR 26). The server takes each uuid once, so sending again is safe.
import { add, all, settle } from "./store.js";

const RETRY_AFTER = 5_000;
const PATIENCE = 20_000;
const SLOW = 3_000;
const AT_ONCE = 500;
const TURN = "trinvis-marks";
const AGE = 14 * 24 * 60 * 60;

const session = document.getElementById("session");
// Marks stay their user's, whoever signs in on this device meanwhile.
export const writer = session?.dataset.user ?? "";
// "changed": what waits; "answered": the records that were answered, in `detail`.
export const news = new EventTarget();
// Whether something could not be sent, and whether it is for want of a sign-in.
export const state = { isStuck: false, isSignedOut: false };
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(TURN) : null;

const mine = async () => (await all()).filter((one) => one.user === writer);
export const isWrong = ({ answer }) => Boolean(answer) && ["refused", "unknown", "overtaken"].includes(answer.status);
export const waitingOf = async (user) => (await all()).filter((one) => one.user === user && !one.answer);
export const waiting = () => waitingOf(writer);
export const answered = async () => (await mine()).filter((one) => one.answer);

// Keeps marks of `{slot, state, from, until, remark, rest, seen, before}` and sends them; fails when they cannot be kept.
export async function keep(marks) {
  const at = new Date().toISOString();
  await add(marks.map(({ before, ...sent }) => ({
    user: writer, page: location.pathname, before, sent: { uuid: newUuid(), at, ...sent },
  })));
  tell("changed");
  send();
}

// A person has seen what became of these, or a newer page shows it.
export async function forget(records) {
  if (!records.length) return;
  await settle([], records);
  tell("changed");
}

function tell(kind, detail = null) {
  news.dispatchEvent(new CustomEvent(kind, { detail }));
  tabs?.postMessage({ kind, detail, user: writer });
}
tabs?.addEventListener("message", ({ data }) => {
  if (data.user === writer) news.dispatchEvent(new CustomEvent(data.kind, { detail: data.detail }));
});

// Browsers give crypto.randomUUID only to pages over HTTPS or on this machine.
function newUuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let timer = 0;
let isSending = false;
let isAskedAgain = false;

export async function send() {
  if (!writer) return;
  if (isSending) {
    isAskedAgain = true;
    return;
  }
  isSending = true;
  clearTimeout(timer);
  const slow = setTimeout(() => become({ isStuck: true }), SLOW);
  let now = { isStuck: false, isSignedOut: false };
  try {
    await inTurn(sendAll);
  } catch (failure) {
    now = { isStuck: true, isSignedOut: failure.message === "signed out" };
    timer = setTimeout(send, RETRY_AFTER);
  }
  clearTimeout(slow);
  isSending = false;
  become(now);
  if (isAskedAgain && !state.isStuck) send();
  isAskedAgain = false;
}

function become(now) {
  Object.assign(state, now);
  news.dispatchEvent(new CustomEvent("changed"));
}

// One tab at a time. Without locks the order still holds within each tab, and no mark counts twice.
const inTurn = (work) => (navigator.locks ? navigator.locks.request(TURN, work) : work());

async function sendAll() {
  for (let batch = await waiting(); batch.length; batch = await waiting()) await sendSome(batch.slice(0, AT_ONCE));
}

async function sendSome(batch) {
  const answer = await fetch(session.dataset.marks, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "X-Writer": writer, Accept: "application/json" },
    body: JSON.stringify({ sent_at: new Date().toISOString(), marks: batch.map((one) => one.sent) }),
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) throw new Error("signed out");
  const heard = Date.parse(answer.headers.get("Date")) / 1000;
  if (answer.status === 400) {
    const { error } = await answer.json();
    return take(batch, batch.map(({ sent }) => ({ uuid: sent.uuid, status: "refused", message: error })), heard);
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return take(batch, (await answer.json()).results, heard);
}

// The cookie is newer than the page when somebody has signed in again in another tab.
function token() {
  return document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/)?.[1] ?? session.dataset.token;
}

// The last answer for each slot stays: for a page that is opened without a network after it, and where the mark did not
// stand until a person has seen it.
async function take(batch, results, heard) {
  const found = new Map(results.map((result) => [result.uuid, result]));
  const done = batch.filter((one) => found.has(one.sent.uuid));
  if (!done.length) throw new Error("no answer");
  for (const one of done) Object.assign(one, { answer: found.get(one.sent.uuid), heard });
  const last = new Map(done.map((one) => [one.sent.slot, one]));
  const isOver = (one) => one.heard < heard - AGE || (last.get(one.sent.slot) ?? one) !== one;
  const gone = [...done, ...(await answered())].filter(isOver);
  await settle(done.filter((one) => !isOver(one)), gone);
  tell("answered", done);
}

window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
