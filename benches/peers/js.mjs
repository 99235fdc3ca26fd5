// The npm package `yaml`: `js.mjs FILE REPEATS`. Prints what `py.py` prints.

import fs from "node:fs";
import { parseAllDocuments } from "yaml";

const [path, repeats] = process.argv.slice(2);
const text = fs.readFileSync(path, "utf8");

function timed(name, work, times) {
  const seconds = [];
  let result;
  for (let at = 0; at < times; at += 1) {
    result = undefined;
    const began = performance.now();
    const before = process.cpuUsage();
    result = work();
    const used = process.cpuUsage(before);
    seconds.push(`${(performance.now() - began) / 1e3}:${(used.user + used.system) / 1e6}`);
  }
  console.log(name, ...seconds);
  return result;
}

const documents = timed("load", () => parseAllDocuments(text, { logLevel: "silent" }), Number(repeats));
let random = 1;
timed("edit", () => {
  random = (random * 48271) % 2147483647;
  const document = documents[random % documents.length];
  document.set("name", "Renamed");
  return document.toString();
}, 200);
timed("save", () => {
  const file = fs.openSync(`${path}.new`, "w");
  fs.writeSync(file, documents.map((document) => document.toString({ directives: true })).join(""));
  fs.fsyncSync(file);
  fs.closeSync(file);
  fs.renameSync(`${path}.new`, `${path}.js`);
}, 1);
const status = fs.readFileSync("/proc/self/status", "utf8");
console.log("peak", status.match(/VmHWM:\s+(\d+)/)[1]);
