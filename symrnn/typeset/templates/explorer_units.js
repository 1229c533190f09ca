// The explorer of single units: reads the controls, calls the generated functions, draws.

// All that one unit computes, from numbers for its parameters, inputs and first states.
function study(key, values) {
  const { definitions, limits, within, direct, total, bound } = formulas[key];
  const { times: [now, last, first], sizes, inputs, silent, arrays, sliders, states } = given.units[key];
  const t = given.steps, times = range(1, t + 1);
  const run = { [last]: t };
  for (const name of sizes) run[name] = 1;
  for (const [slider, name] of Object.entries(sliders)) run[name] = values[slider];
  for (const [name, slider] of Object.entries(inputs)) run[name] = range(0, t + 1).map(() => [[values[slider] ?? 0]]);
  for (const name of silent) run[name] = [[0]];
  for (const [name, rows] of Object.entries(arrays)) run[name] = rows.map((row) => row.map((slider) => values[slider]));
  for (const name of Object.keys(definitions)) run[name] = [null];
  for (const [slider, name] of Object.entries(states)) run[name] = [[[values[slider]]]];
  const at = (f, j) => f({ ...run, [now]: j });
  for (const j of times) {
    for (const [name, next] of Object.entries(definitions)) run[name][j] = at(next, j);
  }
  for (const [name, size] of Object.entries(limits)) run[name] = Math.max(...times.map((j) => at(size, j)));
  const back = range(0, t + 1).map((distance) => ({ ...run, [first]: t - distance }));
  const holds = within.every(([size, most]) => range(0, t + 1).every((j) => at(size, j) <= most));
  return {
    direct: direct ? back.map(direct) : [], total: back.map(total), bound: holds ? back.map(bound) : [],
    states: Object.fromEntries(Object.entries(states).map(([slider, name]) => [slider, run[name].flat(2)])),
  };
}

// The names of a unit's sliders.
function moved(key) {
  const { sliders, states } = given.units[key];
  return [...Object.keys(sliders), ...Object.keys(states)];
}

// What a preset says, 0 where it says nothing.
function preset(key, title) {
  const said = formulas[key].presets[title]({ d: 1 });
  return Object.fromEntries(moved(key).map((name) => [name, (said[name] ?? [[0]])[0][0]]));
}

function drawUnit(key) {
  const { says } = given.units[key];
  const found = study(key, Object.fromEntries(moved(key).map((name) => [name, chosen(`${key}-${name}`)])));
  const distance = chosen(`${key}-distance`);
  decayChart(control(key), {
    curves: [
      { kind: "bound", values: found.bound },
      { kind: "second", values: found.direct },
      { kind: "first", values: found.total },
    ],
    label: given.distance, chosen: distance, from: -12, to: 12,
  });
  const paths = ["total", "direct"].filter((name) => found[name].length)
    .map((name) => `${says[name]} is ${pretty(found[name][distance])}`).join(", ");
  const bound = found.bound.length ? `${says.bound} ${pretty(found.bound[distance])}` : "and what the bound supposes does not hold";
  say(key, `At ${given.distance} = ${distance} ${paths}, ${bound}.`, control(key));
}

function choose(key) {
  for (const [name, value] of Object.entries(preset(key, control(`${key}-preset`).value))) {
    control(`${key}-${name}`).value = String(value);
    show(`${key}-${name}`);
  }
  drawUnit(key);
}

const readers = {}, drawn = {};
for (const key of Object.keys(given.units)) {
  for (const name of [...moved(key), "distance"]) readers[`${key}-${name}`] = key;
  drawn[key] = () => drawUnit(key);
  if (control(`${key}-preset`)) {
    readers[`${key}-preset`] = `${key}-preset`;
    drawn[`${key}-preset`] = () => choose(key);
  }
}
start(readers, drawn);

// For the console: explorer.study("lstm", explorer.preset("lstm", …)).
globalThis.explorer = { formulas, study, preset };
