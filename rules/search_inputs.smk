# What the rules ask of the search for learning rates: input functions and parameters.

from initstudy.study.axes import COMMON
from initstudy.study.tuning import EXTENSIONS, choices, extension


def found_by(experiment, round):
    """What an experiment's search has found by the end of a round, which has to be over."""
    [table] = checkpoints.search_rates.get(experiment=experiment, round=round).output
    with table.open() as file:
        return choices(file)


def searched_runs(wildcards):
    """The runs of a round of a search: of the grid, or of what lies beyond an edge."""
    round = int(wildcards.round)
    if round:
        cells = extension(found_by(wildcards.experiment, round - 1))
    else:
        cells = STUDY.tuning.grid(STUDY.experiments[wildcards.experiment].cells)
    block = STUDY.tuning.block
    return [f"results/cells/{one.folder}/{block.folder}/run.h5" for one in cells]


def earlier_rounds(wildcards):
    """The table of the round before."""
    before = int(wildcards.round) - 1
    return [] if before < 0 else f"{HOME}/search/{wildcards.experiment}-{before}.csv"


def search_of(wildcards):
    """The last table of an experiment's search, if there is one."""
    is_tuned = STUDY.experiments[wildcards.experiment].tuned
    return f"{HOME}/search/{wildcards.experiment}-{EXTENSIONS}.csv" if is_tuned else []


def runs_at(rate, wildcards):
    """The runs of those cells of an experiment whose learning rate is chosen in some way."""
    entry = STUDY.experiments[wildcards.experiment]
    points = [point for point in entry.cells if point.rate == rate]
    found = found_by(entry.name, EXTENSIONS) if points and rate == TUNED else {}
    cells = [trained(point, COMMON_RATES, found) for point in points]
    return [run for one in cells for run in run_files(one.folder, entry)]


def tuning_words(wildcards):
    """The search as it is declared, as JSON."""
    return as_json(STUDY.tuning.as_dict())
