# Numbers of scikit-learn and scipy for test/learners: python calibration.py > calibration.json
import json
import numpy as np
import scipy, sklearn
from scipy.optimize import nnls
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss, r2_score, roc_auc_score

# a deterministic design, so that it need not be stored: the same formula is in the test
i = np.arange(1, 61)
score = np.floor(10 * np.sin(1.7 * i) + 0.5) / 10
label = (np.sin(2.3 * i) + score > 0.2).astype(float)
weight = 1.0 + i % 3
y = score**3 + 0.5 * np.sin(5.1 * i)
out = {"versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__}, "cases": []}
for w in (None, weight):
    platt = _SigmoidCalibration().fit(score, label, w)
    p = 1 / (1 + np.exp(-2 * score))
    out["cases"].append({
        "weighted": w is not None,
        "isotonicLabel": IsotonicRegression().fit(score, label, w).predict(score).tolist(),
        "isotonicOutcome": IsotonicRegression().fit(score, y, w).predict(score).tolist(),
        "slope": -platt.a_, "intercept": -platt.b_,
        "auc": roc_auc_score(label, score, sample_weight=w), "logLoss": log_loss(label, p, sample_weight=w), "r2": r2_score(y, score, sample_weight=w),
    })
a = np.column_stack([np.sin(i * k) + np.cos(i / (k + 1)) for k in range(1, 7)])
out["nnls"] = nnls(a, np.sin(i) + 0.4 * np.cos(i / 3) - 0.2 * np.sin(4 * i) + 0.3, maxiter=1000)[0].tolist()
print(json.dumps(out))
