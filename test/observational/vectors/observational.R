# Reference numbers for matching, least squares and weighting: R 4.2, Matching 4.10-8, sandwich 3.0-2.
#   Rscript observational.R > observational.json
suppressMessages({ library(Matching); library(sandwich); library(jsonlite) })
set.seed(7)
n <- 60
d <- data.frame(x1 = round(rnorm(n), 3), x2 = round(rnorm(n), 3), x3 = rbinom(n, 1, .4), cluster = rep(1:12, each = 5))
d$d <- rbinom(n, 1, plogis(.6 * d$x1 - .4 * d$x2))
d$y <- round(1 + 2 * d$d + d$x1 + .5 * d$x2 - d$x3 + rnorm(n), 3)
X <- as.matrix(d[, c('x1', 'x2', 'x3')])

matched <- do.call(rbind, lapply(c('ATT', 'ATC', 'ATE'), function(estimand) do.call(rbind, lapply(1:2, function(weight) do.call(rbind, lapply(c(1, 3), function(M)
  do.call(rbind, lapply(c(FALSE, TRUE), function(adjust) do.call(rbind, lapply(c(0, 2), function(neighbours) {
    m <- Match(Y = d$y, Tr = d$d, X = X, Z = X, M = M, estimand = estimand, Weight = weight, BiasAdjust = adjust, Var.calc = neighbours, distance.tolerance = 1e-9)
    data.frame(estimand, weight, M, adjust, neighbours, estimate = c(m$est), error = c(m$se))
  }))))))))))

kinds <- list(classical = function(f) vcov(f), hc0 = function(f) vcovHC(f, type = 'HC0'), hc1 = function(f) vcovHC(f, type = 'HC1'), hc2 = function(f) vcovHC(f, type = 'HC2'),
  hc3 = function(f) vcovHC(f, type = 'HC3'), hc4 = function(f) vcovHC(f, type = 'HC4'), cr1 = function(f) vcovCL(f, cluster = d$cluster, type = 'HC1'))
fits <- list(plain = lm(y ~ d + x1 + x2 + x3, d), interacted = lm(y ~ d * (I(x1 - mean(x1)) + I(x2 - mean(x2)) + I(x3 - mean(x3))), d))
regressions <- do.call(rbind, lapply(names(fits), function(fit) do.call(rbind, lapply(names(kinds), function(kind)
  data.frame(fit, kind, estimate = coef(fits[[fit]])[['d']], error = sqrt(kinds[[kind]](fits[[fit]])['d', 'd']))))))

e <- fitted(glm(d ~ x1 + x2 + x3, binomial, d))
w <- list(all = ifelse(d$d == 1, 1 / e, 1 / (1 - e)), treated = ifelse(d$d == 1, 1, e / (1 - e)), control = ifelse(d$d == 1, (1 - e) / e, 1), overlap = ifelse(d$d == 1, 1 - e, e))
weighted <- do.call(rbind, lapply(names(w), function(target) {
  v <- w[[target]]
  data.frame(target, estimate = weighted.mean(d$y[d$d == 1], v[d$d == 1]) - weighted.mean(d$y[d$d == 0], v[d$d == 0]))
}))
cat(toJSON(list(data = as.list(d), matched = matched, regressions = regressions, weighted = weighted), digits = 12))
