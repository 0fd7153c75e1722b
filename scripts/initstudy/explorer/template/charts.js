// The two charts, as Vega-Lite specifications.

const CONFIG = {
  font: "system-ui, sans-serif",
  aria: false, // the figure has a name, its parts are too many to read out
  view: { stroke: null },
  axis: {
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
    labelColor: "#404040", titleColor: "#404040", domainColor: "#8c8c8c", tickColor: "#8c8c8c",
    gridColor: "#ebebeb",
  },
  header: { labelFontSize: 13, labelFontWeight: 600, labelColor: "#1a1a1a" },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: "#404040", titleColor: "#404040" },
};
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
  const colour = {
    field: "label", legend: null,
    scale: { domain: labels, range: looks.map((look) => look.colour) },
  };
  const dashes = {
    field: "label", legend: null,
    scale: { domain: labels, range: looks.map((look) => (look.dashes.length ? look.dashes : [1, 0])) },
  };
  const chanceLine = {
    data: { values: [{ chance }] },
    mark: { type: "rule", strokeDash: [2, 3], color: "#1a1a1a" },
    // Without these it would have the places and colours of the curves, and nothing there.
    encoding: { x: null, color: null, y: { field: "chance", type: "quantitative" } },
  };
  return {
    width, height: Math.max(240, Math.min(380, Math.round(width * 0.5))),
    autosize: { type: "fit", contains: "padding" },
    config: CONFIG,
    data: { values: rows },
    encoding: {
      x: {
        field: "passes", type: "quantitative", title: "passes over the training data",
        scale: { nice: false }, axis: { format: NUMBER },
      },
      color: colour,
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
    config: CONFIG,
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
