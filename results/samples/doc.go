// Package samples keeps a run's observations on disk: a folder of Parquet parts, which is one tidy
// table, and parts.json, which lists them.
//
//	Writer.Begin ─► Block (the rows of a part, column by column) ─► Writer.Write ─► samples/part-00000.parquet
//	                                                                             └► parts.json
//	Open, Writer.Store ─► Store (a results.Source) ─► summary, figures, bench.txt, exports
//
// # The table
//
// A row is a replicate. There is a column a factor (its level, a string), replicate (an integer, from
// 0), outcome (a string), a column a metric in its unit, and hash (64 bits, over the replicate's
// events). Metrics in ns, B and counts are integers, others are floating-point numbers; null stands
// where the replicate did not reach the metric. Each part carries the header, as JSON, under the key
// tlslab.header of its metadata. Seeds are not there: they follow from the header.
//
// # Parts
//
// Which rows belong into which part follows from the numbers of cells and replicates (see layout),
// so the same run has the same parts, byte for byte, on any number of cores.
//
// A part is written whole under another name outside samples/, synced, renamed into its place, and
// then listed with its SHA-256 in parts.json, which is replaced whole as well. So a run that is
// killed at any moment leaves nothing but whole parts, at most one file that is not listed yet, and
// one that has its temporary name; Begin removes both. A part whose rows are not all there has
// their number in its name, and gives way to the finished one.
//
// Every reader compares each part with its SHA-256 first, and parts.json with the one at its end.
package samples
