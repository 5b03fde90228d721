// Package results holds what an experiment observed and reads it back.
//
// An experiment is a grid of cells, one for each combination of factor levels. Each cell is run many times; one run is a
// replicate, and its metrics are one Observation. The road through this room has one direction:
//
//	Observation ─► Writer ─► samples.jsonl ─► File ─► Sample ─► summary ─► report, plots, table, bench.txt
//	(a replicate)            (header, then    (index)  (a cell)
//	                          a line each)
//
// samples.jsonl is the only thing that is kept of a run's numbers; everything to the right of it can be made again from
// it alone. Its first line is the Header, which names the factors, the metrics and their units, so that nothing here
// knows what was measured: a metric is a name, a unit and numbers. docs/output.md has the file field by field.
//
// Reading is done cell by cell. Open goes through the file once and remembers where each cell's lines are; File.Sample
// then reads one cell, so memory holds the values of as many cells as the caller keeps, whatever the size of the file.
// The lines of a cell may stand anywhere in the file and in any order; the index is smallest where they stand together.
//
// A run that was interrupted may leave a last line without its newline. Open reports where the whole lines end
// (File.Whole), so that a run can cut the rest off and go on with ResumeWriter.
package results
