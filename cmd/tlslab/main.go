// Command tlslab answers questions about TLS performance by experiment, in a simulated network.
//
//	tlslab run full-vs-resumed          run a scenario, print the answer, leave a report
//	tlslab scenarios                    list the scenarios that come with tlslab
//	tlslab run mine.yaml --set link.loss=2% --out results/mine
//
// Data goes to stdout, progress and warnings to stderr. See docs/scenarios.md for the language of
// scenarios and docs/output.md for the files of an output folder.
package main

import (
	"os"
	"runtime/debug"
)

// memoryLimit is the size in bytes from which on the garbage collector works more often, instead of
// letting the heap grow to twice what is in use. A report of 10 million observations keeps at most
// 400 MB in use. The environment variable GOMEMLIMIT sets another limit.
const memoryLimit = 500 << 20

// heapGrowth is the percentage by which the heap grows before the next garbage collection. Most of
// the heap is buffers that live as long as a phase of a run; collecting at 100 % finds them alive
// again and again, and takes a tenth of the CPU time of a short run. The environment variable GOGC
// sets another percentage.
const heapGrowth = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
