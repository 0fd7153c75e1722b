"""What must hold on real images after an epoch, whatever the machine: chance, and learning."""

from pathlib import Path

import h5py

EXPECTED = {  # initializer -> whether it learns in the first epoch, under Adam and SGD
    "zero": {"adam": False, "sgd": False},
    "normal": {"sgd": False},
    "consistency": {"adam": True},
    "he_normal": {"adam": True},
}


def main() -> None:
    checked = 0
    for path in sorted(Path("results/cells").glob("dataset=*_images/**/run.h5")):
        axes = dict(part.split("=") for part in path.parts if "=" in part)
        learns = EXPECTED.get(axes["initializer"], {}).get(axes["optimizer"])
        with h5py.File(path) as file:
            accuracy = file["history/test_accuracy"][-1]
            chance = file.attrs["chance_accuracy"]
            hidden = [
                file[f"statistics/{layer}/weight_norm"][:] for layer in ("C1", "C3", "C5", "F6")
            ]
        print(
            axes["dataset"],
            axes["initializer"],
            axes["optimizer"],
            accuracy,
            f"chance {chance:.3f}",
        )
        if axes["initializer"] == "zero":
            assert not any(norms.any() for norms in hidden), f"{path}: a hidden weight moved"
        if learns is not None:
            checked += 1
            assert ((accuracy > chance + 0.03) == learns).all(), path
    assert checked == 2 * sum(map(len, EXPECTED.values())), f"{checked} cells were checked"


if __name__ == "__main__":
    main()
