"""Reference numbers of the designs, by plain linear algebra in numpy, scipy and statsmodels.

python -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 statsmodels==0.15.0
venv/bin/python designs.py > designs.json
"""
import itertools
import json
import sys

import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.linalg import block_diag

rng = np.random.default_rng(20260101)
out = {}


def rows(**columns):
    return {k: [float(x) for x in v] for k, v in columns.items()}


def cr2(X, y, groups):
    """CR2 covariance of least squares and Bell and McCaffrey's degrees of freedom of each contrast, by matrices."""
    bread = np.linalg.inv(X.T @ X)
    H = X @ bread @ X.T
    e = y - H @ y
    meat = np.zeros((X.shape[1],) * 2)
    parts = []
    for g in np.unique(groups):
        i = groups == g
        w, v = np.linalg.eigh(np.eye(i.sum()) - H[np.ix_(i, i)])
        A = v @ np.diag(1 / np.sqrt(w)) @ v.T
        s = X[i].T @ A @ e[i]
        meat += np.outer(s, s)
        parts.append((np.eye(len(y)) - H)[:, i] @ A @ X[i] @ bread)
    V = bread @ meat @ bread

    def df(c):
        G = np.column_stack([p @ c for p in parts])
        Q = G.T @ G
        return np.trace(Q) ** 2 / np.sum(Q * Q)

    return bread @ X.T @ y, V, df


# clusters of unequal sizes
sizes = [3, 8, 5, 12, 4, 6, 9, 2, 7, 10, 5, 4]
arm = np.array([0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1])
cluster = np.repeat(np.arange(len(sizes)), sizes)
t = arm[cluster]
y = np.round(10 + t + rng.normal(size=len(sizes))[cluster] * 2 + rng.normal(size=len(t)) * 3, 3)
X = np.column_stack([np.ones(len(t)), t])
b, V, _ = cr2(X, y, cluster)
arms = []
for a in (0, 1):
    i = t == a
    ba, Va, dfa = cr2(np.ones((i.sum(), 1)), y[i], cluster[i])
    arms.append((ba[0], Va[0, 0], dfa(np.array([1.0]))))
(m0, v0, d0), (m1, v1, d1) = arms
assert abs(V[1, 1] - v0 - v1) < 1e-12
means = np.array([y[cluster == g].mean() for g in range(len(sizes))])
w = stats.ttest_ind(means[arm == 1], means[arm == 0], equal_var=False)
out['cluster'] = dict(rows=rows(y=y, arm=t, cluster=cluster), estimate=b[1], standardError=np.sqrt(V[1, 1]), degreesOfFreedom=(v0 + v1) ** 2 / (v0**2 / d0 + v1**2 / d1),
                      clusters=dict(estimate=means[arm == 1].mean() - means[arm == 0].mean(), pValue=w.pvalue, degreesOfFreedom=w.df))

# encouragement: 2SLS with robust errors by matrices (HC2: the moments of each arm)
n = 60
z = np.arange(n) % 2
d = (rng.random(n) < 0.2 + 0.5 * z).astype(float)
yy = np.round(2 + 1.5 * d + rng.normal(size=n), 3)
Z = np.column_stack([np.ones(n), z])
D = np.column_stack([np.ones(n), d])
beta = np.linalg.solve(Z.T @ D, Z.T @ yy)
r = yy - D @ beta
h = np.diag(Z @ np.linalg.inv(Z.T @ Z) @ Z.T)
B = np.linalg.inv(Z.T @ D)
Viv = B @ (Z.T * (r**2 / (1 - h))) @ Z @ B.T
itt = stats.ttest_ind(yy[z == 1], yy[z == 0], equal_var=False)
crit = stats.t.ppf(0.975, itt.df)


def ar(theta):
    q = yy - theta * d
    a, c = q[z == 1], q[z == 0]
    return abs(a.mean() - c.mean()) - crit * np.sqrt(a.var(ddof=1) / len(a) + c.var(ddof=1) / len(c))


from scipy.optimize import brentq  # noqa: E402

se = np.sqrt(Viv[1, 1])
first = sm.OLS(d, Z).fit(cov_type='HC2')
out['encouragement'] = dict(rows=rows(y=yy, arm=z, d=d), estimate=beta[1], standardError=se, lower=brentq(ar, beta[1] - 20 * se, beta[1]), upper=brentq(ar, beta[1], beta[1] + 20 * se),
                            pValue=itt.pvalue, f=float(first.tvalues[1] ** 2))

# factorial 2 x 3: cell means, HC2; equal weights
a = np.repeat([0, 1], 45)
c = np.tile([0, 1, 2], 30)
yf = np.round(5 + 0.7 * a + 0.3 * (c == 2) + 0.9 * a * (c == 1) + rng.normal(size=90) * (1 + 0.5 * a), 3)
cells = [(i, j) for i in (0, 1) for j in (0, 1, 2)]
C = np.column_stack([((a == i) & (c == j)).astype(float) for i, j in cells])
fit = sm.OLS(yf, C).fit(cov_type='HC2')


def effect(weights):
    weights = np.array(weights)
    v = weights @ fit.cov_params() @ weights
    own = weights**2 * np.diag(fit.cov_params())
    return dict(estimate=float(weights @ fit.params), standardError=float(np.sqrt(v)), degreesOfFreedom=float(v**2 / np.sum(own**2 / (C.sum(axis=0) - 1))))


R = np.array([[1, -1, 0, -1, 1, 0], [1, 0, -1, -1, 0, 1]])
wald = float((R @ fit.params) @ np.linalg.solve(R @ fit.cov_params() @ R.T, R @ fit.params))
# Johansen (1980) by matrices: tr and tr^2 of the projections of each cell
P = fit.cov_params() @ R.T @ np.linalg.inv(R @ fit.cov_params() @ R.T) @ R
A = 0.5 * sum((2 * P[k, k] ** 2) / (C[:, k].sum() - 1) for k in range(6))
F = wald / (2 + 2 * A - 6 * A / 4)
out['factorial'] = dict(rows=rows(y=yf, a=a, c=c), a=effect([-1 / 3] * 3 + [1 / 3] * 3), c2=effect([-0.5, 0, 0.5] * 2), a1c1=effect([1, -1, 0, -1, 1, 0]),
                        statistic=F, residualDegreesOfFreedom=8 / (3 * A), pValue=float(stats.f.sf(F, 2, 8 / (3 * A))))

# pairs: t, all sign flips, and their inversion by brute force
dd = np.round(rng.normal(0.8, 1, size=8), 3)
base = np.round(rng.normal(10, 3, size=8), 3)
signs = np.array(list(itertools.product([1, -1], repeat=8)))


def flip_p(x):
    s = np.abs((signs * x).mean(axis=1))
    return np.mean(s >= abs(x.mean()) - 1e-12)


# ends of the acceptance region: where p crosses alpha, on a fine grid then bisected
def end(lo, hi):
    for _ in range(60):
        mid = (lo + hi) / 2
        lo, hi = (lo, mid) if flip_p(dd - mid) > 0.05 else (mid, hi)
    return hi


tt = stats.ttest_1samp(dd, 0)
trimmed = np.sort(dd)[1:-1]
wins = np.clip(dd, trimmed[0], trimmed[-1])
out['geo'] = dict(differences=[float(x) for x in dd], base=[float(x) for x in base], pValue=float(tt.pvalue), standardError=float(dd.std(ddof=1) / np.sqrt(8)), flips=float(flip_p(dd)),
                  lower=end(dd.min() - 1, dd.mean()), trimmed=float(stats.trim_mean(dd, 0.125)), trimmedError=float(wins.std(ddof=1) / (0.75 * np.sqrt(8))))

# switchback with two lags: scores summed by the toss that decided each lag, by matrices
blocks = np.repeat(np.arange(20), 4)
toss = rng.integers(0, 2, size=20)
ws = toss[blocks].astype(float)
ys = np.zeros(80)
noise = 0.0
for k in range(80):
    noise = 0.6 * noise + rng.normal()
    ys[k] = 20 + ws[k] + 0.5 * (ws[k - 1] if k > 0 else 0) + noise
ys = np.round(ys, 3)
rows_ = np.arange(2, 80)
W = np.column_stack([ws[rows_ - j] for j in range(3)])
full = np.column_stack([np.ones(78), W])
coef = np.linalg.lstsq(full, ys[rows_], rcond=None)[0]
res = ys[rows_] - full @ coef
Wc = W - W.mean(axis=0)
load = np.linalg.inv(Wc.T @ Wc) @ np.ones(3)
M = np.eye(78) - full @ np.linalg.inv(full.T @ full) @ full.T
A = np.column_stack([sum(load[j] * Wc[:, j] * (blocks[rows_ - j] == g) for j in range(3)) for g in range(20)])
adjust = np.sum(A * A, axis=0) / np.diag(A.T @ M @ A)
parts = adjust * (A.T @ res) ** 2
variance = parts.sum()
# Bell and McCaffrey's degrees of freedom, with a variance of its own for each arm
scale = np.array([parts[toss == q].sum() / np.sum((A * A)[:, toss == q]) for q in (0, 1)])[toss] * adjust
G = np.sqrt(scale)[:, None] * (A.T @ M @ A) * np.sqrt(scale)
df = np.trace(G) ** 2 / np.sum(G * G)
out['switchback'] = dict(rows=rows(y=ys, arm=ws, t=np.arange(80), block=blocks), coefficients=[float(x) for x in coef[1:]], total=float(coef[1:].sum()), standardError=float(np.sqrt(variance)), degreesOfFreedom=float(df))

# post-stratified difference: by strata, with the multinomial error of the shares
s = np.arange(120) % 3
ts = (np.arange(120) // 3) % 2
yp = np.round(s * 2 + ts * (0.5 + 0.5 * s) + rng.normal(size=120), 3)
keep = ~((s == 0) & (ts == 1) & (np.arange(120) > 60))
s, ts, yp = s[keep], ts[keep], yp[keep]
share = np.array([np.mean(s == k) for k in range(3)])
tau = np.array([yp[(s == k) & (ts == 1)].mean() - yp[(s == k) & (ts == 0)].mean() for k in range(3)])
var = np.array([sum(yp[(s == k) & (ts == q)].var(ddof=1) / ((s == k) & (ts == q)).sum() for q in (0, 1)) for k in range(3)])
out['strata'] = dict(rows=rows(y=yp, arm=ts, s=s), estimate=float(share @ tau), standardError=float(np.sqrt(share**2 @ var + (share @ tau**2 - (share @ tau) ** 2) / len(yp))))

json.dump(out, sys.stdout, default=float)
