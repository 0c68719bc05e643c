// The marks that this device keeps, in the order in which they were tapped. Where the browser keeps nothing (a private
// window), they live as long as the page.
const NAME = "trinvis";
const MARKS = "marks";
let opening = null;

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(MARKS, { keyPath: "order", autoIncrement: true });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const base = request.result;
      base.onclose = () => { opening = null; };
      base.onversionchange = () => { base.close(); opening = null; };
      resolve(base);
    };
  }).catch(() => null);
}

// What an object store of the browser does, for one page.
const inMemory = {
  records: new Map(),
  next: 1,
  getAll: () => ({ result: [...inMemory.records.values()] }),
  add: (record) => inMemory.records.set(inMemory.next, { ...record, order: inMemory.next++ }),
  put: (record) => inMemory.records.set(record.order, record),
  delete: (order) => inMemory.records.delete(order),
};

// Done when it is on the disk, not before: a tablet may lose its power the next moment.
async function transaction(mode, act) {
  const base = await (opening ??= open());
  if (!base) return act(inMemory)?.result;
  return new Promise((resolve, reject) => {
    const turn = base.transaction(MARKS, mode, { durability: "strict" });
    const request = act(turn.objectStore(MARKS));
    turn.oncomplete = () => resolve(request?.result);
    turn.onabort = turn.onerror = () => reject(turn.error);
  });
}

export const isLasting = async () => Boolean(await (opening ??= open()));

// Every record, in order.
export const all = () => transaction("readonly", (store) => store.getAll());

// All of them or none.
export const add = (records) => transaction("readwrite", (store) => { for (const one of records) store.add(one); });

// Some are changed, others go, in one step.
export const settle = (changed, gone = []) => transaction("readwrite", (store) => {
  for (const one of changed) store.put(one);
  for (const one of gone) store.delete(one.order);
});
