// What is selected. The address holds it, after #; the controls change it.

const SHOWN_AT_FIRST = 8; // initializers: so many have solid lines

// What an address asks for, or the first of its kind where there is no such thing.
function selectionOf(parameters, content) {
  const one = (name, known) => (known.includes(parameters.get(name)) ? parameters.get(name) : known[0]);
  const experiment = one("experiment", Object.keys(content.experiments));
  const { varied, facets } = content.experiments[experiment];
  const axes = Object.entries(varied).map(([axis, { values }]) => [axis, one(axis, values)]);
  const cells = facets[axes.map(([, value]) => value).join("|")];
  const present = Object.keys(content.initializers).filter((name) => name in cells);
  const wanted = present.filter((name) => chosen(parameters).includes(name));
  const isChosen = wanted.length > 0 || parameters.get("initializers") === "";
  return {
    experiment,
    axes: Object.fromEntries(axes),
    metric: one("metric", Object.keys(content.metrics)),
    quantity: one("quantity", Object.keys(content.quantities)),
    initializers: isChosen ? wanted : present.slice(0, SHOWN_AT_FIRST),
    present,
    cells,
  };
}

function chosen(parameters) {
  return (parameters.get("initializers") ?? "").split(",");
}

function addressOf({ experiment, axes, metric, quantity, initializers }) {
  const named = { experiment, ...axes, metric, quantity, initializers: initializers.join(",") };
  return `#${new URLSearchParams(named)}`.replaceAll("%2C", ",");
}

// Make the controls show a selection. Those that stay keep the focus.
function fillControls(form, content, selection) {
  fillSelect(form.experiment, Object.keys(content.experiments).map((name) => [name, name.replaceAll("_", " ")]), selection.experiment);
  fillSelect(form.metric, Object.entries(content.metrics), selection.metric);
  const quantities = Object.entries(content.quantities).map(([name, { label }]) => [name, label]);
  fillSelect(form.quantity, quantities, selection.quantity);
  fillAxes(form.querySelector("#axes"), content.experiments[selection.experiment].varied, selection);
  fillInitializers(form.querySelector("#initializers"), content.initializers, selection);
}

function fillSelect(select, options, value) {
  if (!select.length) select.append(...options.map(([name, label]) => new Option(label, name)));
  select.value = value;
}

function fillAxes(place, varied, { experiment, axes }) {
  if (place.dataset.of !== experiment) {
    const labels = Object.entries(varied).map(([axis, { label }]) => element("label", [sentence(label), element("select", [], { name: axis })]));
    place.replaceChildren(...labels);
    place.dataset.of = experiment;
  }
  for (const select of place.querySelectorAll("select")) {
    fillSelect(select, varied[select.name].values.map((value) => [value, value]), axes[select.name]);
  }
}

function fillInitializers(place, looks, { present, initializers }) {
  if (place.dataset.of !== present.join()) {
    const labels = present.map((name) =>
      element("label", [element("input", [], { type: "checkbox", name: "initializers", value: name }), swatch(looks[name]), looks[name].label]),
    );
    place.replaceChildren(...labels);
    place.dataset.of = present.join();
  }
  for (const box of place.querySelectorAll("input")) box.checked = initializers.includes(box.value);
}

// The address after a control was used.
function changed(parameters, control, selection, content) {
  const next = new URLSearchParams(parameters);
  if (control.name === "all") next.set("initializers", Object.keys(content.initializers));
  else if (control.name === "none") next.set("initializers", "");
  else if (control.name === "initializers") {
    const others = new Set([...chosen(parameters), ...selection.initializers]);
    others[control.checked ? "add" : "delete"](control.value);
    next.set("initializers", [...others].filter(Boolean));
  } else next.set(control.name, control.value);
  return next;
}

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}
