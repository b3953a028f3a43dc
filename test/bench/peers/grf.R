# Rscript grf.R FOLDER N P M TREES NUISANCE_TREES SEED THREADS: a causal forest by grf with its defaults, and predictions with variances.
# NUISANCE_TREES is not read: grf gives its nuisance forests a quarter of the trees, at least 50.
# FOLDER/train holds N rows of P covariates, outcome and treatment by column, FOLDER/test M rows of P covariates and the true effect, all double.
# Prints seconds of processor time to fit and to predict, mean squared error and coverage of 95 % intervals.
suppressMessages(library(grf))
arguments <- commandArgs(TRUE)
folder <- arguments[1]
size <- as.integer(arguments[-1])
n <- size[1]; p <- size[2]; m <- size[3]; trees <- size[4]; seed <- size[6]; threads <- size[7]
table.of <- function(name, rows, columns) matrix(readBin(file.path(folder, name), "double", rows * columns), rows)
train <- table.of("train", n, p + 2)
test <- table.of("test", m, p + 1)
X <- train[, 1:p]
processor <- function() sum(proc.time()[1:2])
start <- processor()
forest <- causal_forest(X, train[, p + 1], train[, p + 2], num.trees = trees, seed = seed, num.threads = threads)
fitted <- processor()
effects <- predict(forest, test[, 1:p], estimate.variance = TRUE, num.threads = threads)
predicted <- processor()
error <- effects$predictions - test[, p + 1]
cat(fitted - start, predicted - fitted, mean(error^2), mean(abs(error) <= 1.959964 * sqrt(effects$variance.estimates)), "\n")
