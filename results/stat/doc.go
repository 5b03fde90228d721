// Package stat holds the statistics of the lab: it describes a sample of replicates, says how
// certain the description is, and tests whether two samples differ.
//
//	sample ─► sort once ─► Describe       mean (t interval), standard deviation, extremes
//	                   └─► Quantile       Hyndman–Fan type 7, with an interval by order statistics
//
//	pairs ─► differences, ratios ─► sort once ─► QuantileInterval(…, 0.5)   size of the effect
//	                                         └─► SignedRank ─► Holm         is there an effect?
//
// The functions expect data in ascending order and never sort. So a caller sorts each column once
// and calls as many functions as it needs. No function draws random numbers: the same data give the
// same result.
//
// Descriptive statistics come from montanaflynn/stats. Distributions, quantile intervals and the
// Mann–Whitney test come from go-moremath. This package adds what neither has: quantiles of data
// that are already sorted, the Wilcoxon signed-rank test and Holm's correction.
// golang.org/x/perf/benchmath builds on the same go-moremath, but it has no paired test and
// describes medians only.
package stat
