// Package linux compares the simulator with TLS connections measured over real Linux TCP. It has
// tests and test data only; docs/fidelity.md shows their results.
//
//	testdata/ ──► cells, trials, drop lists ──┐
//	                                          ├─► tables, limits that the tests hold
//	flights.json ──► recordings ──► worlds ───┘
//
// testdata/README.md says how the connections were measured. The simulation gets the parameters of
// a cell, the bytes of each write and the computing time of each stage. No parameter is fitted to
// the measured times.
//
// # Comparisons
//
//   - Zero loss (zero_loss_test.go): medians and round trips of cells without loss.
//   - Single drops (single_drop_test.go): the median time of trials that lost one known packet.
//   - Trial by trial (trials_test.go): a measured trial loses the packets of its drop list; the
//     simulated connection loses the same packets.
//   - Distributions (distributions_test.go): the distribution of a time over all trials of a cell,
//     without and with the noise of the measuring machine (noise_test.go).
//   - Packet traces (sim/tcp, linux_packets_test.go): the packets of single connections.
//   - PQCrypto 2020 (pqcrypto_test.go): a published table of another laboratory's test bed.
//
// # Commands
//
//	go test ./sim/linux -update
//
// writes the tables and the plot of docs/fidelity.md.
//
//	go test ./sim/linux -run PQCryptoTable -pqcrypto quantiles.csv
//
// compares all rows of the published table.
//
//	go test ./sim/linux -run '^$' -bench AllCells -benchtime 1x -replicates 20000
//
// simulates 20,000 connections of each cell.
package linux
