"use strict";

const find = (id) => document.getElementById(id);
let models = [];
let walking = false;
let moved = false; // Since the last request of the walk.

async function get(path) {
  const token = sessionStorage.getItem("token");
  const response = await fetch(path, token ? { headers: { Authorization: "Bearer " + token } } : {});
  if (response.ok) {
    return response;
  }
  if (response.status === 401) {
    find("token-form").hidden = false;
    find("token").focus();
  }
  let problem = "The server answered " + response.status + ".";
  try {
    problem = (await response.json()).error;
  } catch (e) {
    // The status says enough.
  }
  throw new Error(problem);
}

function say(id, text, bad) {
  find(id).textContent = text;
  find(id).classList.toggle("bad", Boolean(bad));
}

function show(image, blob, text) {
  if (image.src) {
    URL.revokeObjectURL(image.src);
  }
  image.src = URL.createObjectURL(blob);
  image.alt = text;
  image.hidden = false;
}

function levels() {
  const sigmas = find("sigmas").value.trim();
  return sigmas ? { sigmas } : { steps: find("steps").value };
}

function address(parameters) {
  const wanted = { model: find("model").value, ...parameters };
  if (find("class").value) {
    wanted.class = find("class").value;
  }
  if (!find("guidance-label").hidden && find("guidance").value) {
    wanted.guidance = find("guidance").value;
  }
  return "v1/images?" + new URLSearchParams(wanted);
}

async function draw() {
  const wanted = { count: find("count").value, seed: find("seed").value, ...levels() };
  say("status", "Drawing ...");
  find("draw").disabled = true;
  try {
    const begun = performance.now();
    const blob = await (await get(address(wanted))).blob();
    const seconds = ((performance.now() - begun) / 1000).toFixed(2);
    show(find("grid"), blob, wanted.count + " samples of seed " + wanted.seed);
    find("png").href = find("grid").src;
    find("png").hidden = false;
    find("zip").dataset.address = address({ ...wanted, format: "zip" });
    find("zip").href = "#";
    find("zip").hidden = false;
    say("status", wanted.count + " samples in " + seconds + " s");
  } catch (e) {
    say("status", e.message, true);
  } finally {
    find("draw").disabled = false;
  }
}

async function step() {
  const at = find("at").value;
  try {
    const parameters = { count: 1, seed: find("from").value, to: find("to").value, at, ...levels() };
    const blob = await (await get(address(parameters))).blob();
    show(find("frame"), blob, "A sample at " + at + " of the way");
    say("walk-status", Math.round(at * 100) + "% of the way");
  } catch (e) {
    say("walk-status", e.message, true);
  }
}

// One request at a time, however fast the slider moves; the last place is always shown.
async function walk() {
  moved = true;
  if (walking) {
    return;
  }
  walking = true;
  while (moved) {
    moved = false;
    await step();
  }
  walking = false;
}

async function download(event) {
  event.preventDefault();
  try {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await (await get(find("zip").dataset.address)).blob());
    link.download = "samples.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  } catch (e) {
    say("status", e.message, true);
  }
}

function draws(tag, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.textContent = text || "";
  find("chart").append(node);
}

function chart(lines, metric) {
  const points = lines.filter((line) => Number.isFinite(line[metric])).map((line) => [line.step, line[metric]]);
  const [left, right, top, bottom] = [64, 630, 12, 205];
  find("chart").querySelectorAll(":not(title)").forEach((node) => node.remove());
  const range = (values) => [Math.min(...values), Math.max(...values)];
  const [firstStep, lastStep] = range(points.map((point) => point[0]));
  const [least, most] = range(points.map((point) => point[1]));
  const x = (step) => left + ((step - firstStep) / (lastStep - firstStep || 1)) * (right - left);
  const y = (value) => bottom - ((value - least) / (most - least || 1)) * (bottom - top);
  draws("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
  draws("path", {
    class: "curve",
    d: "M" + points.map(([step, value]) => x(step).toFixed(1) + " " + y(value).toFixed(1)).join("L"),
  });
  const short = (value) => Number(value.toPrecision(3)).toString();
  draws("text", { x: left - 6, y: top + 8, "text-anchor": "end" }, short(most));
  draws("text", { x: left - 6, y: bottom, "text-anchor": "end" }, short(least));
  draws("text", { x: left, y: bottom + 18 }, String(firstStep));
  draws("text", { x: right, y: bottom + 18, "text-anchor": "end" }, lastStep + " steps");
  find("chart-title").textContent =
    `${metric}: from ${short(points[0][1])} at step ${firstStep} to ${short(points.at(-1)[1])} at step ${lastStep}`;
}

async function training(name) {
  find("training").hidden = true;
  try {
    const text = await (await get(`v1/models/${encodeURIComponent(name)}/training`)).text();
    const lines = text.trim().split("\n").map((line) => JSON.parse(line));
    const names = Object.keys(Object.assign({}, ...lines)).filter((key) => key !== "step");
    const first = ["fid", "loss_at_first_levels", "loss"].find((key) => names.includes(key)) || names[0];
    find("metric").replaceChildren(...names.map((key) => new Option(key, key, key === first, key === first)));
    find("metric").onchange = () => chart(lines, find("metric").value);
    chart(lines, first);
    find("training").hidden = false;
  } catch (e) {
    // The model came without its metrics.
  }
}

function element(tag, text, parent) {
  const node = document.createElement(tag);
  // `code` in a line.
  text.split("`").forEach((part, i) => {
    if (i % 2) {
      node.append(Object.assign(document.createElement("code"), { textContent: part }));
    } else {
      node.append(part);
    }
  });
  parent.append(node);
  return node;
}

// The Markdown of cards: headings, tables, code and paragraphs.
function markdown(text, parent) {
  parent.replaceChildren();
  for (const block of text.split(/^(```[^]*?^```)$/m).flatMap((part) => (part.startsWith("```") ? [part] : part.split(/\n\s*\n/)))) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (!lines.length) {
      continue;
    }
    if (lines[0].startsWith("```") || lines.every((line) => line.startsWith("    "))) {
      const code = lines[0].startsWith("```") ? lines.slice(1, -1) : lines.map((line) => line.slice(4));
      parent.append(Object.assign(document.createElement("pre"), { textContent: code.join("\n") }));
    } else if (lines[0].startsWith("|")) {
      const table = element("table", "", parent);
      lines.forEach((line, i) => {
        const cells = line.slice(1, line.lastIndexOf("|")).split("|").map((cell) => cell.trim());
        if (i !== 1 && cells.some((cell) => cell)) {
          const row = element("tr", "", table);
          cells.forEach((cell) => element(i ? "td" : "th", cell, row));
        }
      });
    } else if (lines[0].startsWith("#")) {
      element("h3", lines[0].replace(/^#+ /, ""), parent);
    } else {
      element("p", lines.join(" "), parent);
    }
  }
}

async function card(name) {
  find("about").hidden = true;
  try {
    markdown(await (await get(`v1/models/${encodeURIComponent(name)}/card`)).text(), find("card"));
    find("about").hidden = false;
  } catch (e) {
    // The model came without a card.
  }
}

function choose() {
  const model = models.find((one) => one.name === find("model").value);
  if (!model.versions.length) {
    say("status", `${model.name} is not loaded yet; load this page again in a moment.`, true);
    return;
  }
  find("steps").value = model.score ? 18 : 1;
  find("steps").min = model.score ? 2 : 1;
  const names = model.classes || [];
  find("class-label").hidden = !names.length;
  find("guidance-label").hidden = !model.guidance;
  find("class").replaceChildren(
    ...(names.length ? [new Option("mixed", ""), new Option("all", "all")] : []),
    ...names.map((name, i) => new Option(name, String(i))),
  );
  find("sigmas").placeholder = model.sigmas || String(model.sigma_max);
  training(model.name);
  card(model.name);
  if (model.images) {
    draw();
    walk();
  } else {
    say("status", "This model makes points; call it with :predict.");
  }
}

async function start() {
  try {
    const list = await (await get("v1/models")).json();
    models = list.models;
    find("count").max = list.max_rows;
    find("count").value = Math.min(find("count").value, list.max_rows);
    find("model").replaceChildren(...models.map((model) => new Option(model.name, model.name)));
    find("token-form").hidden = true;
    choose();
  } catch (e) {
    say("status", e.message, true);
  }
}

find("samples").addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
});
find("next").addEventListener("click", () => {
  find("seed").value = Number(find("seed").value) + 1;
  draw();
});
find("walk").addEventListener("submit", (event) => event.preventDefault());
find("walk").addEventListener("input", walk);
find("zip").addEventListener("click", download);
find("model").addEventListener("change", choose);
find("class").addEventListener("change", () => {
  draw();
  walk();
});
find("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", find("token").value);
  start();
});
start();
