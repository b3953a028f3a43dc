// grf FOLDER N P M TREES NUISANCE_TREES SEED THREADS: a causal forest by grf's own core, as its R package calls it with defaults, and predictions with variances.
// FOLDER/train holds N rows of P covariates, outcome and treatment by column, FOLDER/test M rows of P covariates and the true effect, all double.
// Prints seconds of processor time to fit and to predict, mean squared error and coverage of 95 % intervals.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "commons/Data.h"
#include "forest/ForestOptions.h"
#include "forest/ForestPredictors.h"
#include "forest/ForestTrainers.h"

namespace {

using Column = std::vector<double>;

Column read(const std::string& file, size_t length) {
  Column values(length);
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(length * sizeof(double)));
  if (!stream) { std::cerr << "cannot read " << file << "\n"; std::exit(2); }
  return values;
}

double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/** Defaults of R's causal_forest and of the regression forests behind it. */
grf::ForestOptions options(size_t p, uint trees, size_t bag, uint seed, uint threads) {
  const uint mtry = static_cast<uint>(std::min<double>(std::ceil(std::sqrt(static_cast<double>(p)) + 20), static_cast<double>(p)));
  return grf::ForestOptions(trees, bag, 0.5, mtry, 5, true, 0.5, true, 0.05, 0, threads, seed, {}, 0);
}

/** The response less its out-of-bag prediction from the covariates. */
Column residuals(const Column& columns, size_t n, size_t p, size_t response, const grf::ForestOptions& how, uint threads) {
  grf::Data data(columns.data(), n, p + 2);
  // both responses are kept from splits, as R keeps them by not passing them
  data.set_outcome_index(response);
  data.set_treatment_index(response == p ? p + 1 : p);
  const grf::Forest forest = grf::regression_trainer().train(data, how);
  const std::vector<grf::Prediction> predictions = grf::regression_predictor(threads).predict_oob(forest, data, false);
  Column left(n);
  for (size_t i = 0; i < n; i++) left[i] = columns[response * n + i] - predictions[i].get_predictions()[0];
  return left;
}

}  // namespace

int main(int, char** argv) {
  const std::string folder = argv[1];
  const size_t n = std::stoul(argv[2]), p = std::stoul(argv[3]), m = std::stoul(argv[4]);
  const uint trees = std::stoul(argv[5]), nuisanceTrees = std::stoul(argv[6]), seed = std::stoul(argv[7]), threads = std::stoul(argv[8]);
  Column train = read(folder + "/train", n * (p + 2));
  const Column test = read(folder + "/test", m * (p + 1));

  const double start = cpu();
  const grf::ForestOptions nuisance = options(p, nuisanceTrees, 1, seed, threads);
  const Column y = residuals(train, n, p, p, nuisance, threads), w = residuals(train, n, p, p + 1, nuisance, threads);
  std::copy(y.begin(), y.end(), train.begin() + static_cast<std::ptrdiff_t>(p * n));
  std::copy(w.begin(), w.end(), train.begin() + static_cast<std::ptrdiff_t>((p + 1) * n));
  grf::Data data(train.data(), n, p + 2);
  data.set_outcome_index(p);
  data.set_treatment_index(p + 1);
  data.set_instrument_index(p + 1);
  const grf::Forest forest = grf::instrumental_trainer(0, true).train(data, options(p, trees, 2, seed, threads));
  const grf::ForestPredictor predictor = grf::instrumental_predictor(threads);
  predictor.predict_oob(forest, data, false);
  const double fitted = cpu();

  const std::vector<grf::Prediction> predictions = predictor.predict(forest, data, grf::Data(test.data(), m, p), true);
  const double predicted = cpu();
  double squares = 0;
  size_t covered = 0;
  for (size_t i = 0; i < m; i++) {
    const double error = predictions[i].get_predictions()[0] - test[p * m + i];
    squares += error * error;
    covered += std::abs(error) <= 1.959964 * std::sqrt(predictions[i].get_variance_estimates()[0]);
  }
  std::cout << fitted - start << " " << predicted - fitted << " " << squares / static_cast<double>(m) << " " << static_cast<double>(covered) / static_cast<double>(m) << "\n";
}
