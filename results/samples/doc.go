// Package samples stores a run's observations on disk: the folder samples/ of Parquet files, which
// are the parts of one table, and parts.json, which lists them.
//
//	Writer.Load ─► Block: the rows of a part in memory ─► Writer.Write ─► samples/part-00000.parquet
//	                                                                   └► parts.json
//	Open, Writer.Store ─► Store, a results.Source ─► summary, figures, bench.txt, exports
//
// # The table
//
// A row is a replicate. The columns are: one for each factor, with the factor's level (string); the
// replicate's number from 0 (integer); its outcome (string); one for each metric, in the metric's
// unit; the hash of the replicate's events (unsigned, 64 bits). Metrics in ns, B and counts are
// integers, others are doubles. A metric that the replicate did not reach is null. Seeds are not
// stored: they follow from the header, which each part carries in its metadata.
//
// # Parts
//
// The numbers of cells and replicates determine which rows each part has (see layout). So the same
// run has the same parts, byte for byte, on any number of cores.
//
// If the header has a Target, the cells have different numbers of replicates. The run then has
// batches (results.Header.Batches): all cells have the first, and the caller of the Writer decides
// after each batch which cells have the next. parts.json records the decisions. The parts of a
// batch follow those of the batch before it, so a further batch changes no part.
//
// A Writer writes a part under a temporary name outside samples/, syncs it, renames it, and then
// lists it with its SHA-256 in parts.json, which it replaces in the same way. A run that is killed
// at any moment leaves complete parts, and possibly files with a temporary name and parts that are
// not listed yet; Begin removes both. An unfinished part has the number of its rows in its name.
// The finished part replaces it.
//
// Open compares each part with its SHA-256, and parts.json with the SHA-256 at its end. Columns are
// read from the files when they are needed, so that memory does not grow with a run's size.
package samples
