// The explorer of a network: reads the controls, calls the generated functions, draws.

const { letters, ...nets } = given;

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

// ── pictures ──────────────────────────────────────────────────────────────────────────────────────

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

// ── controls ──────────────────────────────────────────────────────────────────────────────────────

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
  decayChart(control("product"), { curves: [{ kind: "bound", values: found.bounds }, { kind: "first", values: found.norms }], label: letters.distance, chosen: distance, from: -12, to: 6 });
  say("product", `At ${letters.distance} = ${distance} the norm is ${pretty(found.norms[distance])}, its bound ${pretty(found.bounds[distance])}.`, control("product"));
}

function drawTruncation(found) {
  const tau = chosen("tau");
  decayChart(control("truncation"), { curves: [{ kind: "bound", values: found.tail }, { kind: "first", values: found.bias }], label: letters.tau, chosen: tau, from: -12, to: 6 });
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
start({
  weights: "network", activation: "network", lambda: "network", distance: "distance", tau: "tau",
  kappa: "gradient", length: "gradient", angle: "gradient",
}, {
  network: () => { found = drawNetwork(); drawProduct(found); drawTruncation(found); },
  distance: () => drawProduct(found),
  tau: () => drawTruncation(found),
  gradient: drawGradient,
});

// For the console: explorer.study({ weights: "random", activation: "tanh", lambda: 1.2 }).
globalThis.explorer = { formulas, activations, nets, study, clip };
