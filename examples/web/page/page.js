// The page: what a person sees and does. Training is worker.js's.
"use strict";

const $ = (id) => document.getElementById(id);
const digits = 10;
const side = 280; // of the drawing area
const brush = 26;

let worker;
let history = []; // [generation, share right]
let began; // of the training that speed is measured over: {time, samples}

function fail(text) {
  $("alert").textContent = `The network cannot run: ${text}`;
  $("alert").hidden = false;
  for (const id of ["pause", "restart", "teach"]) $(id).disabled = true;
  if (history.length === 0) $("generation").textContent = "Not loaded";
}

function start() {
  for (let d = 0; d < digits; d++) {
    $("label").append(new Option(d, d));
    const li = document.createElement("li");
    li.innerHTML = `<span>${d}</span><meter min="0" max="1" value="0" aria-label="${d}"></meter><span>–</span>`;
    $("bars").append(li);
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    fail("this browser has no WebAssembly or no workers.");
    return;
  }
  worker = new Worker("worker.js");
  worker.onerror = (event) => fail(event.message || "worker.js could not be loaded.");
  worker.onmessage = ({ data }) => receive[data.kind](data);
}

const receive = {
  ready() {
    for (const id of ["pause", "restart", "teach"]) $(id).disabled = false;
    predict();
  },
  status({ running, status, weights }) {
    const share = status.right / status.all;
    if (history.length === 0 || history.at(-1)[0] < status.generation) history.push([status.generation, share]);
    $("accuracy").value = percent(share);
    $("tests").textContent = status.all;
    $("generation").textContent = `Generation ${number(status.generation)} of ${number(status.planned)}`;
    $("progress").max = status.planned;
    $("progress").value = status.generation;
    $("hash").textContent = status.hash;
    document.body.dataset.state = status.done ? "done" : running ? "running" : "paused";
    $("pause").textContent = status.done ? "Done" : running ? "Pause" : "Go on";
    $("pause").disabled = status.done;
    speed(running && !status.done, status.samples);
    announce(status, share);
    drawCurve(status.planned);
    drawTiles(weights);
    predict();
  },
  prediction({ prediction }) {
    asked = false;
    show(prediction);
    if (again) predict();
  },
  taught({ label }) {
    $("taught").textContent = `Taught: your drawing is a ${label}. It is among the training digits now.`;
    clear();
  },
  failed: ({ text }) => fail(text),
};

const number = (n) => n.toLocaleString("en");
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function speed(running, samples) {
  const now = performance.now();
  if (!running || !began || samples < began.samples) began = running ? { time: now, samples } : undefined;
  const seconds = began ? (now - began.time) / 1000 : 0;
  if (seconds > 0.5) $("speed").textContent = `${number(Math.round((samples - began.samples) / seconds / 1000))} thousand samples a second`;
}

// announce tells those who listen about every tenth of the run, not every slice.
let announced = "";
function announce(status, share) {
  const tenth = Math.floor((10 * status.generation) / status.planned);
  const key = `${tenth} ${status.planned}`;
  if (key === announced) return;
  announced = key;
  $("announcement").textContent = `Generation ${status.generation} of ${status.planned}: ${percent(share)} right.`;
}

// Pictures.

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// fit gives a canvas the pixels of the screen that it covers, and returns its context
// in the units of the page.
function fit(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const g = canvas.getContext("2d");
  g.scale(scale, scale);
  return { g, width, height };
}

function drawCurve(planned) {
  const { g, width, height } = fit($("curve"));
  const left = 46, right = width - 6, top = 8, bottom = height - 22;
  const x = (generation) => left + (generation / planned) * (right - left);
  const y = (share) => bottom - share * (bottom - top);
  g.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  g.fillStyle = color("--soft");
  g.strokeStyle = color("--line");
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    g.beginPath();
    g.moveTo(left, Math.round(y(share)) + 0.5);
    g.lineTo(right, Math.round(y(share)) + 0.5);
    g.stroke();
    g.fillText(`${100 * share} %`, left - 5, y(share));
  }
  g.textBaseline = "alphabetic";
  g.textAlign = "left";
  g.fillText("0", left, height - 5);
  g.textAlign = "right";
  g.fillText(`generation ${number(planned)}`, right, height - 5);
  g.strokeStyle = color("--accent");
  g.lineWidth = 2;
  g.lineJoin = "round";
  g.beginPath();
  for (const [generation, share] of history) g.lineTo(x(generation), y(share));
  g.stroke();
}

// drawTiles draws a tile of 8×8 weights for each hidden unit, with a gap between them.
let shown;
function drawTiles(weights) {
  shown = weights;
  const canvas = $("tiles");
  const columns = canvas.clientWidth < 480 ? 8 : 16;
  const rows = 64 / columns;
  canvas.width = columns * 9 - 1;
  canvas.height = rows * 9 - 1;
  const g = canvas.getContext("2d");
  const colors = [0, 1, 2, 3, 4].map((level) => color(`--w${level}`));
  for (let unit = 0; unit < 64; unit++) {
    for (let pixel = 0; pixel < 64; pixel++) {
      g.fillStyle = colors[weights[unit * 64 + pixel] + 2];
      g.fillRect((unit % columns) * 9 + (pixel % 8), Math.floor(unit / columns) * 9 + Math.floor(pixel / 8), 1, 1);
    }
  }
}

function redraw() {
  if (!shown) return;
  drawCurve($("progress").max);
  drawTiles(shown);
}
window.addEventListener("resize", redraw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// Drawing.

const pad = $("pad");
const ink = pad.getContext("2d", { willReadFrequently: true });
let last; // point of the stroke, or none
const pen = { x: side / 2, y: side / 4, down: false }; // of the keys

function stroke(from, to) {
  ink.strokeStyle = "#111";
  ink.lineWidth = brush;
  ink.lineCap = ink.lineJoin = "round";
  ink.beginPath();
  ink.moveTo(from.x, from.y);
  ink.lineTo(to.x, to.y + 0.01); // a dot is a stroke too
  ink.stroke();
  predict();
}

function clear() {
  ink.clearRect(0, 0, side, side);
  pen.down = false;
  showPen();
  predict();
}

function showPen() {
  $("pen").classList.toggle("down", pen.down);
  $("pen").style.left = `${(100 * pen.x) / side}%`;
  $("pen").style.top = `${(100 * pen.y) / side}%`;
}

function point(event) {
  const box = pad.getBoundingClientRect();
  const border = pad.clientLeft;
  return {
    x: ((event.clientX - box.left - border) * side) / pad.clientWidth,
    y: ((event.clientY - box.top - border) * side) / pad.clientHeight,
  };
}

pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  pad.setPointerCapture(event.pointerId);
  last = point(event);
  stroke(last, last);
});
pad.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const e of event.getCoalescedEvents?.() ?? [event]) {
    const next = point(e);
    stroke(last, next);
    last = next;
  }
});
for (const kind of ["pointerup", "pointercancel"]) pad.addEventListener(kind, () => (last = undefined));

const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
pad.addEventListener("keydown", (event) => {
  const move = moves[event.key];
  if (move) {
    const clamp = (v) => Math.min(Math.max(v, brush / 2), side - brush / 2);
    const next = { x: clamp(pen.x + 12 * move[0]), y: clamp(pen.y + 12 * move[1]) };
    if (pen.down) stroke(pen, next);
    Object.assign(pen, next);
  } else if (event.key === " ") {
    pen.down = !pen.down;
    if (pen.down) stroke(pen, pen);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    clear();
  } else {
    return;
  }
  showPen();
  event.preventDefault();
});

showPen();

// drawing returns the alpha of the drawing.
function drawing() {
  const { data } = ink.getImageData(0, 0, side, side);
  const alpha = new Uint8Array(side * side);
  for (let i = 0; i < alpha.length; i++) alpha[i] = data[4 * i + 3];
  return alpha;
}

// predict asks for a prediction, one at a time.
let asked = false;
let again = false;
function predict() {
  again = asked;
  if (asked || !worker || $("teach").disabled) return;
  asked = true;
  worker.postMessage({ kind: "predict", alpha: drawing(), side });
}

function show(prediction) {
  let shares = new Array(digits).fill(0);
  if (prediction) {
    const odds = Array.from(prediction.scores, (score) => 2 ** (score / 16));
    const sum = odds.reduce((a, b) => a + b);
    shares = odds.map((o) => o / sum);
  }
  const best = shares.indexOf(Math.max(...shares));
  const answer = prediction ? String(best) : "?";
  if ($("answer").value !== answer) $("answer").value = answer;
  $("sure").textContent = prediction ? `${Math.round(100 * shares[best])} % sure` : "draw, and see what the network takes it for";
  [...$("bars").children].forEach((li, d) => {
    li.children[1].value = shares[d];
    li.children[2].textContent = prediction ? `${Math.round(100 * shares[d])} %` : "–";
  });
}

// Buttons.

$("pause").addEventListener("click", () => worker.postMessage({ kind: "run", run: document.body.dataset.state !== "running" }));
$("restart").addEventListener("click", () => {
  history = [];
  announced = "";
  $("taught").textContent = "Started again: taught drawings are forgotten.";
  worker.postMessage({ kind: "restart", seed: 1 });
});
$("clear").addEventListener("click", clear);
$("teach").addEventListener("click", () => {
  const alpha = drawing();
  if (!alpha.some((a) => a > 0)) {
    $("taught").textContent = "There is no drawing yet.";
    return;
  }
  worker.postMessage({ kind: "teach", alpha, side, label: Number($("label").value) });
});

start();
