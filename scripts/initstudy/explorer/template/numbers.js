// The numbers of the study's cells, from the text that initstudy/explorer/packing.py makes of them.

const NOTHING = 1000; // in the place of a mantissa
const QUARTILES = 3; // median, lower and upper

// A function from a place to its number, or null where there is none.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new DataView(await new Response(stream).arrayBuffer());
  const count = planes.byteLength / 3;
  return (place) => {
    const mantissa = planes.getUint8(place) + 256 * planes.getInt8(count + place);
    const exponent = planes.getInt8(2 * count + place);
    return mantissa === NOTHING ? null : Number(`${mantissa}e${exponent}`);
  };
}

class Numbers {
  constructor(content, numberAt) {
    this.metrics = Object.keys(content.metrics);
    this.quantities = Object.keys(content.quantities);
    this.cells = content.cells;
    this.numberAt = numberAt;
    this.shapes = content.shapeOf.map((place) => content.shapes[place]);
    this.starts = [0];
    for (const shape of this.shapes) {
      this.starts.push(this.starts.at(-1) + this.ofCurves(shape) + this.ofLayers(shape));
    }
  }

  // The last metric has points of its own, blocks of mini-batches; the others have one an epoch.
  ofCurves(shape) {
    return ((this.metrics.length - 1) * shape.epochs.length + shape.blocks.length) * QUARTILES;
  }

  ofLayers(shape) {
    const values = shape.spread ? QUARTILES : 1;
    return this.quantities.length * shape.layers.length * shape.steps.length * values;
  }

  quartiles(place, spread = true) {
    const [median, low, high] = [0, 1, 2].map((next) => (spread || !next ? this.numberAt(place + next) : null));
    return { median, low, high };
  }

  // A cell's learning curve: quartiles over its replicas at every point.
  curve(cell, metric) {
    const { epochs, blocks } = this.shapes[cell];
    const before = this.metrics.indexOf(metric);
    const points = before === this.metrics.length - 1 ? blocks : epochs;
    const start = this.starts[cell] + before * epochs.length * QUARTILES;
    return points.map((passes, place) => ({
      passes: passes + this.cells[cell].calibration,
      ...this.quartiles(start + place * QUARTILES),
    }));
  }

  // A cell's statistics: the quartiles of a quantity in every layer at every step.
  layers(cell, quantity) {
    const shape = this.shapes[cell];
    const { layers, steps, spread } = shape;
    const values = spread ? QUARTILES : 1;
    const before = this.quantities.indexOf(quantity) * layers.length * steps.length * values;
    const start = this.starts[cell] + this.ofCurves(shape) + before;
    return layers.flatMap((layer, row) =>
      steps.map((step, column) => ({
        layer,
        step,
        ...this.quartiles(start + (row * steps.length + column) * values, spread),
      })),
    );
  }
}
