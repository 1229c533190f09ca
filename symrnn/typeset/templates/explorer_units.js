// The explorer of single units: reads the controls, calls the generated functions, draws.

// All that one unit computes, from numbers for its parameters and first states.
function study(key, values) {
  const { definitions, limits, within } = formulas[key];
  const { inputs, silent, parameters, states } = given.units[key];
  const t = given.steps, times = range(1, t + 1);
  const run = { d: 1, m: 1, t };
  for (const name of inputs) run[name] = range(0, t + 1).map(() => [[0]]);
  for (const name of silent) run[name] = [[0]];
  for (const name of Object.keys(definitions)) run[name] = [null];
  for (const name of parameters) run[name] = [[values[name]]];
  for (const name of states) run[name] = [[[values[name]]]];
  for (const j of times) {
    for (const [name, next] of Object.entries(definitions)) run[name][j] = next({ ...run, j });
  }
  for (const [name, size] of Object.entries(limits)) {
    run[name] = Math.max(...times.map((j) => size({ ...run, j })));
  }
  const back = range(0, t + 1).map((distance) => ({ ...run, k: t - distance }));
  const holds = within.every(([size, most]) => range(0, t + 1).every((j) => size({ ...run, j }) <= most));
  const { direct, total, bound } = formulas[key];
  return {
    direct: back.map(direct), total: back.map(total), bound: holds ? back.map(bound) : [],
    states: Object.fromEntries(states.map((name) => [name, run[name].flat(2)])),
  };
}

// What a preset says, 0 where it says nothing.
function preset(key, title) {
  const { parameters, states } = given.units[key];
  const said = formulas[key].presets[title]({ d: 1 });
  return Object.fromEntries([...parameters, ...states].map((name) => [name, (said[name] ?? [[0]])[0][0]]));
}

function drawUnit(key) {
  const { parameters, states, says } = given.units[key];
  const names = [...parameters, ...states];
  const found = study(key, Object.fromEntries(names.map((name) => [name, chosen(`${key}-${name}`)])));
  const distance = chosen(`${key}-distance`);
  decayChart(control(key), {
    curves: [
      { kind: "bound", values: found.bound },
      { kind: "second", values: found.direct },
      { kind: "first", values: found.total },
    ],
    label: given.distance, chosen: distance, from: -12, to: 12,
  });
  const [total, direct] = ["total", "direct"].map((name) => `${says[name]} is ${pretty(found[name][distance])}`);
  const bound = found.bound.length ? `${says.bound} ${pretty(found.bound[distance])}` : "and what the bound supposes does not hold";
  say(key, `At ${given.distance} = ${distance} ${total}, ${direct}, ${bound}.`, control(key));
}

function choose(key) {
  for (const [name, value] of Object.entries(preset(key, control(`${key}-preset`).value))) {
    control(`${key}-${name}`).value = String(value);
    show(`${key}-${name}`);
  }
  drawUnit(key);
}

const readers = {}, drawn = {};
for (const [key, { parameters, states }] of Object.entries(given.units)) {
  for (const name of [...parameters, ...states, "distance"]) readers[`${key}-${name}`] = key;
  readers[`${key}-preset`] = `${key}-preset`;
  drawn[key] = () => drawUnit(key);
  drawn[`${key}-preset`] = () => choose(key);
}
start(readers, drawn);

// For the console: explorer.study("lstm", explorer.preset("lstm", …)).
globalThis.explorer = { formulas, study, preset };
