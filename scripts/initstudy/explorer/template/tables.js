// The tables: what the shown cells amount to, and the claims.

function element(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...[content].flat());
  return made;
}

// A short piece of an initializer's line.
function swatch({ colour, dashes }) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const line = document.createElementNS(namespace, "line");
  const look = { x1: 0, x2: 28, y1: 6, y2: 6, stroke: shownColour(colour), "stroke-width": 3, "stroke-dasharray": dashes.join(" ") };
  Object.entries(look).forEach(([name, value]) => line.setAttribute(name, value));
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return svg;
}

function tableOf(headings, rows) {
  const head = headings.map((heading) => element("th", heading, { scope: "col" }));
  return [element("thead", element("tr", head)), element("tbody", rows)];
}

// shown: label, colour, dashes and cell of the initializers shown.
function fillSummary(table, content, shown) {
  const rows = shown.map((look) => {
    const name = element("th", [swatch(look), look.label], { scope: "row" });
    return element("tr", [name, ...content.cells[look.cell].summary.map((text) => element("td", text))]);
  });
  table.replaceChildren(...tableOf(["initializer", ...content.summary], rows));
}

function fillClaims(table, claims) {
  const rows = claims.map(({ statement, condition, effect, parts, result, verdict, colour, evidence }) =>
    element("tr", [
      element("th", element("span", verdict), { scope: "row", style: `border-left-color: ${colour}` }),
      element("td", [
        element("p", statement),
        element("p", condition),
        element("p", `${effect}; ${result}`),
        ...(parts ? [element("p", parts)] : []),
        element("p", element("a", "evidence", { href: `#${evidence}` })),
      ]),
    ]),
  );
  table.replaceChildren(...tableOf(["verdict", "claim, and how it was judged"], rows));
}
