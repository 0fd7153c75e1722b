"""Moments of every layer's pre-activations through training, on mini-batches and on the probe."""

from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.layer_panels import draw_layer_panels
from initstudy.results import Cells


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
        note="Sample: the current mini-batch; population: the probe set. Mean: over channels and "
        "positions; variance: of each channel, averaged. A variance of 0 (zero initialization) is "
        "not drawn.",
    )


if __name__ == "__main__":
    plot_command(__doc__, draw)
