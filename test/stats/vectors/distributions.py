"""Tails at high precision, for test/stats/numeric.test.ts.

Run: pip install mpmath && python distributions.py > distributions.json
`python distributions.py chebyshev` prints the coefficients of src/stats/numeric/normal.ts instead.
"""
import json
import sys
from mpmath import mp, mpf, cos, erfc, exp, gammainc, log, loggamma, nstr, pi, sqrt

mp.dps = 45


def normal(x):
    return erfc(x / sqrt(mpf(2))) / 2


def ibeta(a, b, x, y):
    """Lower tail of Beta(a, b) by a positive series, so that digits survive far out."""
    a, b, x, y = mpf(a), mpf(b), mpf(x), mpf(y)
    if x > (a + 1) / (a + b + 2):
        return 1 - ibeta(b, a, y, x)
    term = total = mpf(1)
    k = 0
    while abs(term) > total * mpf(10) ** -35:
        term *= (a + b + k) / (a + 1 + k) * x
        total += term
        k += 1
    return exp(a * log(x) + b * log(y) + loggamma(a + b) - loggamma(a + 1) - loggamma(b)) * total


def student(t, df):
    t, df = mpf(t), mpf(df)
    whole = df + t * t
    return ibeta(df / 2, mpf(1) / 2, df / whole, t * t / whole) / 2


def fisher(f, d1, d2):
    f, d1, d2 = mpf(f), mpf(d1), mpf(d2)
    whole = d2 + d1 * f
    return ibeta(d2 / 2, d1 / 2, d2 / whole, d1 * f / whole)


def gamma_upper(a, x):
    return gammainc(mpf(a), mpf(x), regularized=True)


def gamma_lower(a, x):
    return gammainc(mpf(a), 0, mpf(x), regularized=True)


def binomial_upper(k, n, p):
    p = mpf(p)
    return ibeta(k, n - k + 1, p, 1 - p)


def beta_lower(a, b, x):
    return ibeta(a, b, mpf(x), 1 - mpf(x))


def chebyshev(centre=mpf('4.5'), n=60, keep=23):
    def f(t):
        x = centre * (1 + t) / (1 - t)
        return (x + centre) * exp(x * x / 2) * normal(x)
    nodes = [cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f(t) for t in nodes]
    for j in range(keep):
        print(nstr(2 / mpf(n) * sum(v * cos(pi * j * (k + mpf(1) / 2) / n) for k, v in enumerate(values)), 20))


GRID = {
    'normalUpperTail': (normal, [(x,) for x in [0, 1e-8, 0.1, 0.5, 1, 1.959963984540054, 3, 5, 8, 12, 20, 30, 37]]),
    'logNormalUpperTail': (lambda x: log(normal(mpf(x))), [(x,) for x in [-5, 0, 2, 40, 100, 1000]]),
    'studentUpperTail': (student, [(t, df) for df in [0.5, 1, 2, 3.7, 9, 29.9, 30, 31.5, 100, 1234.5, 1e5]
                                   for t in [0.001, 0.3, 1, 2, 3.5, 6, 10, 20, 36, 200, 1e6]]),
    'chiSquareUpperTail': (lambda x, k: gamma_upper(mpf(k) / 2, mpf(x) / 2),
                           [(x, k) for k in [1, 2, 3, 10, 99, 2000] for x in [0.01, 0.5, 2, 5, 15, 60, 300, 1300, 3000]]),
    'fUpperTail': (fisher, [(f, a, b) for a in [1, 4, 50] for b in [2, 7.5, 300, 5000] for f in [0.01, 0.8, 1.5, 4, 30, 500]]),
    'betaLowerTail': (beta_lower, [(a, b, x) for a in [0.5, 1, 8, 400, 9000] for b in [0.5, 3, 700, 9000]
                                   for x in [1e-6, 0.01, 0.3, 0.498, 0.5, 0.9]]),
    'gammaLowerTail': (gamma_lower, [(a, x) for a in [0.1, 0.5, 1, 5, 60, 1000, 20000] for x in [1e-3, 0.4, 3, 55, 900, 19800]]),
    'gammaUpperTail': (gamma_upper, [(a, x) for a in [0.1, 0.5, 1, 5, 60, 1000, 20000] for x in [1e-3, 0.4, 3, 55, 600, 20300]]),
    'binomialUpperTail': (binomial_upper, [(k, n, p) for n in [10, 1000, 30000] for p in [0.001, 0.3, 0.5]
                                           for k in [1, n // 10, n // 2, n * 6 // 10, n]]),
}

def main():
    out = {}
    for name, (function, grid) in GRID.items():
        rows = []
        for arguments in grid:
            value = function(*[mpf(a) for a in arguments])
            if name.startswith('log') or 1e-300 < value:
                rows.append([list(arguments), float(value)])
        out[name] = rows
    json.dump(out, sys.stdout, separators=(',', ':'))
    print()


if sys.argv[1:] == ['chebyshev']:
    chebyshev()
else:
    main()
