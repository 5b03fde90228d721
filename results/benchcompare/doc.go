// Package benchcompare compares files in Go's benchmark format, as benchstat of
// golang.org/x/perf does: the same options, the same numbers, the same verdicts. A test runs both.
//
// benchstat's tables are in an internal package, so that this package builds them anew from
// benchfmt, benchproc and benchmath. It refuses what benchstat passes over: a file that is missing
// or cut off, without a result, or with a broken line. It adds intervals of the ratios, a list of
// what one side lacks, and gates on any quantile.
package benchcompare
