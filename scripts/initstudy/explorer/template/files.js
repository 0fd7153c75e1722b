// What leaves the page, and what comes to it: links, pictures, tables, another study.

function save(name, content) {
  const address = content instanceof Blob ? URL.createObjectURL(content) : content;
  element("a", [], { href: address, download: name }).click();
  if (content instanceof Blob) setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function csvOf(rows) {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const field = (value) => (/[",\n]/.test(value ?? "") ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((line) => line.map(field).join(",")).join("\n");
}

// Buttons below a chart that save what is seen. view: Vega's; rows: the numbers drawn.
function fileButtons(name, view, rows) {
  const ways = {
    CSV: () => save(`${name}.csv`, new Blob([csvOf(rows)], { type: "text/csv" })),
    SVG: async () => save(`${name}.svg`, new Blob([await view.toSVG()], { type: "image/svg+xml" })),
    PNG: async () => save(`${name}.png`, await view.toImageURL("png", 2)),
  };
  const buttons = Object.entries(ways).map(([label, way]) => {
    const button = element("button", label, { type: "button" });
    button.addEventListener("click", way);
    return button;
  });
  return element("p", ["Save: ", ...buttons], { class: "files" });
}

// The study that an explorer's page holds.
async function studyOf(page) {
  const content = JSON.parse(page.getElementById("content").textContent);
  return { content, numbers: new Numbers(content, await unpacked(page.getElementById("numbers").textContent)) };
}

// Call `added` with every study whose page is dropped here.
function takeStudies(added) {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer.files) {
      const page = new DOMParser().parseFromString(await file.text(), "text/html");
      try {
        added(await studyOf(page));
      } catch {
        alert(`${file.name} is no explorer of a study: drop an explore.html`);
      }
    }
  });
}

async function copyLink(button) {
  if (!navigator.clipboard) return prompt("The link to copy:", location.href);
  await navigator.clipboard.writeText(location.href);
  button.textContent = "copied";
  setTimeout(() => (button.textContent = "copy"), 1500);
}
