// Package run carries a scenario out: it records each exchange once, replays it for every replicate on all cores, and writes what
// was observed into an output folder.
//
//	Scenario ─► plan: a recording and a world's configuration for each cell
//	              │
//	              ▼ units of some replicates of one cell, handed out in order
//	          worker … worker      each with a world of its own
//	              │
//	              ▼ put back into order
//	          samples.jsonl ─► results/folder ─► report, plots, bench.txt, summary
//	                       └─► manifest.json: all that is needed to do it again
//
// A replicate is a function of its cell and its seed, and lines are written in the order of the cells and replicates. So the file
// is the same, byte for byte, however many workers there are and however often the run was interrupted: a run into the folder of
// an interrupted one goes on after its last whole line.
//
// Memory does not grow with replicates: there is a fixed number of batches, each written and used again.
package run
