# Numbers of glmnet 4.1-6 and stats::glm for test/learners: Rscript glmnet.R > glmnet.json
suppressMessages(library(glmnet))
n <- 60; p <- 5
# a deterministic design, so that it need not be stored: the same formula is in the test
i <- seq_len(n)
x <- sapply(seq_len(p), function(j) sin(i * j) + cos(i * j * j / 3) * j)
x[, 5] <- x[, 5] + 0.8 * x[, 1]
y <- 3 + 2 * x[, 1] - x[, 3] + 0.3 * x[, 4] + 2 * sin(i * 7.3)
label <- as.numeric(y > 3 + 1.5 * cos(i * 11.7))
w <- 1 + (i %% 4) / 2
fold <- (i - 1) %% 5 + 1
glmnet.control(fdev = 1e-5)
out <- list()
put <- function(name, task, alpha, weighted) {
  yy <- if (task == "regression") y else label
  family <- if (task == "regression") "gaussian" else "binomial"
  ww <- if (weighted) w else rep(1, n)
  path <- glmnet(x, yy, weights = ww, alpha = alpha, family = family, thresh = 1e-16, maxit = 1e7)$lambda
  # the folds are given the path: without it cv.glmnet interpolates between those of their own
  cv <- cv.glmnet(x, yy, weights = ww, alpha = alpha, family = family, foldid = fold, lambda = path, thresh = 1e-16, maxit = 1e7)
  at <- unique(round(seq(2, length(cv$lambda), length.out = 6)))
  co <- as.matrix(coef(cv$glmnet.fit))[, at]
  out[[length(out) + 1]] <<- list(name = name, task = task, alpha = alpha, weighted = weighted, count = length(cv$lambda), at = at - 1,
    lambda = cv$lambda[at], coefficients = unname(t(co)), errors = unname(cv$cvm[at]), standardErrors = unname(cv$cvsd[at]),
    lambdaMin = cv$lambda.min, lambda1se = cv$lambda.1se)
}
for (task in c("regression", "classification")) for (alpha in c(0, 0.4, 1)) for (weighted in c(FALSE, TRUE)) put("cv", task, alpha, weighted)
g <- glm(label ~ x, family = binomial, control = list(epsilon = 1e-14, maxit = 100))
gw <- suppressWarnings(glm(label ~ x, family = binomial, weights = w, control = list(epsilon = 1e-14, maxit = 100)))
l <- lm(y ~ x, weights = w)
json <- function(v) {
  if (is.list(v)) if (is.null(names(v))) paste0("[", paste(sapply(v, json), collapse = ",\n"), "]")
    else paste0("{", paste0('"', names(v), '": ', sapply(v, json), collapse = ", "), "}")
  else if (is.matrix(v)) paste0("[", paste(apply(v, 1, json), collapse = ", "), "]")
  else if (is.character(v)) paste0('"', v, '"')
  else if (is.logical(v)) tolower(as.character(v))
  else if (length(v) == 1) formatC(v, digits = 14, format = "g")
  else paste0("[", paste(formatC(v, digits = 14, format = "g"), collapse = ", "), "]")
}
cat(json(list(source = "R 4.2.2, glmnet 4.1-6 (thresh 1e-16), stats::glm (epsilon 1e-14), stats::lm", penalised = out,
  logistic = unname(coef(g)), weightedLogistic = unname(coef(gw)), weightedLinear = unname(coef(l)))), "\n")
