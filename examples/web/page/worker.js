// The worker trains, so that the page stays free for a person. It takes messages
// {kind, ...} from page.js and answers with others; between two slices of training it
// looks for new ones.
"use strict";

const slice = 50; // milliseconds

let running = true;
let waiting = false; // for the next slice

function fail(error) {
  running = false;
  postMessage({ kind: "failed", text: String((error && error.message) || error) });
}

// call calls a function of the Go program, whose errors are objects.
function call(name, ...args) {
  const result = self.pentary[name](...args);
  if (result && result.error) throw new Error(result.error);
  return result;
}

function report() {
  const status = call("status");
  if (status.done) running = false;
  postMessage({ kind: "status", running, status, weights: call("weights") });
}

function next() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    try {
      if (!running) return;
      call("train", slice);
      report();
      if (running) next();
    } catch (error) {
      fail(error);
    }
  });
}

onmessage = ({ data }) => {
  try {
    switch (data.kind) {
      case "run":
        running = data.run;
        report();
        if (running) next();
        break;
      case "restart":
        call("restart", data.seed);
        running = true;
        report();
        next();
        break;
      case "predict":
        postMessage({ kind: "prediction", prediction: call("predict", data.alpha, data.side) });
        break;
      case "teach":
        call("teach", data.alpha, data.side, data.label);
        postMessage({ kind: "taught", label: data.label });
        running = true;
        report();
        next();
        break;
    }
  } catch (error) {
    fail(error);
  }
};

// The Go program calls this when its functions are there.
self.pentaryReady = () => {
  call("restart", 1);
  report();
  postMessage({ kind: "ready" });
  next();
};

async function load() {
  importScripts("wasm_exec.js");
  const go = new Go();
  const response = await fetch("pentary.wasm");
  if (!response.ok) throw new Error(`pentary.wasm: ${response.status} ${response.statusText}`);
  const module = await WebAssembly.instantiate(await response.arrayBuffer(), go.importObject);
  await go.run(module.instance);
  throw new Error("the Go program has ended");
}

load().catch(fail);
