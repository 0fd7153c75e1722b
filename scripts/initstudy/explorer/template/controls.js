// What is selected. The address holds it, after #; the controls change it.

const SHOWN_AT_FIRST = 8; // initializers: so many have solid lines
const DECIDE = "all that decide"; // conditions
const STANDINGS = ["all", "keeps up", "open", "worse"];
const TABS = { answer: "Answer", compare: "Compare", sweep: "Sweep", inside: "Inside", claims: "Claims" };

// The tabs that a study has something for; the first is shown at first.
function tabsOf({ answer, claims, experiments }) {
  const empty = {
    answer: !answer,
    sweep: !Object.values(experiments).some(({ varied }) => Object.keys(varied).length),
    claims: !claims.length,
  };
  const order = answer ? Object.keys(TABS) : ["inside", "compare", "sweep", "claims"];
  return order.filter((tab) => !empty[tab]);
}

// What can be chosen where the answer stands: conditions, those that decide first.
function conditionsOf({ answer }) {
  return answer ? [DECIDE, ...new Set(answer.rows.map((row) => row.place))] : [];
}

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
  const names = Object.keys(content.initializers);
  const first = one("first", names);
  return {
    tab: one("tab", tabsOf(content)),
    condition: one("condition", conditionsOf(content)),
    standing: one("standing", STANDINGS),
    first,
    second: one("second", [...names.filter((name) => name !== first), first]),
    measure: one("measure", Object.keys(content.measures)),
    swept: one("swept", Object.keys(varied)),
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

function addressOf({ axes, initializers, present, cells, ...others }) {
  const named = { ...others, ...axes, initializers: initializers.join(",") };
  const known = Object.entries(named).filter(([, value]) => value !== undefined);
  return `#${new URLSearchParams(known)}`.replaceAll("%2C", ",");
}

// Make the controls show a selection. Those that stay keep the focus.
function fillControls(form, content, selection) {
  for (const part of form.querySelectorAll("[data-tabs]")) part.hidden = !part.dataset.tabs.split(" ").includes(selection.tab);
  const named = Object.entries(content.initializers).map(([name, { label }]) => [name, label]);
  const themselves = (values) => values.map((value) => [value, value]);
  fillSelect(form.condition, themselves(conditionsOf(content)), selection.condition);
  fillSelect(form.standing, themselves(STANDINGS), selection.standing);
  fillSelect(form.first, named, selection.first);
  fillSelect(form.second, named, selection.second);
  fillSelect(form.measure, Object.entries(content.measures), selection.measure);
  const { varied } = content.experiments[selection.experiment];
  fillSelect(form.swept, Object.entries(varied).map(([axis, { label }]) => [axis, label]), selection.swept);
  fillSelect(form.experiment, Object.keys(content.experiments).map((name) => [name, name.replaceAll("_", " ")]), selection.experiment);
  fillSelect(form.metric, Object.entries(content.metrics), selection.metric);
  const quantities = Object.entries(content.quantities).map(([name, { label }]) => [name, label]);
  fillSelect(form.quantity, quantities, selection.quantity);
  fillAxes(form.querySelector("#axes"), varied, selection);
  fillInitializers(form.querySelector("#initializers"), content.initializers, selection);
}

function fillSelect(select, options, value) {
  const wanted = JSON.stringify(options);
  if (select.dataset.of !== wanted) select.replaceChildren(...options.map(([name, label]) => new Option(label, name)));
  select.dataset.of = wanted;
  select.value = value;
}

function fillAxes(place, varied, { experiment, axes, tab, swept }) {
  if (place.dataset.of !== experiment) {
    const labels = Object.entries(varied).map(([axis, { label }]) => element("label", [sentence(label), element("select", [], { name: axis })]));
    place.replaceChildren(...labels);
    place.dataset.of = experiment;
  }
  for (const select of place.querySelectorAll("select")) {
    fillSelect(select, varied[select.name].values.map((value) => [value, value]), axes[select.name]);
    select.parentElement.hidden = tab === "sweep" && select.name === swept;
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
