// The page: a selection is shown, and another one when a control or the address changes.

const place = (id) => document.getElementById(id);

async function explore() {
  const studies = [await studyOf(document)];
  let { content, numbers } = studies[0];
  const form = place("controls");
  let parameters = new URLSearchParams(location.hash.slice(1));
  let selection;

  function show() {
    selection = selectionOf(parameters, content);
    fillTabs(place("tabs"), tabsOf(content), selection.tab);
    fillControls(form, content, selection);
    const address = addressOf(selection);
    history.replaceState(null, "", address);
    place("link").href = address;
    return drawAll(content, numbers, selection);
  }

  function showStudy(number) {
    ({ content, numbers } = studies[number]);
    place("title").textContent = content.study;
    place("thinned").textContent = content.thinned;
    fillSelect(form.study, studies.map(({ content }, place) => [String(place), content.study]), String(number));
    form.study.parentElement.hidden = studies.length < 2;
    fillClaims(place("verdicts"), content.claims);
    return show();
  }

  function use(control) {
    if (control.name === "study") return showStudy(Number(control.value));
    parameters = changed(parameters, control, selection, content);
    return show();
  }

  form.addEventListener("change", (event) => use(event.target));
  form.addEventListener("click", (event) => event.target.matches("button[name]") && use(event.target));
  form.addEventListener("submit", (event) => event.preventDefault());
  place("copy").addEventListener("click", (event) => copyLink(event.target));
  listenToTabs(place("tabs"), (tab) => use({ name: "tab", value: tab }));
  addEventListener("hashchange", () => {
    parameters = new URLSearchParams(location.hash.slice(1));
    show();
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) show();
    width = innerWidth;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  takeStudies((study) => {
    studies.push(study);
    showStudy(studies.length - 1);
  });

  // A finger does not hover; a tap has to tell the numbers as well.
  for (const figure of document.querySelectorAll(".chart")) {
    figure.addEventListener("click", (event) => event.target.dispatchEvent(new PointerEvent("pointermove", event)));
  }
  await showStudy(0);
}

function fillTabs(list, tabs, shown) {
  if (list.dataset.of !== tabs.join()) {
    list.replaceChildren(...tabs.map((tab) => element("button", TABS[tab], { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": tab })));
    list.dataset.of = tabs.join();
  }
  for (const tab of Object.keys(TABS)) place(tab).hidden = tab !== shown;
  for (const button of list.children) {
    const isShown = button.id === `tab-${shown}`;
    button.setAttribute("aria-selected", isShown);
    button.tabIndex = isShown ? 0 : -1;
  }
}

// Arrow keys go from tab to tab, as they do in other tab lists.
function listenToTabs(list, choose) {
  list.addEventListener("click", (event) => event.target.role === "tab" && choose(event.target.id.slice("tab-".length)));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...list.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    choose(next.id.slice("tab-".length));
    next.focus();
  });
}

async function drawAll(content, numbers, selection) {
  underWay(1);
  await { answer: drawAnswer, compare: drawComparison, sweep: drawSweep, inside: drawInside, claims: () => {} }[selection.tab](content, selection, numbers);
  underWay(-1);
}

// For screen readers, and tests: whether the charts are those of the selection.
function underWay(change) {
  const { dataset } = place("main");
  dataset.draws = Number(dataset.draws ?? 0) + change;
  place("main").setAttribute("aria-busy", dataset.draws !== "0");
}

function drawAnswer(content, selection) {
  const { answer, initializers } = content;
  const rows = answerRows(content, selection);
  fillHeadline(place("headline"), answer);
  fillSortable(place("ranking"), RANKING, rows);
  const order = answer.order.map((name) => initializers[name].label);
  const labels = new Set(rows.map((row) => row.label));
  const shown = order.filter((label) => labels.has(label));
  return draw(place("gaps"), rows, rows.length && gapsChart(rows, shown, 100 * answer.margin, place("gaps").clientWidth));
}

function drawComparison(content, selection) {
  const rows = differenceRows(content, selection);
  const [one, other] = [selection.first, selection.second].map((name) => content.initializers[name].label);
  place("compare-title").textContent = `${one} minus ${other}: ${content.measures[selection.measure]}`;
  fillSortable(place("differences-table"), { place: "condition", mean: "difference, pp", low: "from", high: "to", n: "replicas" }, rows, { by: "mean", ascending: false });
  return draw(place("differences"), rows, rows.length && differencesChart(rows, `${one} minus ${other}, pp`, place("differences").clientWidth), "They were not run in one condition.");
}

function drawSweep(content, selection) {
  const { varied } = content.experiments[selection.experiment];
  const axis = varied[selection.swept];
  place("sweep-title").textContent = axis ? `Along ${axis.label}` : "Nothing is varied in this experiment";
  const rows = axis ? sweepRows(content, selection) : [];
  const looks = selection.initializers.map((name) => content.initializers[name]);
  const chart = rows.length && sweepChart(rows, looks, axis.label, content.measures[selection.measure], place("along").clientWidth);
  return draw(place("along"), rows, chart, axis ? undefined : "Choose another experiment.");
}

function drawInside(content, selection, numbers) {
  const shown = selection.initializers.map((name) => ({ ...content.initializers[name], cell: selection.cells[name] }));
  place("conditions").textContent = conditions(content.experiments[selection.experiment], selection);
  place("chance-note").hidden = !selection.metric.includes("accuracy");
  place("meaning").textContent = sentence(content.quantities[selection.quantity].meaning);
  fillSummary(place("summary"), content, shown);
  const curves = shown.flatMap(({ label, cell }) => numbers.curve(cell, selection.metric).map((point) => ({ label, ...point })));
  const fields = shown.flatMap(({ label, cell }) => numbers.layers(cell, selection.quantity).map((field) => ({ label, ...field })));
  return Promise.all([
    draw(place("curves"), curves, shown.length && curvesOf(content, selection, shown, curves)),
    draw(place("heat"), fields, shown.length && heatOf(content, selection, shown, fields)),
  ]);
}

// What holds in all of an experiment, and in the part of it that is shown.
function conditions({ conditions, varied }, { axes }) {
  const here = Object.entries(axes).map(([axis, value]) => `${varied[axis].label} ${value}`);
  return here.length ? `${conditions} Shown: ${here.join(", ")}.` : conditions;
}

function curvesOf(content, { metric }, shown, rows) {
  const { chance } = content.cells[shown[0].cell];
  return curvesChart(rows, shown, content.metrics[metric], chance, place("curves").clientWidth);
}

function heatOf(content, { quantity }, shown, rows) {
  const layers = [...new Set(rows.map((row) => row.layer))];
  const labels = shown.map((look) => look.label);
  return heatChart(rows, labels, layers, content.quantities[quantity], place("heat").clientWidth);
}

// Draw a chart in a place, unless it is there, or another one is wanted by the time that it is ready.
async function draw(figure, rows, specification, otherwise = "Choose an initializer.") {
  const wanted = JSON.stringify(specification || otherwise);
  if (figure.wanted === wanted) return;
  figure.wanted = wanted;
  const canvas = document.createElement("div");
  if (!specification) canvas.append(element("p", otherwise));
  const made = specification && (await vegaEmbed(canvas, specification, { renderer: "svg", actions: false }));
  if (figure.wanted !== wanted) return made?.finalize();
  figure.made?.finalize();
  figure.made = made || undefined;
  figure.replaceChildren(canvas);
  figure.parentElement.querySelector(".files")?.remove();
  if (made) figure.after(fileButtons(figure.id, made.view, rows));
}

explore();
