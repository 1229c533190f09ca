// The explorer: reads the controls, calls the generated functions, draws. No formula is typed here.

const { letters, ...nets } = JSON.parse(document.getElementById("explorer-data").textContent);
const column = (values) => values.map((value) => [value]);

// Forward pass, products, bias and their bounds for one setting of the network.
function study({ weights, activation, lambda }) {
  const { sigma, sigma_prime, gamma } = activations[activation];
  const t = nets.x.length;
  const W = scale(lambda, nets.weights[weights]);
  const x = [null, ...nets.x.map(column)];
  const [s, a] = [[column(nets.s0)], [null]];
  const given = {
    W, U: nets.U, b: column(nets.b), x, s, a, t, sigma, sigma_prime, gamma, lambda,
    d: W.length, dL_ds: { [t]: [nets.c] },
  };
  for (let j = 1; j <= t; j++) {
    a[j] = formulas.between({ ...given, j });
    s[j] = formulas.state({ ...given, j });
  }
  const back = range(0, t + 1).map((distance) => ({ ...given, k: t - distance }));
  const kept = range(0, t - 1);
  const C = formulas.lossNorm(given);
  const E = Math.max(...range(1, t + 1).map((k) => formulas.immediateNorm({ ...given, k })));
  const contracts = gamma * lambda < 1;
  return {
    gamma, ratio: gamma * lambda, t, argued: range(1, t + 1).map((j) => formulas.argument({ ...given, j }).flat()),
    s: s.map((entry) => entry.flat()),
    norms: back.map(formulas.jacobianNorm), bounds: back.map(formulas.bound),
    bias: kept.map((tau) => formulas.bias({ ...given, tau })),
    tail: contracts ? kept.map((tau) => formulas.biasBound({ ...given, C, E, tau })) : [],
  };
}

const clip = (g, kappa) => formulas.clipped({ g: column(g), kappa }).flat();

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

// Curves over 0, 1, 2, … with a logarithmic axis, a guide at 1 and a marker at `chosen`.
function decayChart(svg, { values, bounds, label, chosen, from, to }) {
  const last = values.length - 1;
  const place = {
    x: linear([0, last], [FRAME.left, FRAME.right]),
    y: logarithmic([from, to], [FRAME.bottom, FRAME.top]),
  };
  const layer = axes(svg, {
    ...place, label, ticksX: range(0, last / 10 + 1).map((i) => 10 * i), ticksY: decades(from, to),
  });
  const curve = (ys) => path(ys.map((y, x) => [x, y > 0 ? y : NaN]), place);
  layer.append(
    element("path", { class: "guide", d: path([[0, 1], [last, 1]], place) }),
    element("path", { class: "marker", d: `M${place.x(chosen)} ${FRAME.top}V${FRAME.bottom}` }),
    element("path", { class: "bound", d: curve(bounds) }),
    element("path", { class: "first", d: curve(values) }),
  );
  for (const [ys, kind] of [[bounds, "bound-dot"], [values, "first-dot"]]) {
    if (ys[chosen] > 0) {
      layer.append(element("circle", { class: kind, cx: place.x(chosen), cy: place.y(ys[chosen]), r: 4 }));
    }
  }
}

function drawSlope(svg, { activation, found }) {
  const { sigma, sigma_prime, gamma } = activations[activation];
  const [low, high] = [-1.5, 2];
  const place = {
    x: linear([-6, 6], [FRAME.left, FRAME.right]),
    y: linear([low, high], [FRAME.bottom, FRAME.top]),
  };
  const layer = axes(svg, {
    ...place, label: letters.argument, ticksX: [-6, -3, 0, 3, 6],
    ticksY: [-1, 0, 1, 2].map((at) => ({ at, says: String(at).replace("-", "−") })),
  });
  const curve = (f) => path(range(-120, 121).map((i) => [i / 20, f(i / 20)]), place);
  layer.append(
    element("path", { class: "guide", d: path([[-6, gamma], [6, gamma]], place) }),
    element("path", { class: "ticks", d: found.argued.flat().map((a) => `M${place.x(a).toFixed(1)} ${FRAME.bottom}v-9`).join("") }),
    element("path", { class: "first", d: curve(sigma) }),
    element("path", { class: "second", d: curve(sigma_prime) }),
  );
}

function drawClipping(svg, { g, shortened, kappa }) {
  const unit = (HEIGHT - 16) / 7.4;
  const place = { x: (x) => WIDTH / 2 + unit * x, y: (y) => HEIGHT / 2 - unit * y };
  const marker = (kind) =>
    element("marker", { id: `${svg.id}-${kind}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto" },
      element("path", { class: `${kind}-head`, d: "M0 0L10 5L0 10Z" }));
  const arrow = (kind, to) =>
    element("path", { class: kind, d: path([[0, 0], to], place), "marker-end": `url(#${svg.id}-${kind})` });
  svg.replaceChildren(
    element("defs", {}, marker("arrow-before"), marker("arrow-after")),
    element("path", { class: "axis", d: `M${place.x(-5.5)} ${place.y(0)}H${place.x(5.5)}M${place.x(0)} ${place.y(-3.6)}V${place.y(3.6)}` }),
    element("circle", { class: "ball", cx: place.x(0), cy: place.y(0), r: unit * kappa }),
    arrow("arrow-before", g), arrow("arrow-after", shortened),
  );
}

// ── controls ────────────────────────────────────────────────────────────────────────────────────

const control = (name) => document.getElementById(`explorer-${name}`);
const chosen = (name) => Number(control(name).value);
const length = ([x, y]) => Math.hypot(x, y);

function say(name, words, drawing) {
  control(`${name}-says`).textContent = words;
  if (drawing) drawing.setAttribute("aria-label", words);
}

function drawNetwork() {
  const setting = { weights: control("weights").value, activation: control("activation").value, lambda: chosen("lambda") };
  const found = study(setting);
  const { gamma, ratio } = found;
  const { convention } = activations[setting.activation];
  const verdict = ratio < 1 ? "the product must vanish" : ratio > 1 ? "it could explode" : "neither is forced";
  say("network", `${letters.gamma} = ${pretty(gamma)}, ${letters.gamma}${letters.lambda} = ${pretty(ratio)}: ${verdict}.`);
  const slopes = found.argued.flat().map((x) => Math.abs(activations[setting.activation].sigma_prime(x)));
  const mean = slopes.reduce((x, y) => x + y) / slopes.length;
  say("slope", `The steepest slope is ${letters.gamma} = ${pretty(gamma)}; the mean of |${letters.slope}| in this network is ${pretty(mean)}.${convention && ` Here ${convention}.`}`, control("slope"));
  drawSlope(control("slope"), { activation: setting.activation, found });
  return found;
}

function drawProduct(found) {
  const distance = chosen("distance");
  decayChart(control("product"), { values: found.norms, bounds: found.bounds, label: letters.distance, chosen: distance, from: -12, to: 6 });
  say("product", `At ${letters.distance} = ${distance} the norm is ${pretty(found.norms[distance])}, its bound ${pretty(found.bounds[distance])}.`, control("product"));
}

function drawTruncation(found) {
  const tau = chosen("tau");
  decayChart(control("truncation"), { values: found.bias, bounds: found.tail, label: letters.tau, chosen: tau, from: -12, to: 6 });
  const tail = found.tail.length ? `its bound ${pretty(found.tail[tau])}` : `and ${letters.gamma}${letters.lambda} ≥ 1 gives no bound`;
  say("truncation", `With ${letters.tau} = ${tau} factors kept the bias is ${pretty(found.bias[tau])}, ${tail}.`, control("truncation"));
}

function drawGradient() {
  const [kappa, radius, angle] = ["kappa", "length", "angle"].map(chosen);
  const g = [radius * Math.cos((angle * Math.PI) / 180), radius * Math.sin((angle * Math.PI) / 180)];
  const shortened = clip(g, kappa);
  drawClipping(control("clipping"), { g, shortened, kappa });
  const effect = radius > kappa ? `is shortened to ${pretty(length(shortened))}, in the same direction` : "is inside the ball and stays as it is";
  say("clipping", `A gradient of length ${pretty(radius)} ${effect}.`, control("clipping"));
}

let found = null;
const pending = new Set();
const tasks = {
  network: () => { found = drawNetwork(); drawProduct(found); drawTruncation(found); },
  distance: () => drawProduct(found),
  tau: () => drawTruncation(found),
  gradient: drawGradient,
};
const readers = {
  weights: "network", activation: "network", lambda: "network", distance: "distance", tau: "tau",
  kappa: "gradient", length: "gradient", angle: "gradient",
};

// One redrawing a frame, however fast a slider moves.
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

for (const [name, task] of Object.entries(readers)) {
  const input = control(name);
  const show = () => {
    const value = control(`${name}-value`);
    if (value) value.textContent = input.value;
    request(task);
  };
  input.addEventListener("input", show);
  show();
}
control("form").addEventListener("submit", (event) => event.preventDefault());
control("form").hidden = false;

// For the console: explorer.study({ weights: "random", activation: "tanh", lambda: 1.2 }).
globalThis.explorer = { formulas, activations, nets, study, clip };
