// Package stat holds the statistics of the lab: how a sample of replicates is described, how sure the description is,
// and how two samples are told apart.
//
//	sample ─► sort once ─► Describe       mean (t interval), standard deviation, extremes
//	                   └─► Quantile       Hyndman–Fan type 7, with an interval by order statistics
//
//	pairs ─► differences, ratios ─► sort once ─► QuantileInterval(…, 0.5)   how much
//	                                         └─► SignedRank ─► Holm         how surely more than nothing
//
// The functions want their data in ascending order and never sort, so that a caller sorts each column once and asks as
// many questions as it likes. None of them draws random numbers: the same data give the same answer.
//
// Descriptive statistics are montanaflynn/stats's, distributions, quantile intervals and the Mann–Whitney test are
// go-moremath's. Quantile, for data that are sorted already, the Wilcoxon signed-rank test and Holm's correction, which
// neither has, are here. golang.org/x/perf/benchmath tests by the same go-moremath, but has no paired test and describes
// medians only; what it reads, bench.txt, is written through benchfmt (results/gobench).
package stat
