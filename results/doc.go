// Package results describes what an experiment observed.
//
// An experiment is a grid of cells, one for each combination of factor levels. Each cell is run
// many times. One run is a replicate, the statistical unit. A replicate yields an observation: its
// outcome, and a number for each metric that it reached.
//
//	scenarios/run ─► samples (Parquet parts) ─► Source ─► summary ─► report, plots, table
//	                                               └────► gobench (bench.txt), export
//
// The Header names the factors, the metrics and their units. No package under results knows what
// the metrics mean: a metric is a name, a unit and numbers. A Source returns one column of one
// cell at a time, so a reader's memory follows the largest cell, not the whole run.
package results
