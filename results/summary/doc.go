// Package summary reduces samples to one row for each cell and metric, and compares each cell with its
// baseline.
//
//	results.Source ─► a column of a baseline cell ──────┐
//	               └► that of each cell compared with it ┴► Row: description, quantiles, Comparison ─► summary.json, summary.csv
//
// # What a row is about
//
// The replicate is the unit. N counts all of a cell's replicates, Failed those that did not end "ok". A metric is
// described over the replicates that reached it (Reached): what never happened has no time, and 0 or the time-out
// would be inventions. So a quantile is conditional on the metric having been reached, and is to be read beside Failed.
// Where more replicates miss the metric than lie beyond the quantile, the quantile of all attempts has no finite value:
// Row.Censored says so.
//
// # How a cell is compared
//
// A cell's baseline is the cell with the baseline level of the compared factor and the same levels of all others.
// Replicates of the same number and the same seed met the same randomness; they are compared pair by pair, over the
// pairs in which both reached the metric. Diff is the median of the differences and Ratio the median of the ratios,
// with intervals by order statistics; such an interval carries over unchanged from the logarithm of the ratio to the
// ratio, and needs neither symmetry nor resampling. P is the Wilcoxon signed-rank test's. Where the seeds differ (the
// compared factor is one that the seeds are derived from) the samples are independent: then P is the Mann–Whitney
// test's, and Diff and Ratio are of the two medians.
//
// The family of Holm's correction is all comparisons of one metric in one summary.
//
// The verdict weighs the size of the effect, not only its existence, since simulated replicates are cheap enough to make
// any difference significant. It asks where the interval of the ratio lies: wholly inside 1 ± margin, "same"; wholly
// outside and PHolm < 0.05, "different"; anything else, "undecided".
//
// A metric that the header calls exact, and that did give one value in each cell, was not sampled: its intervals are
// that value and it has no p-value.
package summary
