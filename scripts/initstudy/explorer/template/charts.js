// The charts, as Vega-Lite specifications.

// The colours of the page, which are others in the dark.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function chartConfig() {
  const [ink, soft, line, faint] = ["ink", "soft", "axis", "line"].map(colour);
  const text = { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: soft, titleColor: soft };
  return {
    font: "system-ui, sans-serif",
    background: null,
    aria: false, // the figure has a name, its parts are too many to read out
    view: { stroke: null },
    axis: { ...text, domainColor: line, tickColor: line, gridColor: faint },
    header: { labelFontSize: 13, labelFontWeight: 600, labelColor: ink },
    legend: text,
  };
}

// Black lines are white in the dark.
const shownColour = (code) => (code === "#000000" ? colour("ink") : code);
const NUMBER = ".3~g";
const GREY = "#d9d9d9";
const SMALLEST_MAP = 240; // pixels of a heat map, with its labels
const LAYER_HEIGHT = 16;

function quartileTooltip(name, spread) {
  const quartiles = [
    { field: "low", format: NUMBER, title: "lower quartile" },
    { field: "high", format: NUMBER, title: "upper quartile" },
  ];
  return [{ field: "median", format: NUMBER, title: name }, ...(spread ? quartiles : [])];
}

// rows: label, passes, median, low, high; looks: label, colour, dashes of the initializers shown.
function curvesChart(rows, looks, metric, chance, width) {
  const labels = looks.map((look) => look.label);
  const isAccuracy = metric.includes("accuracy");
  const y = { type: "quantitative", title: metric, scale: { zero: isAccuracy } };
  const colours = {
    field: "label", legend: null,
    scale: { domain: labels, range: looks.map((look) => shownColour(look.colour)) },
  };
  const dashes = {
    field: "label", legend: null,
    scale: { domain: labels, range: looks.map((look) => (look.dashes.length ? look.dashes : [1, 0])) },
  };
  const chanceLine = {
    data: { values: [{ chance }] },
    mark: { type: "rule", strokeDash: [2, 3], color: colour("ink") },
    // Without these it would have the places and colours of the curves, and nothing there.
    encoding: { x: null, color: null, y: { field: "chance", type: "quantitative" } },
  };
  return {
    width, height: Math.max(240, Math.min(380, Math.round(width * 0.5))),
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig(),
    data: { values: rows },
    encoding: {
      x: {
        field: "passes", type: "quantitative", title: "passes over the training data",
        scale: { nice: false }, axis: { format: NUMBER },
      },
      color: colours,
    },
    layer: [
      ...(isAccuracy ? [chanceLine] : []),
      {
        mark: { type: "area", opacity: 0.15 },
        encoding: { y: { field: "low", ...y }, y2: { field: "high" } },
      },
      {
        mark: { type: "line", strokeWidth: 1.75 },
        encoding: { y: { field: "median", ...y }, strokeDash: dashes },
      },
      {
        params: [
          { name: "pointed", select: { type: "point", on: "pointerover", nearest: true, clear: "pointerout" } },
        ],
        mark: { type: "point", filled: true, size: 70 },
        encoding: {
          y: { field: "median", ...y },
          opacity: { condition: { param: "pointed", empty: false, value: 1 }, value: 0 },
          tooltip: [
            { field: "label", title: "initializer" },
            { field: "passes", format: NUMBER, title: "passes" },
            ...quartileTooltip("median", true),
          ],
        },
      },
    ],
  };
}

// rows: label, layer, step, median, low, high; labels and layers in the order in which they stand.
function heatChart(rows, labels, layers, quantity, width) {
  const columns = Math.max(1, Math.min(labels.length, Math.floor(width / SMALLEST_MAP)));
  const labelWidth = 12 + 6.5 * Math.max(...layers.map((layer) => layer.length));
  const gap = 20;
  const spread = rows.some((row) => row.low !== null);
  return {
    config: chartConfig(),
    data: { values: rows },
    columns,
    spacing: { row: 16, column: gap },
    facet: {
      field: "label", type: "nominal", sort: labels,
      header: { title: null, labelAnchor: "start", labelPadding: 4 },
    },
    resolve: { axis: { x: "independent", y: "independent" } },
    spec: {
      width: Math.floor((width - gap * (columns - 1)) / columns - labelWidth),
      height: { step: LAYER_HEIGHT },
      mark: { type: "rect", tooltip: true },
      encoding: {
        x: {
          field: "step", type: "ordinal", title: "updates",
          axis: { labelAngle: 0, labelOverlap: "greedy", labelSeparation: 6, ticks: false, domain: false },
        },
        y: {
          field: "layer", type: "ordinal", sort: layers, title: null,
          axis: { ticks: false, domain: false, labelPadding: 4 },
        },
        color: heatColour(rows, quantity),
        tooltip: [
          { field: "label", title: "initializer" },
          { field: "layer" },
          { field: "step", title: "updates" },
          ...quartileTooltip("median", spread),
        ],
      },
    },
  };
}

// Means on both sides of a pale 0, the others on a logarithmic scale.
function heatColour(rows, quantity) {
  const numbers = rows.map((row) => row.median).filter((number) => number !== null && number !== 0);
  const largest = Math.max(...numbers.map(Math.abs), Number.MIN_VALUE);
  const smallest = Math.min(...numbers.map(Math.abs), largest / 10);
  return {
    condition: {
      test: "isValid(datum.median) && datum.median !== 0",
      field: "median", type: "quantitative",
      scale: quantity.signed
        ? { scheme: "purpleorange", domain: [-largest, largest] }
        : { type: "log", scheme: "viridis", domain: [smallest, largest] },
      legend: {
        title: quantity.label, orient: "top", titleOrient: "left", titleAnchor: "middle",
        gradientLength: 200, format: ".2~g", tickCount: 4,
      },
    },
    value: GREY,
  };
}

const ROW_HEIGHT = 20;
const GAP_FORMAT = "+.1f";
const SMALLEST_PANEL = 380; // pixels of a panel, with its labels
const STANDING_LEGEND = { title: null, orient: "top" };

// rows: place, label, gap, low, high, standing, in pp; order: labels, the best first; margin: in pp.
function gapsChart(rows, order, margin, width) {
  const places = [...new Set(rows.map((row) => row.place))];
  const labelWidth = 12 + 6.5 * Math.max(...order.map((label) => label.length));
  const columns = Math.max(1, Math.min(places.length, Math.floor(width / SMALLEST_PANEL)));
  const y = { field: "label", type: "nominal", sort: order, title: null, axis: { domain: false, ticks: false } };
  const x = { type: "quantitative", title: "gap, pp" };
  return {
    config: chartConfig(),
    data: { values: rows },
    columns,
    facet: { field: "place", type: "nominal", sort: places, header: { title: null, labelLimit: width / columns, labelAnchor: "start" } },
    spec: {
      width: Math.floor(width / columns - labelWidth) - 24,
      height: { step: ROW_HEIGHT },
      layer: [
        { data: { values: [{ from: -margin, to: 0 }] }, mark: { type: "rect", color: colour("line") }, encoding: { x: { field: "from", ...x }, x2: { field: "to" } } },
        { mark: { type: "rule" }, encoding: { x: { field: "low", ...x }, x2: { field: "high" }, y, color: standingColour() } },
        {
          mark: { type: "point", filled: true, size: 60, opacity: 1 },
          encoding: {
            x: { field: "gap", ...x }, y, color: standingColour(),
            shape: { field: "standing", scale: { domain: STANDINGS.slice(1), range: ["circle", "diamond", "square"] }, legend: STANDING_LEGEND },
            tooltip: [
              { field: "label", title: "initializer" },
              { field: "gap", format: GAP_FORMAT, title: "gap, pp" },
              { field: "low", format: GAP_FORMAT, title: "from" },
              { field: "high", format: GAP_FORMAT, title: "to" },
              { field: "standing" },
            ],
          },
        },
      ],
    },
    resolve: { axis: { y: "independent" } },
  };
}

function standingColour() {
  return {
    field: "standing",
    scale: { domain: STANDINGS.slice(1), range: ["#009e73", colour("blue"), "#8c8c8c"] },
    legend: STANDING_LEGEND,
  };
}

// rows: place, mean, low, high, in pp.
function differencesChart(rows, title, width) {
  const y = { field: "place", type: "nominal", sort: rows.map((row) => row.place), title: null, axis: { domain: false, ticks: false, labelLimit: width / 2 } };
  const x = { type: "quantitative", title };
  return {
    width, height: 60 + ROW_HEIGHT * rows.length,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig(),
    data: { values: rows },
    layer: [
      { data: { values: [{ zero: 0 }] }, mark: { type: "rule", color: colour("axis") }, encoding: { x: { field: "zero", ...x } } },
      { mark: { type: "rule", color: colour("blue") }, encoding: { x: { field: "low", ...x }, x2: { field: "high" }, y } },
      {
        mark: { type: "point", filled: true, size: 60, color: colour("blue"), opacity: 1 },
        encoding: {
          x: { field: "mean", ...x }, y,
          tooltip: [
            { field: "place", title: "condition" },
            { field: "mean", format: GAP_FORMAT, title },
            { field: "low", format: GAP_FORMAT, title: "from" },
            { field: "high", format: GAP_FORMAT, title: "to" },
            { field: "n", title: "replicas" },
          ],
        },
      },
    ],
  };
}

// rows: label, value, order, mean, low, high, in per cent; looks: of the initializers shown.
function sweepChart(rows, looks, axis, metric, width) {
  const numbers = rows.map((row) => Number(row.value));
  const numeric = numbers.every(Number.isFinite);
  const wide = numeric && Math.min(...numbers) > 0 && Math.max(...numbers) >= 10 * Math.min(...numbers);
  const places = [...new Set(rows.map((row) => row.value))];
  const x = numeric
    ? { field: "number", type: "quantitative", title: axis, scale: { type: wide ? "log" : "linear", zero: false }, axis: { values: [...new Set(numbers)], format: "~g" } }
    : { field: "value", type: "nominal", sort: places, title: axis, axis: { labelAngle: 0 } };
  const y = { type: "quantitative", title: `${metric}, %`, scale: { zero: false } };
  const labels = looks.map((look) => look.label);
  return {
    width, height: Math.max(240, Math.min(380, Math.round(width * 0.5))),
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig(),
    data: { values: rows.map((row) => ({ ...row, number: Number(row.value) })) },
    encoding: {
      x,
      color: {
        field: "label",
        scale: { domain: labels, range: looks.map((look) => shownColour(look.colour)) },
        legend: { title: null, orient: "top", columns: Math.max(1, Math.floor(width / 180)) },
      },
    },
    layer: [
      // Names have nothing between them.
      ...(numeric ? [{ mark: { type: "line", strokeWidth: 1.75 }, encoding: { y: { field: "mean", ...y } } }] : []),
      { mark: { type: "rule" }, encoding: { y: { field: "low", ...y }, y2: { field: "high" } } },
      {
        mark: { type: "point", filled: true, size: 50, opacity: 1 },
        encoding: {
          y: { field: "mean", ...y },
          tooltip: [
            { field: "label", title: "initializer" },
            { field: "value", title: axis },
            { field: "mean", format: ".1f", title: `${metric}, %` },
            { field: "low", format: ".1f", title: "from" },
            { field: "high", format: ".1f", title: "to" },
          ],
        },
      },
    ],
  };
}
