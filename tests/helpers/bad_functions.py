"""Studies whose initializers, networks or schedules are not functions that can be called so."""

from helpers.bad_values import GOOD

FIXED = "scripts/initstudy/initializers/fixed.py"


def initializer(entry: str) -> str:
    return GOOD + f"initializers: {{{entry}}}\n"


def network(entry: str) -> str:
    return GOOD + f"networks: {{{entry}}}\n"


FUNCTIONS = {
    "no such file": (
        initializer("mine: {label: Mine, method: 'mine.py:draw'}"),
        ["initializers.mine.method: mine.py:draw: there is no file mine.py", "file.py:function"],
    ),
    "no such function": (
        initializer(f"mine: {{label: Mine, method: '{FIXED}:he'}}"),
        ["initializers.mine.method", f"{FIXED} has no 'he'", "he_normal"],
    ),
    "method without a function": (
        initializer(f"mine: {{label: Mine, method: {FIXED}}}"),
        ["initializers.mine.method: 'scripts/", "file.py:function"],
    ),
    "method that is no Python": (
        initializer("mine: {label: Mine, method: 'PATH/broken.py:draw'}"),
        ["initializers.mine.method", "broken.py, line 1, is not valid Python"],
    ),
    "initializer without a label": (
        initializer(f"mine: {{method: '{FIXED}:zero'}}"),
        ["initializers.mine: the key 'label' is required"],
    ),
    "initializer as text": (initializer("zero: Zero"), ["initializers.zero: 'Zero'", "label"]),
    "initializer that was taken away": (
        initializer("lsuv: ").replace("he_normal", "lsuv"),
        ["experiments.first.initializer: 'lsuv' is not declared"],
    ),
    "like nothing that there is": (
        initializer("mine: {like: hee, label: Mine}"),
        ["initializers.mine.like: 'hee' is not declared", "he_normal"],
    ),
    "like a list": (
        initializer("mine: {like: [zero], label: Mine}"),
        ["initializers.mine.like: ['zero'] is not declared"],
    ),
    "like itself": (
        initializer("mine: {like: yours, label: Mine}, yours: {like: mine, label: Yours}"),
        ["like: an entry must not be like itself"],
    ),
    "like another one, without a label": (
        initializer("mine: {like: normal, options: {std: 0.1}}"),
        ["initializers.mine: the key 'label' is required"],
    ),
    "like another one, with an option that it does not take": (
        initializer("mine: {like: normal, label: Mine, options: {sdt: 0.1}}"),
        ["initializers.mine.options.sdt: unknown option", "allowed: std"],
    ),
    "method that gets less than published without a word": (
        initializer("mine: {like: gradinit, label: Mine, options: {iterations: 100}}"),
        ["initializers.mine.label: 'Mine' must say that it gets 100 x 128", "390 x 128"],
    ),
    "network with an option that it does not take": (
        network("mine: {like: plain, options: {widht: 8}}"),
        ["networks.mine.options.widht: unknown option", "width"],
    ),
    "network with an option of another type": (
        network("mine: {like: plain, options: {width: wide}}"),
        ["networks.mine.options.width: 'wide' must be of type int"],
    ),
    "network whose option is no value of the axis that it fixes": (
        network("mine: {like: plain, options: {norm: layer}}"),
        ["networks.mine.options.norm: 'layer' must be one of none, batch"],
    ),
    "network with a fixed depth that it has not": (
        network("mine: {like: vgg, options: {depth: 12}}"),
        ["networks.mine.options.depth: 12 must be one of 11, 13, 16, 19 for the network mine"],
    ),
    "network that is like nothing": (
        network("mine: {like: yours}"),
        ["networks.mine.like: 'yours' is not declared"],
    ),
    "network with a parameter that nothing gives": (
        network("mine: {method: 'PATH/own.py:network'}"),
        ["networks.mine.method: its parameter blocks is none of classes, size, depth", "options"],
    ),
    "network by a class with a parameter that nothing gives": (
        network("mine: {method: 'PATH/own.py:Network'}"),
        ["networks.mine.method: its parameter blocks is none of classes, size, depth", "options"],
    ),
    "network by a class with an option that it does not take": (
        network("mine: {method: 'PATH/own.py:Network', options: {blocks: 1, width: 8}}"),
        ["networks.mine.options.width: unknown option width; allowed: blocks"],
    ),
    "initializer that takes no context": (
        initializer("mine: {method: 'PATH/own.py:bare', label: Mine}"),
        ["initializers.mine.method: its function takes 1 arguments; it is called with network"],
    ),
    "initializer with a parameter that nothing gives": (
        initializer("mine: {method: 'PATH/own.py:scaled', label: Mine}"),
        [
            "initializers.mine.method: its parameter scale comes after network and context",
            "options",
        ],
    ),
    "schedule that takes no progress": (
        GOOD + "schedules: {mine: {method: 'PATH/own.py:constant'}}\n",
        ["schedules.mine.method: its function takes 0 arguments; it is called with progress"],
    ),
    "unknown option": (
        initializer("normal: {options: {sdt: 0.1}}"),
        ["initializers.normal.options.sdt: unknown option", "allowed: std"],
    ),
    "option of another type": (
        initializer("lsuv: {options: {max_iterations: 1.5}}"),
        ["initializers.lsuv.options.max_iterations: 1.5", "int"],
    ),
    "boolean as an option": (
        initializer("normal: {options: {std: yes}}"),
        ["initializers.normal.options.std: True", "float"],
    ),
    "option that is no number": (
        initializer("normal: {options: {std: .nan}}"),
        ["initializers.normal.options.std: nan", "finite"],
    ),
    "number as an option's name": (
        initializer("normal: {options: {1: 2}}"),
        ["initializers.normal.options: 1", "name of a parameter"],
    ),
}
