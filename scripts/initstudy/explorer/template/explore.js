// The page: a selection is shown, and another one when a control or the address changes.

const place = (id) => document.getElementById(id);

async function explore() {
  const content = JSON.parse(place("content").textContent);
  const numbers = new Numbers(content, await unpacked(place("numbers").textContent));
  const form = place("controls");
  let parameters = new URLSearchParams(location.hash.slice(1));
  let selection;

  function show() {
    selection = selectionOf(parameters, content);
    fillControls(form, content, selection);
    const address = addressOf(selection);
    history.replaceState(null, "", address);
    place("link").href = address;
    return drawAll(content, numbers, selection);
  }

  function use(control) {
    parameters = changed(parameters, control, selection, content);
    show();
  }

  form.addEventListener("change", (event) => use(event.target));
  form.addEventListener("click", (event) => event.target.matches("button") && use(event.target));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    parameters = new URLSearchParams(location.hash.slice(1));
    show();
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) show();
    width = innerWidth;
  });

  // A finger does not hover; a tap has to tell the numbers as well.
  for (const figure of document.querySelectorAll(".chart")) {
    figure.addEventListener("click", (event) => event.target.dispatchEvent(new PointerEvent("pointermove", event)));
  }

  place("thinned").textContent = content.thinned;
  place("claims").hidden = !content.claims.length;
  fillClaims(place("verdicts"), content.claims);
  await show();
}

async function drawAll(content, numbers, selection) {
  underWay(1);
  const shown = selection.initializers.map((name) => ({ ...content.initializers[name], cell: selection.cells[name] }));
  place("conditions").textContent = conditions(content.experiments[selection.experiment], selection);
  place("chance-note").hidden = !selection.metric.includes("accuracy");
  place("meaning").textContent = sentence(content.quantities[selection.quantity].meaning);
  fillSummary(place("summary"), content, shown);
  await Promise.all([
    draw(place("curves"), shown.length ? curves(content, numbers, selection, shown) : null),
    draw(place("heat"), shown.length ? heat(content, numbers, selection, shown) : null),
  ]);
  underWay(-1);
}

// What holds in all of an experiment, and in the part of it that is shown.
function conditions({ conditions, varied }, { axes }) {
  const here = Object.entries(axes).map(([axis, value]) => `${varied[axis].label} ${value}`);
  return here.length ? `${conditions} Shown: ${here.join(", ")}.` : conditions;
}

// For screen readers, and tests, and tests: whether the charts are those of the selection.
function underWay(change) {
  const { dataset } = place("main");
  dataset.draws = Number(dataset.draws ?? 0) + change;
  place("main").setAttribute("aria-busy", dataset.draws !== "0");
}

function curves(content, numbers, { metric }, shown) {
  const rows = shown.flatMap(({ label, cell }) =>
    numbers.curve(cell, metric).map((point) => ({ label, ...point })),
  );
  const { chance } = content.cells[shown[0].cell];
  return curvesChart(rows, shown, content.metrics[metric], chance, place("curves").clientWidth);
}

function heat(content, numbers, { quantity }, shown) {
  const rows = shown.flatMap(({ label, cell }) =>
    numbers.layers(cell, quantity).map((field) => ({ label, ...field })),
  );
  const layers = [...new Set(rows.map((row) => row.layer))];
  const labels = shown.map((look) => look.label);
  return heatChart(rows, labels, layers, content.quantities[quantity], place("heat").clientWidth);
}

// Draw a chart in a place, unless it is there, or another one is wanted by the time that it is ready.
async function draw(figure, specification) {
  const wanted = JSON.stringify(specification);
  if (figure.wanted === wanted) return;
  figure.wanted = wanted;
  const canvas = document.createElement("div");
  if (!specification) canvas.append(element("p", "Choose an initializer."));
  const made = specification && (await vegaEmbed(canvas, specification, { renderer: "svg", actions: false }));
  if (figure.wanted !== wanted) return made?.finalize();
  figure.made?.finalize();
  figure.made = made;
  figure.replaceChildren(canvas);
}

explore();
