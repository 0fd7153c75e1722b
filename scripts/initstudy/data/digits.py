"""The handwritten digits that scikit-learn carries inside its package: no network is touched."""

import hashlib
from importlib.metadata import version

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from initstudy.data.splits import stratified_mask
from initstudy.data.store import ArraySource
from initstudy.study.sources import IMAGE_SIZE


def digits() -> ArraySource:
    """Scikit-learn's 1,797 handwritten digits, 8 x 8 pixels enlarged to 32 x 32.

    The test part is a stratified fifth.
    """
    bunch = load_digits()
    grey = np.rint(bunch.images * 255 / 16).astype(np.uint8)
    enlarged = [
        np.asarray(Image.fromarray(image).resize(2 * (IMAGE_SIZE,), Image.Resampling.BILINEAR))
        for image in grey
    ]
    images = np.stack(enlarged)[:, None]
    test = stratified_mask(bunch.target, 0.2)
    return ArraySource(
        description=f"digits of scikit-learn {version('scikit-learn')}",
        classes=[str(name) for name in bunch.target_names],
        labels={"train": bunch.target[~test], "test": bunch.target[test]},
        images={"train": images[~test], "test": images[test]},
        digests={"digits": f"sha256:{hashlib.sha256(grey.tobytes()).hexdigest()}"},
    )
