/* The explorer: what each model is worth, and how they rank, from the draws of the notebook and the reader's figures. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  const root = document.getElementById("explorer");
  if (!root) return;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("tradeoffs");
  const { models, criteria, inputs, presets, parts, effects, meeting_travel: travels } = data;
  const ids = models.map((m) => m.model), names = criteria.map((c) => c.criterion);
  const DISPERSED = ids.indexOf("dispersed_autonomy"), RETENTION = parts.indexOf("retention"), OUTPUT = parts.indexOf("output");
  const LEVELS = [0.025, 0.975], DEFAULT_WEIGHT = 5;

  // The formulas, as in dispersed_autonomy.tradeoffs.

  function netParts(effect, model, team) {
    const on = Object.fromEntries(names.map((name, c) => [name, effect[model][c]]));
    const share = team.virtual_share_percent / 100;
    const value = {
      retention: (-team.base_quit_percent / 100) * (on.retention / 100) * team.replacement_percent,
      output: on.output * team.output_worth_ratio,
      kept_value: (on.worker_value * team.kept_percent) / 100,
      rent: (on.office_cost * (team.rent_usd - team.elsewhere_usd)) / team.pay_usd,
      coaching: -on.coaching,
      travel: (-100 * travels[model] * team.travel_days * team.travel_day_usd) / team.pay_usd,
    };
    return parts.map((part) => share * value[part]);
  }
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const mean = (values) => sum(values) / values.length;
  // The smallest value that at least a share q of all values does not exceed; works with infinite ones.
  const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.max(Math.ceil(values.length * q) - 1, 0)];
  // Of equal scores the first model leads.
  const rankOf = (scores) => scores.map((own, m) => 1 + scores.filter((other, o) => other > own || (other === own && o < m)).length);

  function compute(state) {
    const { team, weights } = state;
    const total = sum(names.map((name) => weights[name]));
    const share = criteria.map((c) => weights[c.criterion] / total);
    const score = (effect) => ids.map((_, m) => sum(criteria.map((c, k) => (share[k] * (effect[m][k] - c.worst_in_unit)) / (c.best_in_unit - c.worst_in_unit))));
    const ranks = effects.map((effect) => rankOf(score(effect)));
    const byParts = effects.map((effect) => ids.map((_, m) => netParts(effect, m, team)));
    const net = byParts.map((draw) => draw.map(sum));
    const first = net.map((draw) => rankOf(draw).indexOf(1));
    const of = (m) => net.map((draw) => draw[m]);
    const rankShares = ids.map((_, m) => ids.map((__, r) => 100 * mean(ranks.map((draw) => (draw[m] === r + 1 ? 1 : 0)))));
    const rows = ids.map((model, m) => ({
      model, label: models[m].label, first_percent: rankShares[m][0],
      net_percent: mean(of(m)), low_percent: quantile(of(m), LEVELS[0]), high_percent: quantile(of(m), LEVELS[1]),
      net_usd: (mean(of(m)) / 100) * team.pay_usd * team.team_size,
      first_in_money_percent: 100 * mean(first.map((winner) => (winner === m ? 1 : 0))),
      parts: parts.map((_, p) => mean(byParts.map((draw) => draw[m][p]))),
    }));
    const worth = (team.virtual_share_percent / 100) * team.output_worth_ratio;
    const output = worth > 0 ? byParts.map((draw) => (sum(draw[DISPERSED]) - draw[DISPERSED][OUTPUT]) / worth) : null;
    const perQuit = effects.map((effect) => netParts(effect, DISPERSED, { ...team, base_quit_percent: 1 }));
    const quit = perQuit.map((own) => {
      const others = sum(own) - own[RETENTION];
      return others >= 0 ? 0 : own[RETENTION] > 0 ? -others / own[RETENTION] : Infinity;
    });
    const summary = (values) => values && { median: quantile(values, 0.5), low: quantile(values, LEVELS[0]), high: quantile(values, LEVELS[1]) };
    return { rows, rankShares, breakEvenOutput: summary(output), breakEvenQuit: summary(quit), neverByQuits: 100 * mean(quit.map((q) => (q === Infinity ? 1 : 0))) };
  }

  // Words and numbers for people.

  const MINUS = "\u2212";
  const number = (value, digits = 1) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/^-(?=0(\.0*)?$)/, "").replace("-", MINUS);
  const percent = (value, digits = 0) => number(value, digits) + "%";
  const dollars = (value) => (value < 0 ? MINUS : "") + "$" + number(Math.abs(Math.round(value / 1000) * 1000), 0);
  const PART_WORDS = { retention: "people who stay", output: "output", kept_value: "pay that comes back", rent: "rent", coaching: "coaching", travel: "travel to meet" };

  const bestOf = (result) => (key) => result.rows.reduce((a, b) => (b[key] > a[key] ? b : a));

  function explain(result, state) {
    const best = bestOf(result);
    const byWeights = best("first_percent"), byMoney = best("net_percent");
    const lines = [];
    const confident = byWeights.first_percent >= 80 ? "clearly" : byWeights.first_percent >= 50 ? "more often than not" : "more often than any other, but in less than half";
    lines.push(`By your weights, <strong>${byWeights.label}</strong> ranks first ${confident}: in ${percent(byWeights.first_percent)} of ${number(effects.length, 0)} draws of what the evidence leaves open.`);
    const largest = byMoney.parts.map((value, p) => ({ value, part: parts[p] })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value))[0];
    lines.push(byMoney.model === "office"
      ? "In money, no model is worth more than the office on average with these figures."
      : `In money, <strong>${byMoney.label}</strong> is worth the most: ${percent(byMoney.net_percent, 1)} of payroll a year against the office (95%: ${percent(byMoney.low_percent, 1)} to ${percent(byMoney.high_percent, 1)}), about ${dollars(byMoney.net_usd)} for the team. What counts most there is ${PART_WORDS[largest.part]} (${percent(largest.value, 1)}). ${byMoney.low_percent < 0 ? "The interval includes a loss." : ""}`);
    const output = result.breakEvenOutput, quit = result.breakEvenQuit;
    lines.push(output === null
      ? "There is no break-even in output: no role can be virtual, or output is worth nothing."
      : output.median >= 0
        ? `Dispersed autonomy is worth it as long as it loses less than ${percent(output.median, 1)} of output (median; 95%: ${percent(output.low, 1)} to ${percent(output.high, 1)}).`
        : `Dispersed autonomy has to raise output by ${percent(-output.median, 1)} to be worth it (median; 95%: ${percent(-output.high, 1)} to ${percent(-output.low, 1)}).`);
    lines.push(quit.median === 0
      ? "It is worth it even if nobody quits, in most draws."
      : quit.median === Infinity
        ? "In most draws no base quit rate is high enough for it to pay by people who stay."
        : `It starts to pay at a base quit rate of ${percent(quit.median, 1)} a year (median); in ${percent(result.neverByQuits)} of the draws no rate is high enough.`);
    const total = sum(names.map((name) => state.weights[name]));
    const basis = {};
    data.cells.filter((cell) => cell.model === byWeights.model).forEach((cell) => { basis[cell.basis] = (basis[cell.basis] || 0) + (100 * state.weights[cell.criterion]) / total; });
    if (!basis.reference) {
      const words = { evidence: "measured near the model", borrowed: "borrowed from a neighboring model", assumption: "assumed", empty: "unknown" };
      lines.push(`Of your weights, for ${byWeights.label}: ${Object.keys(words).filter((key) => basis[key]).map((key) => `${percent(basis[key])} rest on what is ${words[key]}`).join(", ")}.`);
    }
    return lines.map((line) => `<p>${line}</p>`).join("");
  }

  function shorten(result) {
    const best = bestOf(result);
    const byWeights = best("first_percent"), byMoney = best("net_percent");
    return `First by weights: <strong>${byWeights.label}</strong>, ${percent(byWeights.first_percent)}. In money: <strong>${byMoney.label}</strong>, ${percent(byMoney.net_percent, 1)} of payroll.`;
  }

  // The state: in the form, and in the address.

  const form = root.querySelector("form");
  const inputOf = Object.fromEntries(inputs.map((input) => [input.parameter, input]));
  const defaults = () => ({
    team: Object.fromEntries(inputs.map((input) => [input.parameter, input.central_in_unit])),
    weights: Object.fromEntries(names.map((name) => [name, DEFAULT_WEIGHT])),
  });
  let good = defaults();

  function problemOf(name, text) {
    const input = inputOf[name];
    const range = `between ${number(input.minimum_in_unit, 0)} and ${number(input.maximum_in_unit, 0)} ${input.unit}`;
    if (text.trim() === "") return `${input.label} is empty: enter a number ${range}.`;
    const value = Number(text);
    if (!Number.isFinite(value)) return `${input.label}: “${text}” is no number; enter one ${range}.`;
    if (value < input.minimum_in_unit || value > input.maximum_in_unit) return `${input.label}: enter a number ${range}.`;
    return "";
  }
  function say(id, message) {
    const place = document.getElementById(`error-${id}`);
    if (place.textContent !== message) place.textContent = message;
    const field = document.getElementById(id);
    if (field) message ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
  }
  function readForm() {
    const state = { team: {}, weights: {} };
    let sound = true;
    inputs.forEach(({ parameter }) => {
      const field = document.getElementById(parameter);
      const text = field.validity.badInput ? "not a number" : field.value;
      const problem = problemOf(parameter, text);
      say(parameter, problem);
      // A box that shows a rounded value and was not touched keeps the unrounded one.
      state.team[parameter] = field.dataset.shown === text ? Number(field.dataset.value) : Number(text);
      sound = sound && !problem;
    });
    names.forEach((name) => { state.weights[name] = Number(document.getElementById(`w_${name}`).value); });
    const none = sum(Object.values(state.weights)) <= 0;
    say("weights", none ? "At least one criterion has to count: raise a weight above zero." : "");
    return sound && !none ? state : null;
  }
  function fillForm(state) {
    inputs.forEach(({ parameter }) => {
      const field = document.getElementById(parameter);
      const shown = String(Number(state.team[parameter].toFixed(2)));
      Object.assign(field.dataset, { shown, value: state.team[parameter] });
      field.value = shown;
      say(parameter, "");
    });
    names.forEach((name) => { document.getElementById(`w_${name}`).value = state.weights[name]; });
    say("weights", "");
  }
  function toAddress(state) {
    const base = defaults(), changed = new URLSearchParams();
    inputs.forEach(({ parameter }) => { if (state.team[parameter] !== base.team[parameter]) changed.set(parameter, state.team[parameter]); });
    names.forEach((name) => { if (state.weights[name] !== DEFAULT_WEIGHT) changed.set(`w_${name}`, state.weights[name]); });
    return changed.toString();
  }
  function fromAddress() {
    const state = defaults(), problems = {};
    new URLSearchParams(location.hash.slice(1)).forEach((text, key) => {
      if (inputOf[key]) {
        const problem = problemOf(key, text);
        problem ? (problems[key] = `From the address: ${problem} The middle of the range is used.`) : (state.team[key] = Number(text));
      } else if (names.includes(key.slice(2)) && key.startsWith("w_")) {
        const weight = Number(text);
        text.trim() !== "" && weight >= 0 && weight <= 10 ? (state.weights[key.slice(2)] = weight) : (problems.weights = `From the address: a weight is between 0 and 10; “${text}” is not.`);
      }
    });
    if (sum(Object.values(state.weights)) <= 0) {
      state.weights = defaults().weights;
      problems.weights = "From the address: at least one criterion has to count; all count the same here.";
    }
    return { state, problems };
  }

  // Showing it.

  const views = {};
  const charts = read("explorer-charts");
  function chartData(result) {
    return {
      ranks: result.rows.flatMap((row, m) => result.rankShares[m].map((share_percent, r) => ({ label: row.label, rank: r + 1, share_percent }))),
      money: result.rows.map((row) => ({ label: row.label, mean_percent: row.net_percent, low_percent: row.low_percent, high_percent: row.high_percent })),
    };
  }
  let shown = null;
  function show(state) {
    good = state;
    const result = (shown = compute(state));
    result.rows.forEach((row) => {
      const cells = root.querySelector(`tr[data-model="${row.model}"]`).querySelectorAll("td");
      const texts = {
        first_percent: percent(row.first_percent), net_percent: `${percent(row.net_percent, 1)} (${percent(row.low_percent, 1)} to ${percent(row.high_percent, 1)})`,
        net_usd: dollars(row.net_usd), first_in_money_percent: percent(row.first_in_money_percent),
      };
      cells.forEach((cell) => { cell.textContent = texts[cell.dataset.of]; });
    });
    document.getElementById("explorer-words").innerHTML = explain(result, state);
    document.getElementById("explorer-short").innerHTML = shorten(result);
    names.forEach((name) => { const slider = document.getElementById(`w_${name}`); slider.nextElementSibling.value = slider.value; });
    const rows = chartData(result);
    Object.entries(views).forEach(([name, view]) => view.data(name, rows[name]).resize().runAsync());
    const hash = toAddress(state);
    history.replaceState(null, "", location.pathname + location.search + (hash ? `#${hash}` : ""));
  }
  function update() {
    const state = readForm();
    if (state) show(state);
  }
  let waiting = 0;
  form.addEventListener("input", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(update); });
  form.addEventListener("submit", (event) => event.preventDefault());
  root.querySelectorAll("[data-preset]").forEach((button) => button.addEventListener("click", () => {
    const preset = presets.find((one) => one.preset === button.dataset.preset);
    const state = { team: { ...defaults().team, ...(preset ? preset.team : {}) }, weights: { ...good.weights } };
    fillForm(state);
    show(state);
  }));
  window.addEventListener("hashchange", start);

  function save(name, address) {
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }
  function toCsv() {
    const columns = ["model", "first_percent", "net_percent", "low_percent", "high_percent", "net_usd", "first_in_money_percent"];
    const lines = shown.rows.map((row) => columns.map((column) => row[column]).join(","));
    const settings = [...inputs.map(({ parameter }) => `${parameter},${good.team[parameter]}`), ...names.map((name) => `w_${name},${good.weights[name]}`)];
    return [columns.join(","), ...lines, "", "setting,value", ...settings].join("\n") + "\n";
  }
  const status = document.getElementById("explorer-status");
  root.querySelectorAll("[data-download]").forEach((button) => button.addEventListener("click", async () => {
    const kind = button.dataset.download;
    if (kind === "table") save("models.csv", URL.createObjectURL(new Blob([toCsv()], { type: "text/csv" })));
    else if (kind === "address") {
      try { await navigator.clipboard.writeText(location.href); status.textContent = "Copied."; } catch { status.textContent = "Copy it from the address bar."; }
    } else if (views[kind]) {
      const view = views[kind];
      const address = await view.background("white").toImageURL("png", 2);
      view.background("transparent").run();
      save(`models-${kind}.png`, address);
    }
  }));

  function start() {
    const { state, problems } = fromAddress();
    fillForm(state);
    show(state);
    Object.entries(problems).forEach(([id, message]) => say(id, message));
  }
  root.hidden = false;
  window.explorer = { compute, defaults, state: () => good };
  start();
  // The charts come last: without them, words and table still stand.
  if (window.vegaEmbed) {
    Object.entries(charts).forEach(([name, spec]) => {
      spec.datasets = chartData(shown);
      window.vegaEmbed(`#chart-${name}`, spec, { actions: false, renderer: "svg" }).then(({ view }) => {
        views[name] = view;
        document.querySelector(`#chart-${name} svg`).setAttribute("aria-hidden", "true"); // the frame is the image, the table its numbers
        view.data(name, chartData(shown)[name]).run();
      });
    });
  }
});
