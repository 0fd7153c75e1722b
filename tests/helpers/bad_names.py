"""Studies whose values are fine but name what is not there."""

from helpers.bad_values import GOOD, axis

PROBE = """
probe:
  dataset: photos
  network: plain
  depth: 9
  norm: none
  draws: 2
  batch_size: 8
  initializer: [zero]
"""
CLAIM = """
claims:
  he_wins:
    statement: He's initialization is better.
    experiment: first
    test: greater
    compare: {initializer: he_normal}
    with: {initializer: consistency}
    over: [optimizer]
    metric: final_accuracy
    margin: 0.1
"""
ARCHIVE = "{url: 'http://a.org/x.tgz', checksum: 'md5:" + 32 * "0" + "'}"


def claim(old: str, new: str) -> str:
    """The good study with a claim in which a piece of text is replaced."""
    assert old in CLAIM
    return GOOD + CLAIM.replace(old, new)


def probe(old: str, new: str) -> str:
    assert old in PROBE
    return GOOD + PROBE.replace(old, new)


def dataset(entry: str) -> str:
    return GOOD + f"datasets: {{{entry}}}\n"


NAMES = {
    "unknown initializer": (
        GOOD.replace("he_normal", "hee"),
        ["experiments.first.initializer: 'hee'", "he_normal"],
    ),
    "unknown data set": (
        GOOD.replace("digits", "digit"),
        ["experiments.first.dataset: 'digit'", "photos"],
    ),
    "unknown network": (axis("network: [lenet]"), ["network: 'lenet'", "lenet5, plain"]),
    "unknown source": (axis("calibration_source: [x]"), ["calibration_source: 'x'", "noise"]),
    "unknown default network": (
        GOOD + "defaults: {network: alexnet}\n",
        ["defaults.network: 'alexnet'", "lenet5"],
    ),
    "answer of no experiment": (
        GOOD + "answer: {experiments: [second], metric: final_accuracy, margin: 0.01}\n",
        ["answer.experiments: 'second' is not one of first"],
    ),
    "answer of one initializer": (
        GOOD.replace("[he_normal, consistency]", "[he_normal]")
        + "answer: {experiments: [first], metric: final_accuracy, margin: 0.01}\n",
        ["answer.experiments: the experiment first has one initializer"],
    ),
    "answer by no accuracy": (
        GOOD + "answer: {experiments: [first], metric: beauty, margin: 0.01}\n",
        ["answer.metric: 'beauty' must be one of first_epoch_accuracy, final_accuracy"],
    ),
    "size of images that come as they are": (
        dataset("big: {source: digits, size: 64, target_accuracy: 0.5}"),
        ["datasets.big.size: the source digits takes no size"],
    ),
    "study that is not there": (
        GOOD + "extends: nowhere\n",
        ["extends: there is no file", "nowhere.yaml"],
    ),
    "study that extends itself": (GOOD + "extends: mine\n", ["must not extend itself"]),
    "folder without path": (
        dataset("own: {source: folder, target_accuracy: 0.5}"),
        ["datasets.own", "folder needs the key path"],
    ),
    "path without folder": (
        dataset("digits: {path: images}"),
        ["datasets.digits.path", "digits takes no path"],
    ),
    "archives of a folder": (
        dataset(f"own: {{source: folder, path: a, target_accuracy: 1, archives: [{ARCHIVE}]}}"),
        ["datasets.own.archives", "folder takes no archives"],
    ),
    "no archives": (
        dataset("own: {source: mnist, target_accuracy: 0.5}"),
        ["datasets.own", "mnist needs the key archives"],
    ),
    "other archives": (
        dataset(f"cifar10: {{archives: [{ARCHIVE}]}}"),
        ["datasets.cifar10.archives", "exactly the files cifar-10-python.tar.gz"],
    ),
    "checksum cut short": (
        dataset(f"cifar10: {{archives: [{ARCHIVE.replace('00', '0')}]}}"),
        ["datasets.cifar10.archives.checksum: 'md5:0", "32"],
    ),
    "address that is none": (
        dataset(f"cifar10: {{archives: [{ARCHIVE.replace('http', 'file')}]}}"),
        ["datasets.cifar10.archives.url: 'file:", "http or https"],
    ),
    "unknown kind of source": (
        dataset("own: {source: imagenet, target_accuracy: 0.5}"),
        ["datasets.own.source: 'imagenet'", "folder"],
    ),
    "target above one": (
        dataset("digits: {target_accuracy: 90}"),
        ["datasets.digits.target_accuracy: 90", "at most 1"],
    ),
    "data set that means something else": (
        dataset("noise: {source: digits, target_accuracy: 0.5}"),
        ["datasets: 'noise'", "other than train, noise and none"],
    ),
}
PROBES = {
    "half a probe": (probe("  draws: 2\n", ""), ["probe: the key 'draws' is required"]),
    "unknown key of a probe": (probe("draws: 2", "draws: 2\n  drawn: 2"), ["probe.drawn", "draws"]),
    "probe of no draws": (probe("draws: 2", "draws: 0"), ["probe.draws: 0", "from 1"]),
    "probe of an unknown initializer": (
        probe("zero", "nought"),
        ["probe.initializer: 'nought'", "he_normal"],
    ),
    "probe of an unknown network": (probe("plain", "plan"), ["probe.network: 'plan'", "lenet5"]),
    "probe of an unknown data set": (
        probe("photos", "photo"),
        ["probe.dataset: 'photo'", "digits"],
    ),
    "probe of one layer": (probe("depth: 9", "depth: 1"), ["probe.depth: 1", "at least 2"]),
    "probe of too large a batch": (
        probe("batch_size: 8", "batch_size: 301"),
        ["probe.batch_size: 301", "at most 300, the validation images of photos"],
    ),
}
CLAIMS = {
    "claim as text": (GOOD + "claims: {he_wins: He wins.}\n", ["claims.he_wins: 'He wins.'"]),
    "unknown test": (claim("greater", "better"), ["claims.he_wins.test: 'better'", "equivalent"]),
    "no metric": (claim("    metric: final_accuracy\n", ""), ["claims.he_wins", "key metric"]),
    "unknown metric": (claim("final_acc", "acc"), ["claims.he_wins.metric: 'accuracy'", "final_"]),
    "key that the test does not take": (
        claim("greater", "correlation"),
        ["claims.he_wins: the test correlation", "compare"],
    ),
    "margin of nothing": (claim("0.1", "0"), ["claims.he_wins.margin: 0", "above 0"]),
    "margin in words": (claim("0.1", "small"), ["claims.he_wins.margin: 'small'", "a number"]),
    "unknown experiment": (claim("first", "last"), ["claims.he_wins.experiment: 'last'", "first"]),
    "list of experiments": (claim("first", "[first]"), ["claims.he_wins.experiment: ['first']"]),
    "no axis": (
        claim("with: {init", "with: {Init"),
        ["claims.he_wins.with: 'Initializer'", "initializer"],
    ),
    "value that is not run": (
        claim("with: {initializer: consistency}", "with: {initializer: zero}"),
        ["claims.he_wins.with.initializer: 'zero'", "consistency, he_normal"],
    ),
    "list of values": (
        claim("with: {initializer: consistency}", "with: {initializer: [consistency]}"),
        ["claims.he_wins.with.initializer: ['consistency']", "text or a number"],
    ),
    "comparison with itself": (
        claim("with: {initializer: consistency}", "with: {initializer: he_normal}"),
        ["claims.he_wins.with", "must not select what compare selects"],
    ),
    "comparison of what where leaves out": (
        claim("metric:", "where: {initializer: he_normal}\n    metric:"),
        ["claims.he_wins.with", "values that cells of where have"],
    ),
    "comparison that leaves open with what": (
        claim("he_normal}", "he_normal, optimizer: sgd}").replace("    over: [optimizer]\n", ""),
        ["claims.he_wins.with", "must also say which optimizer"],
    ),
    "more than one condition": (
        claim("    over: [optimizer]\n", ""),
        ["claims.he_wins.where", "which optimizer of adam, sgd", "over: [optimizer]"],
    ),
    "average over one value": (
        claim("over: [", "over: [depth, "),
        ["claims.he_wins.over: depth has one value"],
    ),
    "average over what is no axis": (
        claim("over: [", "over: [optimiser, "),
        ["claims.he_wins.over: 'optimiser' is not an axis"],
    ),
    "average over what where fixes": (
        claim("metric:", "where: {optimizer: sgd}\n    metric:"),
        ["claims.he_wins.over: optimizer has its value in where"],
    ),
    "place where nothing is": (
        claim("metric:", "where: {calibration_source: train, initializer: zero}\n    metric:"),
        ["claims.he_wins.where.initializer: 'zero'", "consistency, he_normal"],
    ),
}
