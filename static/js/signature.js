// Signing on the screen, drawn by finger, pen or mouse; sent as a picture in the form's field (L2).
// Without this script the drawing is left out, and the name is typed or the paper attached.
const ways = document.querySelector("[data-ways]");
const box = ways?.querySelector("[data-signature]");

function showChosen() {
  const chosen = ways.querySelector("input[type=radio]:checked")?.value;
  for (const part of ways.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== chosen;
  if (chosen === "signature") fit();
}

const canvas = box?.querySelector("canvas");
const field = box?.querySelector("[name=signature]");
const said = box?.querySelector("[data-signed]");
let strokes = [];
let stroke = null;

// One point of the drawing for each point of the screen, drawn anew when the tablet is turned.
function fit() {
  const { width, height } = canvas.getBoundingClientRect();
  if (!width) return;
  canvas.width = Math.min(Math.round(width), 1200);
  canvas.height = Math.round(height);
  draw();
}

function draw() {
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = "#000";
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  for (const points of strokes) {
    pen.beginPath();
    pen.moveTo(...points[0]);
    for (const point of points) pen.lineTo(...point);
    pen.stroke();
  }
}

function keep() {
  field.value = strokes.length ? canvas.toDataURL("image/png") : "";
  said.textContent = strokes.length ? said.dataset.yes : "";
}

const place = (event) => [event.offsetX, event.offsetY];

canvas?.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  stroke = [place(event)];
  strokes.push(stroke);
  event.preventDefault();
});
canvas?.addEventListener("pointermove", (event) => {
  if (!stroke) return;
  stroke.push(place(event));
  draw();
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas?.addEventListener(end, () => {
    stroke = null;
    draw();
    keep();
  });
}
box?.querySelector("[data-wipe]").addEventListener("click", () => {
  strokes = [];
  draw();
  keep();
});

if (ways) {
  for (const part of ways.querySelectorAll("[data-drawn]")) part.hidden = false;
  field.value = "";
  ways.addEventListener("change", showChosen);
  window.addEventListener("resize", () => { if (!box.hidden) fit(); });
  showChosen();
}
