// Package summary reduces samples to one row for each cell and metric, and compares each cell with
// its baseline.
//
//	results.Source ─► column of a baseline cell ────────┐
//	               └► column of each compared cell ─────┴► Row ─► summary.json, summary.csv
//
// A Row has the mean, the spread, the quantiles and the Comparison.
//
// # What a row describes
//
// The statistical unit is the replicate. N counts all replicates of a cell, Failed the replicates
// whose outcome is not "ok". The statistics of a metric are over the replicates that reached it
// (Reached). A replicate that did not reach a metric has no value: 0 or the time-out would be an
// invention. So a quantile is conditional on reaching the metric, and readers need Failed beside
// it. If more replicates miss the metric than lie above the quantile, the quantile over all
// replicates has no finite value: see Row.Censored.
//
// # How a cell is compared
//
// The baseline of a cell is the cell with the baseline level of the compared factor and the same
// levels of all other factors. Package effect compares the two columns: p50, p95, p99 and mean,
// each with ratio, difference, interval, p-value and verdict. If the header has seeds, replicates
// with the same number had the same random draws and are compared in pairs. A replicate that only
// one of the cells has counts for that cell.
//
// Holm's correction is over all comparisons and statistics of one metric in one summary.
//
// Simulated replicates are cheap enough to make any difference significant. So the verdict depends
// on the size of the effect. It is "same" if the whole interval of the ratio is inside 1 ± margin,
// "different" if the whole interval is outside and PHolm < 0.05, else "undecided".
//
// A metric that the header calls exact may have one value in all replicates of a cell. Then the
// interval of each statistic is that value. If this holds for both cells of a comparison, there is
// no p-value.
package summary
