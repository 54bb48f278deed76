"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { graph, forecasts } = JSON.parse(byId("data").textContent);
  const canvas = byId("canvas");
  const svg = canvas.querySelector("svg");
  const view = byId("view");
  const size = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  svg.removeAttribute("viewBox");

  // Looking around: the view is moved and scaled as a whole.
  let scale = 1, left = 20, top = 20;
  const show = () => view.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const next = Math.min(4, Math.max(0.02, scale * factor));
    left = x - ((x - left) * next) / scale;
    top = y - ((y - top) * next) / scale;
    scale = next;
    show();
  };
  const fit = () => {
    const room = Math.min(canvas.clientWidth / size.width, canvas.clientHeight / size.height);
    scale = Math.min(1, Math.max(0.02, room));
    left = Math.max(0, (canvas.clientWidth - size.width * scale) / 2) + 20 * scale;
    top = Math.max(0, (canvas.clientHeight - size.height * scale) / 2) + 20 * scale;
    show();
  };
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const step = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
    zoom(Math.exp(-step / 500), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, left, top, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const x = event.clientX - drag.x, y = event.clientY - drag.y;
    drag.moved ||= Math.hypot(x, y) > 4;
    if (drag.moved) {
      canvas.classList.add("drags");
      left = drag.left + x;
      top = drag.top + y;
      show();
    }
  });
  window.addEventListener("pointerup", (event) => {
    canvas.classList.remove("drags");
    const click = drag && !drag.moved;
    drag = null;
    if (!click || !(event.target instanceof Element)) return;
    const block = event.target.closest("#canvas .block");
    if (block) open(block);
  });
  byId("in").onclick = () => zoom(1.25);
  byId("out").onclick = () => zoom(0.8);
  byId("fit").onclick = fit;
  document.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
    const focused = document.activeElement && document.activeElement.closest("#canvas .block");
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else if (event.key === "Escape") close();
    else if (event.key.startsWith("Arrow")) {
      left += { ArrowLeft: 60, ArrowRight: -60 }[event.key] ?? 0;
      top += { ArrowUp: 60, ArrowDown: -60 }[event.key] ?? 0;
      show();
    } else if (focused && (event.key === "Enter" || event.key === " ")) open(focused);
    else return;
    event.preventDefault();
  });

  // A block's commands and secrets.
  const details = byId("details");
  const add = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    details.append(element);
  };
  const listed = (heading, lines) => {
    if (!lines.length) return;
    add("h3", heading);
    add("pre", lines.join("\n"));
  };
  let chosen = null;
  const close = () => {
    byId("panel").hidden = true;
    if (chosen) chosen.classList.remove("chosen");
    chosen = null;
  };
  byId("close").onclick = close;
  const open = (element) => {
    close();
    chosen = element;
    chosen.classList.add("chosen");
    const pipeline = graph.pipelines[element.closest(".pipeline").dataset.pipeline];
    const block = pipeline.blocks[element.dataset.block];
    details.replaceChildren();
    add("h2", block.name);
    add("p", `${pipeline.name ?? "(no name)"}, ${pipeline.file}`);
    if (block.condition) add("p", block.condition);
    if (block.machine) add("p", block.machine);
    const before = block.dependencies.map((place) => pipeline.blocks[place].name);
    if (before.length) add("p", `after ${before.join(", ")}`);
    if (block.broken) add("p", block.broken);
    listed("Secrets", block.secrets);
    listed("Variables", block.variables);
    listed("Before each job", block.prologue);
    for (const job of block.jobs) {
      add("h3", `Job ${job.name}${job.copies ? " " + job.copies : ""}`);
      if (job.variables.length) add("pre", job.variables.join("\n"));
      add("pre", job.commands.join("\n"));
    }
    listed("After each job", block.epilogue);
    byId("panel").hidden = false;
  };

  // What an event would run: simulated beforehand, only looked up here.
  const choose = (select, texts) =>
    texts.forEach((text, index) => select.append(new Option(text, String(index))));
  choose(byId("event"), forecasts.events);
  choose(byId("result"), forecasts.results);
  const mark = (element, off, maybe) => {
    element.classList.toggle("off", off);
    element.classList.toggle("maybe", maybe);
  };
  const first = new Map();
  graph.promotions.forEach((promotion, index) => {
    if (!first.has(promotion.from)) first.set(promotion.from, index);
  });
  const update = () => {
    const event = byId("event").value;
    const run = event === ""
      ? null
      : forecasts.runs[event][byId("result").value][byId("pressed").checked ? 1 : 0];
    let running = 0, all = 0;
    for (const element of svg.querySelectorAll(".pipeline")) {
      const letters = run && run[element.dataset.pipeline];
      mark(element, run !== null && !letters, false);
      for (const block of element.querySelectorAll(".block")) {
        const letter = letters ? letters.blocks[block.dataset.block] : "r";
        const off = run !== null && (!letters || letter === "s" || letter === "c");
        mark(block, off, run !== null && letter === "u");
        all += 1;
        if (!off) running += 1;
      }
    }
    for (const element of svg.querySelectorAll("[data-promotion]")) {
      const index = Number(element.dataset.promotion);
      const from = graph.promotions[index].from;
      const letters = run && run[from];
      const letter = letters ? letters.promotions[index - first.get(from)] : "w";
      mark(element, run !== null && letter === "w", run !== null && letter === "u");
    }
    byId("answer").textContent = run === null ? "" : `${running} of ${all} blocks run`;
  };
  byId("form").addEventListener("change", update);
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("resize", show);
  fit();
  update();
})();
