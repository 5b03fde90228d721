package netem_test

import (
	"fmt"
	"log"

	"tlslab/netem"
)

// Three packets of 1500 bytes are sent at once into a link of 12 Mbit/s, where each takes a
// millisecond; the second one is dropped.
func Example() {
	cfg, err := netem.ParseTC("delay 25ms rate 12mbit limit 100 drops 2")
	if err != nil {
		log.Fatal(err)
	}
	link := netem.New(cfg, 1)
	for id := range uint32(3) {
		link.Enqueue(0, netem.Packet{Size: 1500, ID: id})
		for _, e := range link.Events() {
			fmt.Printf("packet %d dropped: %v\n", e.ID, e.Reason)
		}
	}
	var arrived []netem.Delivery
	for link.Next() != netem.Never {
		now := link.Next()
		arrived = link.Dequeue(now, arrived[:0])
		for _, d := range arrived {
			fmt.Printf("packet %d at %v: queued %v, serialised %v, on its way %v\n",
				d.ID, d.At, d.Queued, d.Serialised, d.Propagation())
		}
	}
	// Output:
	// packet 1 dropped: drop list
	// packet 0 at 26ms: queued 0s, serialised 1ms, on its way 25ms
	// packet 2 at 27ms: queued 1ms, serialised 1ms, on its way 25ms
}
