// What the tabs besides "Inside" show: rows of numbers, charts and tables of them.

// Mean with its t-interval of numbers, one a replica; t: quantiles by degrees of freedom.
function meanOf(values, t) {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, low: null, high: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = t[count - 1] * Math.sqrt(squares / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half };
}

// The rows of the answer that are asked for, those of all conditions that decide at first.
function answerRows({ answer, initializers }, { condition, standing }) {
  return answer.rows
    .filter((row) => (condition === DECIDE ? row.declared : row.place === condition))
    .filter((row) => standing === "all" || row.standing === standing)
    .map((row) => ({ ...row, label: initializers[row.initializer].label }));
}

// The differences of two initializers in every condition in which both were run, in pp.
function differenceRows({ experiments, cells, t }, { first, second, measure }) {
  return Object.entries(experiments).flatMap(([name, { varied, facets }]) =>
    Object.entries(facets)
      .filter(([, inside]) => first !== second && first in inside && second in inside)
      .map(([key, inside]) => {
        const [one, other] = [first, second].map((initializer) => cells[inside[initializer]].scores[measure]);
        const differences = one.map((value, replica) => 100 * (value - other[replica]));
        return { place: placeName(name, varied, key), n: one.length, ...meanOf(differences, t) };
      }),
  );
}

function placeName(experiment, varied, key) {
  const values = key.split("|");
  const said = Object.values(varied).map(({ label }, place) => `${label} ${values[place]}`);
  return [experiment.replaceAll("_", " "), said.join(", ")].filter(Boolean).join(": ");
}

// A metric of the chosen initializers at every value of an axis, in per cent; order: their place.
function sweepRows({ experiments, initializers, cells, t }, selection) {
  const { varied, facets } = experiments[selection.experiment];
  const { swept, measure, axes } = selection;
  return varied[swept].values.flatMap((value, order) => {
    const inside = facets[Object.keys(varied).map((axis) => (axis === swept ? value : axes[axis])).join("|")];
    return selection.initializers
      .filter((name) => name in inside)
      .map((name) => {
        const scores = cells[inside[name]].scores[measure].map((score) => 100 * score);
        return { label: initializers[name].label, value, order, ...meanOf(scores, t) };
      });
  });
}

function fillHeadline(place, { headline }) {
  place.replaceChildren(...headline.map((text) => element("p", text)));
}

const RANKING = {
  label: "initializer", place: "condition", gap: "gap, pp", low: "from", high: "to", standing: "standing",
  final: "final, %", epochs: "epochs to target", failed: "diverged, %", passes: "calibration, passes",
};

// A table whose headings sort it. rows: objects; columns: key -> heading.
function fillSortable(table, columns, rows, sorted = { by: "gap", ascending: false }) {
  const order = sorted.ascending ? 1 : -1;
  const values = [...rows].sort((one, other) => order * compared(one[sorted.by], other[sorted.by]));
  const heads = Object.entries(columns).map(([key, heading]) => {
    const button = element("button", heading, { type: "button" });
    const state = key !== sorted.by ? "none" : sorted.ascending ? "ascending" : "descending";
    const next = { by: key, ascending: key === sorted.by && !sorted.ascending };
    button.addEventListener("click", () => {
      fillSortable(table, columns, rows, next);
      table.querySelector(`[data-key=${key}] button`).focus();
    });
    return element("th", button, { scope: "col", "aria-sort": state, "data-key": key });
  });
  const body = values.map((row) => element("tr", Object.keys(columns).map((key) => element("td", shownValue(row[key])))));
  table.replaceChildren(element("thead", element("tr", heads)), element("tbody", body));
}

function compared(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  // What lacks is the least.
  return String(one ?? "").localeCompare(String(other ?? ""));
}

function shownValue(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? String(Math.round(100 * value) / 100) : value;
}
