"""The confidence interval of a share that was counted over a number of seeds."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval, within 0 to 1, of the true share if ``hits`` of ``trials`` were counted.

    This is Wilson's score interval, which is good for few trials and for shares near 0 and 1, where the usual one
    (the share plus or minus twice its standard error) collapses to a point. E. B. Wilson, "Probable
    inference, the law of succession, and statistical inference", Journal of the American Statistical Association
    22 (1927), pages 209 to 212. ValueError for impossible counts or confidence.

    >>> "{:.3f} {:.3f}".format(*wilson(0, 20))
    '0.000 0.161'
    """
    if not 0 <= hits <= trials or not trials:
        raise ValueError(f"{hits} of {trials} is no share")
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, widening = hits / trials, z * z / trials
    centre = (share + widening / 2) / (1 + widening)
    half = z / (1 + widening) * sqrt(share * (1 - share) / trials + widening / (4 * trials))
    # At the ends the bound is exactly 0 or 1, which floating point does not always give.
    return 0.0 if hits == 0 else centre - half, 1.0 if hits == trials else centre + half
