// What explorers share: what is given to them, drawing, and controls. No formula is typed here.

const given = JSON.parse(document.getElementById("explorer-data").textContent);
const column = (values) => values.map((value) => [value]);

// ── drawing ─────────────────────────────────────────────────────────────────────────────────────

const WIDTH = 420, HEIGHT = 260;
const FRAME = { left: 46, right: 410, top: 10, bottom: 222 };

function element(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const linear = ([from, to], [start, end]) => (value) =>
  start + ((value - from) / (to - from)) * (end - start);
const logarithmic = (decades, place) => {
  const at = linear(decades, place);
  return (value) => at(Math.log10(value));
};
const superscript = (integer) =>
  String(integer).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

// 0.0123 as 0.0123, 1.2e-7 as 1.2 × 10⁻⁷.
function pretty(value) {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)) {
    return String(Number(value.toPrecision(3)));
  }
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits} × 10${superscript(Number(exponent))}`;
}

function path(points, place) {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  return finite.map(([x, y], i) => `${i ? "L" : "M"}${place.x(x).toFixed(2)} ${place.y(y).toFixed(2)}`).join("");
}

// Axes with their numbers; returns the scales and a layer that is cut off at the frame.
function axes(svg, { x, y, label, ticksX, ticksY }) {
  const { left, right, top, bottom } = FRAME;
  const clip = `${svg.id}-clip`;
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  const layer = element("g", { "clip-path": `url(#${clip})` });
  const parts = [
    element("defs", {}, element("clipPath", { id: clip }, element("rect", frame))),
    ...ticksY.map(({ at, says }) =>
      element("g", { class: "tick" },
        element("path", { class: "grid", d: `M${left} ${y(at)}H${right}` }),
        element("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, says))),
    ...ticksX.map((at) =>
      element("g", { class: "tick" },
        element("path", { class: "axis", d: `M${x(at)} ${bottom}v4` }),
        element("text", { x: x(at), y: bottom + 17, "text-anchor": "middle" }, String(at).replace("-", "−")))),
    element("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    element("text", { class: "label", x: (left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, label),
    layer,
  ];
  svg.replaceChildren(...parts);
  return layer;
}

function decades(from, to) {
  return range(0, Math.floor((to - from) / 3) + 1)
    .map((i) => from + 3 * i)
    .map((exponent) => ({ at: 10 ** exponent, says: `10${superscript(exponent)}` }));
}

// Curves over 0, 1, 2, … with a logarithmic axis, a guide at 1 and a marker at `chosen`; the last
// curve lies on top. Where a value is 0 there is no point.
function decayChart(svg, { curves, label, chosen, from, to }) {
  const last = Math.max(...curves.map(({ values }) => values.length)) - 1;
  const place = {
    x: linear([0, last], [FRAME.left, FRAME.right]),
    y: logarithmic([from, to], [FRAME.bottom, FRAME.top]),
  };
  const layer = axes(svg, {
    ...place, label, ticksX: range(0, last / 10 + 1).map((i) => 10 * i), ticksY: decades(from, to),
  });
  layer.append(
    element("path", { class: "guide", d: path([[0, 1], [last, 1]], place) }),
    element("path", { class: "marker", d: `M${place.x(chosen)} ${FRAME.top}V${FRAME.bottom}` }),
    ...curves.map(({ kind, values }) =>
      element("path", { class: kind, d: path(values.map((y, x) => [x, y > 0 ? y : NaN]), place) })),
  );
  for (const { kind, values } of curves) {
    if (values[chosen] > 0) {
      layer.append(element("circle", { class: `${kind}-dot`, cx: place.x(chosen), cy: place.y(values[chosen]), r: 4 }));
    }
  }
}

// ── controls ────────────────────────────────────────────────────────────────────────────────────

const control = (name) => document.getElementById(`explorer-${name}`);
const chosen = (name) => Number(control(name).value);
const length = ([x, y]) => Math.hypot(x, y);

function say(name, words, drawing) {
  control(`${name}-says`).textContent = words;
  if (drawing) drawing.setAttribute("aria-label", words);
}

// One redrawing a frame, however fast a slider moves.
const pending = new Set();
let tasks = {};
function request(task) {
  if (!pending.size) {
    requestAnimationFrame(() => {
      const due = [...pending];
      pending.clear();
      due.forEach((name) => tasks[name]());
    });
  }
  pending.add(task);
}

// What stands beside a control.
function show(name) {
  const beside = control(`${name}-value`);
  if (beside) beside.textContent = String(Number(Number(control(name).value).toFixed(3)));
}

// Draw now, and again when a control moves: `readers` says what is drawn anew for which.
function start(readers, drawn) {
  tasks = drawn;
  for (const [name, task] of Object.entries(readers)) {
    const input = control(name);
    const moved = () => { show(name); request(task); };
    input.addEventListener("input", moved);
    moved();
  }
  control("form").addEventListener("submit", (event) => event.preventDefault());
  control("form").hidden = false;
}
