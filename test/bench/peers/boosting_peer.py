# python boosting_peer.py FOLDER: boosts the rows that boosting.mjs wrote there, as its settings.json says; a JSON line with seconds and AUC.
import json
import pathlib
import resource
import sys
import time

import lightgbm
import numpy as np

folder = pathlib.Path(sys.argv[1])
settings = json.loads((folder / "settings.json").read_text())


def read(name, rows):
    values = np.fromfile(folder / name, dtype=np.float64).reshape(settings["columns"] + 1, rows).T
    return np.ascontiguousarray(values[:, :-1]), values[:, -1]


x, y = read("train", settings["rows"])
test, label = read("test", settings["testRows"])


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def auc(scores):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    ones = label.sum()
    return (ranks[label == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(label) - ones))


before, start = cpu(), time.perf_counter()
data = lightgbm.Dataset(x, y, params={"min_data_in_bin": 1, "max_bin": 255, "verbosity": -1})
model = lightgbm.train({
    "objective": "binary", "num_threads": settings["workers"], "learning_rate": settings["learningRate"], "num_leaves": settings["maxLeaves"],
    "min_data_in_leaf": settings["minRows"], "min_sum_hessian_in_leaf": settings["minHessian"], "min_data_in_bin": 1, "max_bin": 255, "verbosity": -1,
}, data, num_boost_round=settings["trees"])
wall, used = time.perf_counter() - start, cpu() - before
print(json.dumps({"version": lightgbm.__version__, "wall": wall, "cpu": used, "auc": auc(model.predict(test))}))
