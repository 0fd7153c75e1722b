"""Moments of every layer's pre-activations through training, on mini-batches and on the probe."""

from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.layer_panels import draw_layer_panels, layer_span, note
from initstudy.results import Cells
from initstudy.style import sentence

MEANING = (
    "Sample: the current mini-batch; population: the probe set. Mean: over channels and "
    "positions; variance: of each channel, averaged. A variance of 0 (zero initialization) is "
    "not drawn."
)


def draw(experiment: dict, facet: dict, cells: Cells) -> Figure:
    return draw_layer_panels(
        experiment,
        facet,
        cells,
        title="pre-activations",
        rows={
            "sample_mean": ("sample mean", "linear"),
            "population_mean": ("population mean", "linear"),
            "sample_variance": ("sample variance", "log"),
            "population_variance": ("population variance", "log"),
        },
        meaning=MEANING,
    )


def caption(experiment: dict, facet: dict, cells: Cells) -> str:
    """What is seen, and how it was computed."""
    last = cells[0][1].attributes["layers"][-2]
    before, after = (
        layer_span(experiment, cells, last, "population_variance", record) for record in (0, -1)
    )
    seen = (
        f"the population variance in {last}, the last hidden layer, ranges {before} before "
        f"training, and {after} after it"
    )
    return f"{sentence(facet, seen)}\n\n{note(experiment, MEANING)}"


if __name__ == "__main__":
    plot_command(__doc__, draw, caption)
