"""The science of the study, free of Snakemake: data, networks, initializers, training, analysis.

What is offered to other programs is in `initstudy.api` and `initstudy.results`; `initialize`,
`methods`, `discrepancy`, `signals` and `plot_signals` can be had from here.
"""

from importlib import import_module

__version__ = "0.1.0"
PUBLIC = ("initialize", "methods", "discrepancy", "signals", "plot_signals")


def __getattr__(name: str) -> object:
    """Public functions are imported when they are asked for: planning a study needs no PyTorch."""
    if name in PUBLIC:
        return getattr(import_module("initstudy.api"), name)
    raise AttributeError(f"module 'initstudy' has no attribute {name!r}")
