// Package results says what an experiment observed.
//
// An experiment is a grid of cells, one for each combination of factor levels. Each cell is run many
// times; one run is a replicate, the statistical unit. What a replicate yields is an observation: how
// it ended, and a number for each metric that it reached.
//
//	scenarios/run ─► samples (Parquet parts) ─► Source ─► summary ─► report, plots, table
//	                                               └────► gobench (bench.txt), export
//
// The Header names the factors, the metrics and their units, so that nothing here knows what was
// measured: a metric is a name, a unit and numbers. A Source hands out one column of one cell at a
// time, so that memory does not follow the size of the run.
package results
