"""Writes statistics-random.json: random data sets of many sizes, with ties and constants, and what scipy, rliable and mpmath
make of them. Run once by hand; the tests read the result.

    pip install scipy==1.17.1 rliable==1.2.0 'arch<8' 'pandas<3' mpmath
    python statistics-random.py > statistics-random.json
"""

import json
import warnings

import arch
import mpmath
import numpy as np
import scipy
from rliable import library, metrics
from scipy import stats

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20260)


def draw(kind, n):
    if kind == "normal":
        return rng.normal(rng.normal(), 1 + rng.random(), n).round(6)
    if kind == "skewed":
        return np.exp(rng.normal(0, 1.5, n)).round(6)
    if kind == "ties":
        return rng.integers(-2, 4, n).astype(float)
    if kind == "shifted":  # a spread far below the mean: where careless sums lose digits
        return 1e9 + rng.normal(0, 1, n).round(4)
    if kind == "constant":
        return np.full(n, 0.1)
    raise ValueError(kind)


def sample(kind, n):
    x = draw(kind, n)
    out = {
        "kind": kind,
        "x": x.tolist(),
        "mean": float(np.mean(x.astype(np.longdouble))),
        "median": float(np.median(x)),
        "quantiles": np.quantile(x, [0, 0.05, 0.3, 0.5, 0.975, 1]).tolist(),
        "iqm": float(stats.trim_mean(x, 0.25)),
        "trimmed_10": float(stats.trim_mean(x, 0.1)),
        "optimality_gap": float(metrics.aggregate_optimality_gap(x[:, None])),
    }
    if n > 1:
        out["std"] = float(np.std(x.astype(np.longdouble), ddof=1))
        if len(set(x)) > 1:
            out["t_interval_99"] = list(map(float, stats.t.interval(0.99, n - 1, np.mean(x), stats.sem(x))))
    return out


def ttest(r):
    interval = r.confidence_interval(0.9)
    return {"t": float(r.statistic), "p": float(r.pvalue), "df": float(r.df), "ci90": [float(interval.low), float(interval.high)]}


def pair(kind, n, m):
    a, b = draw(kind, n), draw(kind, m)
    if kind == "normal":
        b = (b - 0.7).round(6)
    out = {"kind": kind, "a": a.tolist(), "b": b.tolist(), "tests": {}}
    ways = 2**n if n == m else 0
    for alternative in ["two-sided", "greater", "less"]:
        t = {"welch": ttest(stats.ttest_ind(a, b, equal_var=False, alternative="two-sided"))}
        t["welch"]["p"] = float(stats.ttest_ind(a, b, equal_var=False, alternative=alternative).pvalue)
        t["student"] = ttest(stats.ttest_ind(a, b))
        t["student"]["p"] = float(stats.ttest_ind(a, b, alternative=alternative).pvalue)
        if n == m:
            t["paired"] = ttest(stats.ttest_rel(a, b))
            t["paired"]["p"] = float(stats.ttest_rel(a, b, alternative=alternative).pvalue)
        u = stats.mannwhitneyu(a, b, alternative=alternative)
        t["mann_whitney"] = {"U": float(u.statistic), "p": float(u.pvalue)}
        u = stats.mannwhitneyu(a, b, alternative=alternative, method="asymptotic")
        t["mann_whitney_asymptotic"] = {"U": float(u.statistic), "p": float(u.pvalue)}
        if kind != "ties" and max(n, m) <= 60:
            u = stats.mannwhitneyu(a, b, alternative=alternative, method="exact")
            t["mann_whitney_exact"] = {"U": float(u.statistic), "p": float(u.pvalue)}
        if scipy.special.comb(n + m, n) <= 2e5:
            r = stats.permutation_test(
                (a, b), lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
                vectorized=True, n_resamples=np.inf, alternative=alternative)
            t["permutation"] = {"difference": float(r.statistic), "p": float(r.pvalue)}
        if 0 < ways <= 2**14:
            r = stats.permutation_test(
                (a - b,), lambda d, axis: np.mean(d, axis=axis), permutation_type="samples",
                vectorized=True, n_resamples=np.inf, alternative=alternative)
            t["sign_flip"] = {"difference": float(r.statistic), "p": float(r.pvalue)}
        out["tests"][alternative] = t
    return out


def scores(runs_x, runs_y, tasks, ties):
    x = rng.normal(0.6, 0.4, (runs_x, tasks)).round(1 if ties else 6)
    y = rng.normal(0.5, 0.5, (runs_y, tasks)).round(1 if ties else 6)
    taus = np.linspace(-0.5, 2, 11).round(2)
    both = {"x": x, "y": y}
    points, intervals = library.get_interval_estimates(
        both, lambda s: np.array([
            metrics.aggregate_mean(s), metrics.aggregate_median(s), metrics.aggregate_iqm(s), metrics.aggregate_optimality_gap(s, 0.8)]),
        reps=20000, random_state=np.random.RandomState(1))
    _, again = library.get_interval_estimates(
        both, lambda s: np.array([
            metrics.aggregate_mean(s), metrics.aggregate_median(s), metrics.aggregate_iqm(s), metrics.aggregate_optimality_gap(s, 0.8)]),
        reps=20000, random_state=np.random.RandomState(2))
    profile, bands = library.create_performance_profile({"x": x}, taus, reps=4000)
    mean_profile, _ = library.create_performance_profile({"x": x}, taus, use_score_distribution=False, reps=10)
    return {
        "x": x.tolist(), "y": y.tolist(),
        "aggregates_x": points["x"].tolist(),
        "intervals_x": intervals["x"].tolist(),
        "spread_x": np.abs(intervals["x"] - again["x"]).tolist(),
        "grid": 0.1 if ties else 1e-6,
        "improvement": float(metrics.probability_of_improvement(x, y)),
        "thresholds": taus.tolist(),
        "profile": profile["x"].tolist(),
        "bands": np.asarray(bands["x"]).tolist(),
        "mean_profile": mean_profile["x"].tolist(),
    }


def distributions():
    mpmath.mp.dps = 40
    rows = []
    for df in [0.7, 1, 2, 3.5, 9, 18.05, 99, 640.25, 1999, 123456]:
        for t in [-30, -6.1, -2.5, -0.3, -1e-6, 0, 1.7, 4]:
            nu, s = mpmath.mpf(df), mpmath.mpf(t)
            if t == 0:
                value = mpmath.mpf(0.5)
            elif df < 1e4:
                tail = mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + s * s), regularized=True) / 2
                value = tail if t < 0 else 1 - tail
            else:
                c = mpmath.exp(mpmath.loggamma((nu + 1) / 2) - mpmath.loggamma(nu / 2)) / mpmath.sqrt(nu * mpmath.pi)
                f = lambda z: c * mpmath.exp(-(nu + 1) / 2 * mpmath.log1p(z * z / nu))
                tail = mpmath.quad(f, [abs(s) + k / (1 + abs(s)) for k in range(0, 60, 2)] + [abs(s) + 60])
                value = tail if t < 0 else 1 - tail
            rows.append([df, t, float(value)])
    normal = [[x, float(mpmath.erfc(-mpmath.mpf(x) / mpmath.sqrt(2)) / 2)] for x in [-37, -12, -3.3, -1, -1e-8, 0, 0.4, 2, 5.5]]
    gamma = [[x, float(mpmath.loggamma(x))] for x in [1e-8, 0.3, 0.5, 1.5, 7, 10, 33.3, 1e5, 1e12]]
    beta = [[a, b, x, float(mpmath.betainc(a, b, 0, x, regularized=True))]
            for a in [0.5, 2, 30.5, 800] for b in [0.5, 7, 300] for x in [0.01, 0.3, 0.6, 0.99]]
    return {"t_cdf": rows, "normal_cdf": normal, "log_gamma": gamma, "incomplete_beta": beta}


kinds = ["normal", "skewed", "ties", "shifted", "constant"]
x = np.cumsum(rng.integers(1, 9, 30)).astype(float)
y = rng.normal(0, 5, 30).round(6)
print(json.dumps({
    "about": "made by statistics-random.py",
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "rliable": "1.2.0", "arch": arch.__version__, "mpmath": mpmath.__version__},
    "samples": [sample(k, n) for k in kinds for n in [1, 2, 3, 4, 5, 8, 13, 40, 101]] + [sample("skewed", 600), sample("ties", 600)],
    "pairs": [pair(k, n, m) for k in ["normal", "skewed", "ties"]
              for n, m in [(2, 2), (2, 9), (4, 4), (5, 7), (9, 6), (10, 10), (12, 12), (8, 60), (40, 33)]],
    "scores": [scores(5, 7, 4, False), scores(10, 10, 1, False), scores(3, 8, 26, True), scores(12, 4, 5, True)],
    "curve": {"x": x.tolist(), "y": y.tolist(), "area": float(np.trapezoid(y, x) / (x[-1] - x[0]))},
    "distributions": distributions(),
}, separators=(",", ":")))
