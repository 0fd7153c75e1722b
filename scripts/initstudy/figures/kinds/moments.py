"""Moments of every layer's pre-activations through training, on mini-batches and on the probe."""

from matplotlib.figure import Figure

from initstudy.analysis.results import Results
from initstudy.figures.layers import draw_layer_panels, layer_span, note
from initstudy.reporting.words import sentence
from initstudy.study.cells import Facet, ShownExperiment

PER_FACET = True
MEANING = (
    "Sample: the current mini-batch; population: the probe set. Mean: over channels and "
    "positions; variance: of each channel, averaged. A variance of 0 (zero initialization) is "
    "not drawn."
)


def draw(experiment: ShownExperiment, facet: Facet, results: Results) -> Figure:
    return draw_layer_panels(
        experiment,
        facet,
        results,
        title="pre-activations",
        rows={
            "sample_mean": ("sample mean", "linear"),
            "population_mean": ("population mean", "linear"),
            "sample_variance": ("sample variance", "log"),
            "population_variance": ("population variance", "log"),
        },
        meaning=MEANING,
    )


def caption(experiment: ShownExperiment, facet: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    last = results[0].run.attributes["layers"][-2]
    before, after = (
        layer_span(experiment, results, last, "population_variance", record) for record in (0, -1)
    )
    seen = (
        f"the population variance in {last}, the last hidden layer, ranges {before} before "
        f"training, and {after} after it"
    )
    return f"{sentence(facet, seen)}\n\n{note(experiment, MEANING)}"
