package sim_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"tlslab/netem"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// Another TLS stack, described by its flight sizes and computing times, over a link that drops the
// client's first SYN.
func ExampleNewReplicator() {
	rec, err := recording.Parse(strings.NewReader(`recording 1
branch full
client
at 0
  keygen x25519
  write 256
at 2014
  work 285us
  mark handshake
  write 64
  write 122
at 3036
  mark first-byte
  mark last-byte
  close
server
at 256
  work 158us
  write 2014
at 442
  seal aes-128-gcm 1000
  write 1022
  close
`))
	if err != nil {
		log.Fatal(err)
	}
	prices, err := costs.Reference()
	if err != nil {
		log.Fatal(err)
	}
	host := sim.Host{Cores: 1, Costs: prices, Slowdown: 1, TCP: tcp.DefaultConfig()}
	link := netem.Config{Delay: 25 * time.Millisecond}
	lossy := link
	lossy.Drops = []int{1}
	replicator, err := sim.NewReplicator(sim.Config{
		Up: []netem.Config{lossy}, Down: []netem.Config{link}, Client: host, Server: host,
		Timeout: time.Minute,
	}, rec, recording.Full)
	if err != nil {
		log.Fatal(err)
	}
	r := replicator.Run(1)
	fmt.Println(r.Outcome, r.RoundTrips, "round trips")
	fmt.Println(r.Causes[sim.Propagation], "on links,", r.Causes[sim.SYNTimeout].Round(100*time.Millisecond), "for the SYN")
	// Output:
	// ok 2 round trips
	// 150ms on links, 1s for the SYN
}
