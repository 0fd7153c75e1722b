"""A study as the rest of the project sees it: loaded, merged and checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from initstudy.core.errors import InputError
from initstudy.study.answer import Answer
from initstudy.study.axes import AXES, COMMON, PROBE_AXES, TUNED, Value
from initstudy.study.cells import (
    Block,
    Cell,
    Experiment,
    Facet,
    Initializer,
    Network,
    Schedule,
    ShownExperiment,
    Task,
    blocks,
)
from initstudy.study.checks.cells import check_cells, check_networks, check_probe
from initstudy.study.checks.claims import check_claims, check_contrasts, check_experiments
from initstudy.study.checks.functions import check_budgets, check_functions, unused_axes
from initstudy.study.checks.keys import (
    WrongKey,
    check_answer,
    check_datasets,
    check_figures,
    check_labels,
    check_looks,
    check_names,
    check_schema,
    check_size,
    check_tuning,
)
from initstudy.study.claims import Claim
from initstudy.study.deciding import Look
from initstudy.study.layers import Sources, all_merged, holder, merged, study_layers
from initstudy.study.likeness import with_likenesses
from initstudy.study.tuning import Tuning

ANY_TRAINING_IMAGE = {"calibration_source": "train", "train_size": "all"}


@dataclass(frozen=True)
class Study:
    """A study that has passed all checks."""

    name: str
    title: str
    block: int
    """Replicas that one job trains."""
    output_std: float
    device: str
    checkpoint_minutes: float
    keep_state: bool
    """Whether states at the ends of trainings are kept."""
    data_dir: str
    defaults: dict[str, Value | dict[str, Value]]
    """A value for every axis; learning rates by optimizer."""
    datasets: dict[str, dict]
    """As declared."""
    networks: dict[str, Network]
    schedules: dict[str, Schedule]
    methods: dict[str, str]
    """Of the initializers, by their names."""
    initializers: dict[str, Initializer]
    calibrated: list[str]
    """The initializers that look at calibration inputs."""
    experiments: dict[str, Experiment]
    figures: dict[str, list[str]]
    """The kinds of figures that an experiment asks for; one that asks for none is not here."""
    claims: dict[str, Claim]
    look: Look | None
    """At its claims, of those that it allows itself; None if it is looked at once."""
    most_replicas: int
    probe: dict | None
    """As declared; axes that it does not name have their defaults."""
    tuning: Tuning | None
    answer: Answer | None

    def blocks(self, experiment: Experiment) -> list[Block]:
        """The replicas of an experiment's cells, by jobs."""
        return blocks(experiment.replicas, self.block)

    def task(self, one: Cell, block: Block) -> Task:
        """What the job of a block of a cell's replicas trains."""
        return self._task(one, block)

    def probe_task(self, point: Facet) -> Task:
        """What a probe of initial networks draws; point: a value for each of PROBE_AXES.

        Calibration inputs are training images, any of them.
        """
        given = {"batch_size": self.probe["batch_size"], **ANY_TRAINING_IMAGE}
        axes = one_value_each(self.defaults | given | point)
        draws = self.probe["draws"]
        unused = unused_by(self.networks, axes)
        [one] = Experiment("probe", axes, self.calibrated, unused, draws).cells
        return self._task(one, Block(0, draws - 1))

    def _task(self, one: Cell, block: Block) -> Task:
        schedule = self.schedules[one.schedule]
        return Task(
            one,
            block.count,
            self.output_std,
            options=self.initializers[one.initializer].options,
            network_options=self.networks[one.network].options,
            schedule_options=schedule.options,
            warmup=schedule.warmup,
            first_replica=block.first,
        )

    def probes(self) -> list[Facet]:
        """The points that the study probes, an initializer each, in the order of config.yaml."""
        probed = [name for name in self.initializers if name in self.probe["initializer"]]
        given = self.defaults | self.probe
        shared = {axis: given[axis] for axis in PROBE_AXES if axis != "initializer"}
        shared |= {axis: AXES[axis].unused for axis in self.networks[shared["network"]].unused}
        return [shared | {"initializer": name} for name in probed]

    def shown(self, name: str) -> ShownExperiment:
        """An experiment with what figures say of it."""
        experiment = self.experiments[name]
        used = experiment.axes["initializer"]
        return ShownExperiment(
            experiment.name,
            experiment.axes,
            experiment.calibrated,
            experiment.unused,
            experiment.replicas,
            study=self.title,
            learning_rates=self.defaults["learning_rate"],
            initializers={key: self.initializers[key] for key in used},
        )


def load_study(sources: Sources, kinds: Sequence[str]) -> Study:
    """The study that a run asks for; kinds: of figures, that an experiment may ask for.

    Mappings are merged key by key, anything else is replaced. Raises InputError, in one sentence
    that names file and key, if there is no such study or the outcome is not valid.
    """
    layers = study_layers(sources)
    try:
        return checked(with_likenesses(with_defaults(all_merged(layers))), kinds)
    except WrongKey as wrong:
        raise InputError(f"{holder(layers, wrong.keys)}: {wrong}") from wrong
    except InputError as error:
        raise InputError(f"{holder(layers, ())}: {error}") from error


def with_defaults(declared: dict) -> dict:
    """What is declared, with the default of every axis that nothing is said of."""
    usual = {"defaults": {name: axis.default for name, axis in AXES.items()}}
    return merged(usual, declared)


def checked(declared: dict, kinds: Sequence[str]) -> Study:
    """The study that is declared; raises WrongKey or InputError for its first fault."""
    check_schema(declared, kinds)
    check_names(declared)
    check_datasets(declared["datasets"])
    check_functions(declared)
    check_budgets(declared["initializers"])
    check_networks(declared["networks"])
    check_figures(declared["experiments"])
    check_labels(declared["initializers"])
    check_tuning(declared)
    check_looks(declared["decide"])
    check_answer(declared)
    check_claims(declared.get("claims", {}))
    study = made(declared)
    check_experiments(study.claims, study.experiments)
    for name, experiment in study.experiments.items():
        check_size(name, experiment.axes)
        check_cells(declared, name, experiment.cells)
    check_contrasts(study.claims, study.experiments)
    if study.probe:
        check_probe(declared, [study.probe_task(point).cell for point in study.probes()])
    return study


def made(declared: dict) -> Study:
    """What is declared, as a Study."""
    entries = declared["initializers"]
    initializers = {
        name: Initializer(
            entry["label"],
            position,
            entry.get("options", {}),
            entry["family"],
            entry.get("matches_target", False),
        )
        for position, (name, entry) in enumerate(entries.items())
    }
    networks = {
        name: Network(entry["method"], entry.get("options", {}), unused_axes(entry))
        for name, entry in declared["networks"].items()
    }
    tuning, deciding = Tuning.declared(declared), declared["decide"]
    tuned = tuning.experiments if tuning else []
    kept = (
        "title",
        "block",
        "output_std",
        "device",
        "checkpoint_minutes",
        "keep_state",
        "data_dir",
    )
    return Study(
        name=declared["study"],
        **{key: declared[key] for key in kept},
        defaults=declared["defaults"],
        datasets=declared["datasets"],
        networks=networks,
        schedules={
            name: Schedule(entry["method"], entry.get("options", {}), float(entry.get("warmup", 0)))
            for name, entry in declared["schedules"].items()
        },
        methods={name: entry["method"] for name, entry in entries.items()},
        initializers=initializers,
        calibrated=[name for name, entry in entries.items() if entry.get("calibrated")],
        experiments={
            name: made_experiment(name, varied, declared, networks, tuned=name in tuned)
            for name, varied in declared["experiments"].items()
        },
        figures={
            name: varied["figures"]
            for name, varied in declared["experiments"].items()
            if "figures" in varied
        },
        claims={
            name: made_claim(claim, tuned) for name, claim in declared.get("claims", {}).items()
        },
        probe=declared.get("probe"),
        tuning=tuning,
        look=Look(deciding["look"], deciding["looks"]) if "look" in deciding else None,
        most_replicas=deciding["most_replicas"],
        answer=Answer(**declared["answer"]) if "answer" in declared else None,
    )


def made_claim(declared: dict, tuned: list[str]) -> Claim:
    """A claim; one about a tuned experiment that does not say otherwise is about tuned rates."""
    claim = Claim.from_dict(declared)
    named = claim.contrasted | claim.where.keys() | {*claim.over}
    if claim.experiment not in tuned or "learning_rate" in named:
        return claim
    return replace(claim, where=claim.where | {"learning_rate": TUNED})


def made_experiment(
    name: str,
    varied: dict,
    declared: dict,
    networks: dict[str, Network],
    *,
    tuned: bool,
) -> Experiment:
    """An experiment with all axes, whose order does not depend on the file's.

    Initializers keep the order of config.yaml.
    """
    initializers = declared["initializers"]
    axes = one_value_each(declared["defaults"])
    for axis in [axis for axis in axes if axis in varied]:
        rank = list(initializers).index if axis == "initializer" else _natural_order
        axes[axis] = sorted(map(AXES[axis].value, varied[axis]), key=rank)
    if tuned:
        axes["learning_rate"] = [TUNED, COMMON]
    calibrated = [key for key in axes["initializer"] if initializers[key].get("calibrated")]
    replicas = varied.get("replicas", declared["replicas"])
    return Experiment(name, axes, calibrated, unused_by(networks, axes), replicas)


def unused_by(networks: dict[str, Network], axes: dict[str, list]) -> dict[str, list[str]]:
    """The axes that a network does not take, by those of an experiment that leave some."""
    return {name: networks[name].unused for name in axes["network"] if networks[name].unused}


def one_value_each(values: dict) -> dict[str, list]:
    """All axes with the one value that is given of each, in alphabetical order."""
    return {axis: [AXES[axis].value(values[axis])] for axis in sorted(AXES)}


def _natural_order(value: object) -> tuple[bool, float, str]:
    """A sort key: numbers by size, then text (`all` is the largest train_size)."""
    is_number = isinstance(value, int | float)
    return (not is_number, value if is_number else 0.0, str(value))
