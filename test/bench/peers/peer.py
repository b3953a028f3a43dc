"""One package on the comparisons that stdin has as JSON: [{"control": [...], "treatment": [...]}].

Writes {"version", "answers": [{"difference", "lower", "upper", "pValue"}], "milliseconds": of one comparison, from what the package takes as its input}.
"""
import json
import sys
import time
from importlib.metadata import version

import numpy as np


def gbstats(control, treatment):
    from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
    from gbstats.models.statistics import SampleMeanStatistic
    arms = [SampleMeanStatistic(n=len(y), sum=float(y.sum()), sum_squares=float((y * y).sum())) for y in (control, treatment)]
    def compare():
        result = TwoSidedTTest(*arms, FrequentistConfig(difference_type="absolute")).compute_result()
        return result.expected, result.ci[0], result.ci[1], result.p_value
    return compare


def statsmodels(control, treatment):
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
    def compare():
        means = CompareMeans(DescrStatsW(treatment), DescrStatsW(control))
        lower, upper = means.tconfint_diff(usevar="unequal")
        return treatment.mean() - control.mean(), lower, upper, means.ttest_ind(usevar="unequal")[1]
    return compare


def tea_tasting(control, treatment):
    import pyarrow as pa
    import tea_tasting as tt
    table = pa.table({"variant": np.repeat([0, 1], [len(control), len(treatment)]), "y": np.concatenate([control, treatment])})
    experiment = tt.Experiment(y=tt.Mean("y", use_t=True, equal_var=False))
    def compare():
        result = experiment.analyze(table)["y"]
        return result.effect_size, result.effect_size_ci_lower, result.effect_size_ci_upper, result.pvalue
    return compare


def spotify_confidence(control, treatment):
    import pandas as pd
    import spotify_confidence as confidence
    frame = pd.DataFrame({"arm": ["control", "treatment"], "sum": [control.sum(), treatment.sum()], "squares": [(control**2).sum(), (treatment**2).sum()], "n": [len(control), len(treatment)]})
    def compare():
        test = confidence.StudentsTTest(frame, numerator_column="sum", numerator_sum_squares_column="squares", denominator_column="n", categorical_group_columns="arm", interval_size=0.95)
        row = test.difference(level_1="control", level_2="treatment", absolute=True).iloc[0]
        return row["difference"], row["ci_lower"], row["ci_upper"], row["p-value"]
    return compare


package = sys.argv[1]
cases = [(np.array(case["control"]), np.array(case["treatment"])) for case in json.load(sys.stdin)]
compares = [globals()[package.replace("-", "_")](*case) for case in cases]
answers = [dict(zip(("difference", "lower", "upper", "pValue"), map(float, compare()))) for compare in compares]
rounds = []
for _ in range(5):
    start = time.process_time()
    count = 0
    while count < 20 or (time.process_time() - start < 0.2 and count < 2000):
        compares[count % len(compares)]()
        count += 1
    rounds.append(1000 * (time.process_time() - start) / count)
print(json.dumps({"version": version(package), "answers": answers, "milliseconds": sorted(rounds)[2]}))
