"""How far weights move and how large their gradients are, by layer, through training."""

from matplotlib.figure import Figure

from initstudy.analysis.results import Results
from initstudy.figures.layers import draw_layer_panels, layer_span, note
from initstudy.reporting.words import sentence
from initstudy.study.cells import Facet, ShownExperiment

PER_FACET = True
MEANING = (
    "Frobenius norms: of the weights minus their initial values; of their change since "
    "the previous record (at 1, 2, 4, 8, ... updates and the end of every epoch); of the "
    "mini-batch's gradient. Norms of 0 are not drawn."
)


def draw(experiment: ShownExperiment, facet: Facet, results: Results) -> Figure:
    return draw_layer_panels(
        experiment,
        facet,
        results,
        title="weight deltas",
        rows={
            "weight_delta": ("‖W \N{MINUS SIGN} W₀‖", "log"),
            "weight_update": ("‖W \N{MINUS SIGN} W before‖", "log"),
            "gradient_norm": ("‖∂loss/∂W‖", "log"),
        },
        meaning=MEANING,
    )


def caption(experiment: ShownExperiment, facet: Facet, results: Results) -> str:
    """What is seen, and how it was computed."""
    first = results[0].run.attributes["layers"][0]
    gradient = layer_span(experiment, results, first, "gradient_norm", 0)
    moved = layer_span(experiment, results, first, "weight_delta", -1)
    seen = (
        f"in {first}, the first layer, the norm of the first gradient ranges {gradient}, and the "
        f"distance that the weights have moved in the end {moved}; zeros are left out"
    )
    return f"{sentence(facet, seen)}\n\n{note(experiment, MEANING)}"
