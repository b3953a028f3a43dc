# Rscript policytree.R FOLDER N P ACTIONS DEPTH: the exact policy tree by policytree.
# FOLDER/columns holds N rows of P covariates by column, FOLDER/rewards N rows of rewards by action, all double.
# Prints seconds of processor time and the total reward of the tree.
suppressMessages(library(policytree))
arguments <- commandArgs(TRUE)
size <- as.integer(arguments[-1])
table.of <- function(name, columns) matrix(readBin(file.path(arguments[1], name), "double", size[1] * columns), size[1])
columns <- table.of("columns", size[2])
rewards <- table.of("rewards", size[3])
start <- sum(proc.time()[1:2])
tree <- policy_tree(columns, rewards, depth = size[4], verbose = FALSE)
seconds <- sum(proc.time()[1:2]) - start
actions <- predict(tree, columns)
cat(seconds, format(sum(rewards[cbind(seq_along(actions), actions)]), digits = 17), "\n")
