// Package run runs a scenario: it records each TLS exchange once, replays it for every replicate on
// all cores, and writes the observations into an output folder.
//
//	Scenario ─► plan: a recording and a world's configuration for each cell
//	              │
//	              ▼ chunks of a part's rows, in order
//	          worker … worker      each with its own world
//	              │
//	              ▼ columns of the part
//	          samples ─► results/folder ─► report, plots, bench.txt, summary
//	                 └─► manifest.json: what is needed to repeat the run
//
// A replicate is a function of its cell and its seed, and the size of the grid determines which
// replicates a part has. So the parts are the same, byte for byte, for any number of workers, and
// however often the run was interrupted. A run into the folder of an interrupted run simulates the
// replicates that are missing.
//
// While replicates are simulated, memory does not grow with their number: the pool has a fixed
// number of blocks, each for one part at a time.
package run
