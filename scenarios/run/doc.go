// Package run carries a scenario out: it records each exchange once, replays it for every replicate
// on all cores, and writes what was observed into an output folder.
//
//	Scenario ─► plan: a recording and a world's configuration for each cell
//	              │
//	              ▼ chunks of one part's rows, handed out in order
//	          worker … worker      each with a world of its own
//	              │
//	              ▼ into the columns of the part
//	          samples ─► results/folder ─► report, plots, bench.txt, summary
//	                 └─► manifest.json: all that is needed to do it again
//
// A replicate is a function of its cell and its seed, and which replicates a part holds follows from
// the size of the grid. So the parts are the same, byte for byte, on any number of workers and
// however often the run was interrupted: a run into the folder of an interrupted one goes on with
// what is missing.
//
// Memory does not grow with replicates while they are simulated: there is a fixed number of parts in
// memory, each written and used again.
package run
