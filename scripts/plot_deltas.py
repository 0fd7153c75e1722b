"""How far weights move and how large their gradients are, by layer, through training."""

from matplotlib.figure import Figure

from initstudy.figures import plot_command
from initstudy.layer_panels import draw_layer_panels
from initstudy.results import Cells


def draw(experiment: dict, facet: dict, cells: Cells) -> Figure:
    return draw_layer_panels(
        experiment,
        facet,
        cells,
        title="weight deltas",
        rows={
            "weight_delta": ("‖W \N{MINUS SIGN} W₀‖", "log"),
            "weight_update": ("‖W \N{MINUS SIGN} W before‖", "log"),
            "gradient_norm": ("‖∂loss/∂W‖", "log"),
        },
        note="Frobenius norms: of the weights minus their initial values; of their change since "
        "the previous record (at 1, 2, 4, 8, ... updates and the end of every epoch); of the "
        "mini-batch's gradient. Norms of 0 are not drawn.",
    )


if __name__ == "__main__":
    plot_command(__doc__, draw)
