"""How likely chance alone would do it."""

from math import exp, lgamma, log


def at_least(count: int, of: int, share: float) -> float:
    """Probability that at least `count` of `of` do what each does with probability `share` (a binomial tail).

    >>> round(at_least(2, 5, 0.02), 6)
    0.003842
    >>> at_least(0, 5, 0.02)
    1.0
    """
    if count <= of * share:
        return 1.0
    whole = lgamma(of + 1)
    total = 0.0
    for i in range(count, of + 1):
        term = exp(whole - lgamma(i + 1) - lgamma(of - i + 1) + i * log(share) + (of - i) * log(1 - share))
        total += term
        if term < 1e-18 * max(total, 1e-300):
            break
    return min(total, 1.0)
