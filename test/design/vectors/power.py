"""Writes power.json: reference numbers for planning by scipy and statsmodels. pip install scipy statsmodels."""
import importlib.metadata
import json
import pathlib

import numpy as np
from scipy import integrate, optimize, stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower, normal_power_het

out = {'scipy': importlib.metadata.version('scipy'), 'statsmodels': importlib.metadata.version('statsmodels')}

out['noncentral_t'] = [
    {'t': t, 'df': df, 'nc': nc, 'upper': float(stats.nct.sf(t, df, nc)), 'lower': float(stats.nct.cdf(t, df, nc))}
    for df in (1, 2, 3, 5.5, 10, 30, 98, 1000, 19998) for nc in (0, 0.5, 2.8, 5) for t in (-1.0, 0.5, 1.96, 3.0)
]

t_test = TTestIndPower()
out['t_test'] = [
    {'d': d, 'nPerArm': n, 'alpha': alpha, 'alternative': alternative,
     'power': float(t_test.power(d, n, alpha, 1.0, alternative={'greater': 'larger', 'two_sided': 'two-sided'}[alternative]))}
    for d in (0.1, 0.3, 0.8) for n in (5, 20, 100, 1000) for alpha in (0.05, 0.01) for alternative in ('two_sided', 'greater')
]
out['t_test_units'] = [
    {'d': d, 'alpha': alpha, 'power': power, 'nPerArm': float(t_test.solve_power(d, None, alpha, power))}
    for d in (0.02, 0.1, 0.5, 1.2) for alpha in (0.05, 0.005) for power in (0.8, 0.9)
]
# solve_power stops at 3e-6 in power: its root is refined
def effect_of(n, power):
    d = float(t_test.solve_power(None, n, 0.05, power))
    return float(optimize.brentq(lambda x: t_test.power(x, n, 0.05) - power, 0.9 * d, 1.1 * d, xtol=1e-15, rtol=1e-14))
out['t_test_effect'] = [
    {'nPerArm': n, 'alpha': 0.05, 'power': power, 'd': effect_of(n, power)}
    for n in (12, 150, 20000) for power in (0.8, 0.95)
]
normal = NormalIndPower()
out['normal_unequal'] = [
    {'d': d, 'controlUnits': n, 'ratio': ratio, 'alpha': 0.05, 'power': float(normal.power(d, n, 0.05, ratio))}
    for d in (0.05, 0.2) for n in (300, 2000) for ratio in (0.25, 1.0, 3.0)
]
# Welch's t at unequal allocation: noncentral t with Welch-Satterthwaite degrees of freedom
def welch(d, n1, n2, alpha):
    se = np.sqrt(1 / n1 + 1 / n2)
    df = (1 / n1 + 1 / n2) ** 2 / (1 / n1 ** 2 / (n1 - 1) + 1 / n2 ** 2 / (n2 - 1))
    c = stats.t.isf(alpha / 2, df)
    return float(stats.nct.sf(c, df, d / se) + stats.nct.cdf(-c, df, d / se))
out['welch_unequal'] = [
    {'d': d, 'controlUnits': n1, 'treatmentUnits': n2, 'alpha': 0.05, 'power': welch(d, n1, n2, 0.05)}
    for d in (0.3, 0.7) for n1, n2 in ((90, 10), (30, 50), (200, 600))
]
def unpooled(p1, diff, n, ratio):
    return np.sqrt(p1 * (1 - p1) / n + (p1 + diff) * (1 - p1 - diff) / (n * ratio))
out['proportions'] = [
    {'p1': p1, 'diff': diff, 'controlUnits': n, 'ratio': ratio, 'alpha': 0.05,
     'power': float(normal_power_het(diff, 1, 0.05, std_null=unpooled(p1, diff, n, ratio)))}
    for p1 in (0.1, 0.34) for diff in (0.01, 0.05) for n, ratio in ((500, 1), (4000, 0.5))
]

# two one-sided t-tests (Owen's Q as one integral over the standard error); theta and margin in standard deviations
def tost(theta, margin, n, alpha):
    df = 2 * n - 2
    se = np.sqrt(2 / n)
    c = stats.t.isf(alpha, df)
    top = margin / se / c
    def inner(s):
        density = 2 * df * s * stats.chi2.pdf(df * s * s, df)
        return (stats.norm.cdf((margin - theta) / se - c * s) - stats.norm.cdf((-margin - theta) / se + c * s)) * density
    centre = [x for x in (0.5, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.5) if x < top]
    value, _ = integrate.quad(inner, 0, top, points=centre, epsabs=1e-13, epsrel=1e-12, limit=500)
    return float(value)
out['tost'] = [
    {'theta': theta, 'margin': margin, 'nPerArm': n, 'alpha': alpha, 'power': tost(theta, margin, n, alpha)}
    for theta in (0.0, 0.1) for margin in (0.3, 0.5) for n in (12, 50, 100, 250) for alpha in (0.05, 0.025)
]

# Gaussian increments observed at given information: P(first crossing at look k), by multivariate normal probabilities
def crossing(times, upper, lower, drift):
    times = np.array(times)
    cov = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    mean = drift * np.sqrt(times)
    inside = [1.0]
    for k in range(1, len(times) + 1):
        law = stats.multivariate_normal(mean[:k], cov[:k, :k], abseps=1e-8, releps=1e-8, maxpts=2_000_000)
        inside.append(float(law.cdf(np.array(upper[:k]), lower_limit=np.array(lower[:k]))))
    return inside[1:]
out['inside'] = [
    {'times': t, 'upper': u, 'lower': l, 'drift': d, 'inside': crossing(t, u, l, d)}
    for t, u, l, d in [
        ([0.5, 1.0], [2.9626, 1.9686], [-2.9626, -1.9686], 0.0),
        ([0.5, 1.0], [2.9626, 1.9686], [-2.9626, -1.9686], 2.8),
        ([0.2, 0.7, 1.0], [3.0, 2.3, 2.0], [-3.0, -0.2, -2.0], 1.5),
        ([0.1, 0.3, 1.0], [2.4, 2.4, 2.4], [-2.4, -2.4, -2.4], 3.2),
    ]
]
# group sequential, three equal looks: boundary by spending and the units that 90 % power needs over those of one look
def spent(family, alpha, t):
    if family == 'obrien_fleming':
        return 2 * stats.norm.sf(stats.norm.isf(alpha / 2) / np.sqrt(t))
    if family == 'pocock':
        return alpha * np.log(1 + (np.e - 1) * t)
    return alpha * t ** float(family)
def staying(times, bounds, drift):
    """P(inside at every look so far), by the trapezoid rule on 1,201 points of the score."""
    out, x, f, before = [], np.array([0.0]), np.array([1.0]), 0.0
    for t, b in zip(times, bounds):
        gained = t - before
        edge = b * np.sqrt(t)
        inside = stats.norm.cdf((edge - x - drift * gained) / np.sqrt(gained)) - stats.norm.cdf((-edge - x - drift * gained) / np.sqrt(gained))
        out.append(float(f @ inside))
        y = np.linspace(-edge, edge, 1201)
        weights = np.full(1201, y[1] - y[0])
        weights[[0, -1]] /= 2
        f = (stats.norm.pdf((y[:, None] - x[None, :] - drift * gained) / np.sqrt(gained)) / np.sqrt(gained)) @ f * weights
        x, before = y, t
    return out
def inflation(family):
    times = [1 / 3, 2 / 3, 1.0]
    bounds = []
    for k in range(3):
        left = 1 - 2 * spent(family, 0.025, times[k])
        bounds.append(optimize.brentq(
            lambda c: staying(times[:k + 1], bounds + [c], 0.0)[-1] - left, 0.5, 8, xtol=1e-9))
    drift = optimize.brentq(lambda d: staying(times, bounds, d)[-1] - 0.1, 2.5, 4.5, xtol=1e-9)
    fixed = optimize.brentq(lambda d: stats.norm.sf(1.959963984540054 - d) + stats.norm.cdf(-1.959963984540054 - d) - 0.9, 2, 4, xtol=1e-12)
    return {'family': family, 'boundary': [float(b) for b in bounds], 'drift': float(drift), 'inflation': float((drift / fixed) ** 2)}
out['group_sequential'] = [inflation(family) for family in ('obrien_fleming', 'pocock', '1', '2', '3')]

# scipy's noncentral t is NaN far in a tail: such cases have no reference number
out = {name: [c for c in cases if all(v == v for v in c.values())] if isinstance(cases, list) else cases for name, cases in out.items()}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1, allow_nan=False) + '\n')
