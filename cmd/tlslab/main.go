// Command tlslab answers questions about TLS performance by experiment, in a simulated network.
//
//	tlslab run full-vs-resumed          run a scenario, print the answer, leave a report
//	tlslab scenarios                    list the scenarios that come with tlslab
//	tlslab run mine.yaml --set link.loss=2% --out results/mine
//
// Data goes to stdout, progress and warnings to stderr. See docs/scenarios.md for the language of
// scenarios and docs/output.md for the files of an output folder.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
