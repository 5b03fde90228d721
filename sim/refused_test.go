package sim

import (
	"testing"

	"tlslab/sim/recording"
)

// refusing lets the server refuse the session that the client offers.
func refusing(x *Exchange) { x.Refused = true }

// The offer adds bytes to a full handshake and, in TLS 1.3, the computation of the client's binder.
// The server has no key to open the ticket.
func TestARefusedSessionCostsBytesAndClientCPUButNoRoundTrip(t *testing.T) {
	for name, full := range map[string]string{"1.3 psk-dhe refused": "1.3 full", "1.2 ticket refused": "1.2 full"} {
		var results [2]Result
		for i, name := range []string{name, full} {
			rec, outcome := handshakes()[name].record(t)
			if want := []recording.Outcome{recording.Refused, recording.Full}[i]; outcome != want {
				t.Errorf("%s: branch %s, want %s", name, outcome, want)
			}
			w, err := NewReplicator(priced(t, delayed(10*ms)), rec, outcome)
			if err != nil {
				t.Fatal(err)
			}
			results[i] = w.Run(1)
		}
		refused, plain := results[0], results[1]
		if refused.RoundTrips != plain.RoundTrips || refused.BytesUp <= plain.BytesUp || refused.ClientCPU < plain.ClientCPU {
			t.Errorf("%s: %d round trips, %d bytes up, client CPU %v; a full handshake: %d, %d, %v", name,
				refused.RoundTrips, refused.BytesUp, refused.ClientCPU, plain.RoundTrips, plain.BytesUp, plain.ClientCPU)
		}
	}
}
