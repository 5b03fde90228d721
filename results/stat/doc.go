// Package stat holds the statistics of the lab: it describes a sample of replicates, and gives each
// estimate an interval. Package effect compares two samples.
//
//	sample ─► sort once ─► Describe       mean (t interval), standard deviation, extremes
//	                   └─► Quantile       Hyndman–Fan type 7, with an interval by order statistics
//	counts ─► Proportion                  share with its Clopper–Pearson interval
//	p-values ─► Holm                      corrected for many comparisons
//
// The functions expect data in ascending order and never sort. So a caller sorts each column once
// and calls as many functions as it needs. No function draws random numbers: the same data give the
// same result.
//
// Descriptive statistics come from montanaflynn/stats, distributions from gonum and go-moremath,
// quantile intervals and the Mann–Whitney test from go-moremath. This package adds what none has:
// quantiles of data that are already sorted, and Holm's correction.
// golang.org/x/perf/benchmath builds on the same go-moremath, but the median is its only quantile.
package stat
