const { sqrt } = Math;

/** Totals of the clusters of one arm. */
export interface ClusterTotals {
  /** sum of (y - arm mean) over the units of each cluster, shape (clusters), in units of the outcome */
  readonly residuals: ArrayLike<number>;
  /** units of each cluster, shape (clusters) */
  readonly sizes: ArrayLike<number>;
}

/**
 * Variance of the mean of an arm whose clusters were randomised whole, with the degrees of freedom of its estimate.
 *
 * CR2: each cluster's residual total is divided by the root of the share that fitting the mean left it; unbiased when units
 * are independent. Bell and McCaffrey's degrees of freedom are clusters - 1 when sizes are equal and fewer when they are not.
 * Infinite where one cluster is the whole arm.
 * @see Bell, McCaffrey (2002), Survey Methodology 28(2); Pustejovsky, Tipton (2018), JBES 36(4)
 */
export function clusterMeanVariance({ residuals, sizes }: ClusterTotals): { readonly variance: number; readonly degreesOfFreedom: number } {
  let units = 0;
  for (let g = 0; g < sizes.length; g++) units += sizes[g]!;
  let variance = 0;
  let own = 0;
  let cross = 0;
  let crossOwn = 0;
  for (let g = 0; g < sizes.length; g++) {
    const share = sizes[g]! / units;
    const adjusted = residuals[g]! / units / sqrt(1 - share);
    variance += adjusted * adjusted;
    const leverage = (share * share) / (1 - share);
    own += share * share;
    cross += leverage;
    crossOwn += leverage * leverage;
  }
  return { variance, degreesOfFreedom: 1 / (own + cross * cross - crossOwn) };
}
