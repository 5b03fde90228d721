package sim

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/record"
	"tlslab/netem"
	"tlslab/sim/recording"
)

// long returns an exchange with a response of the given number of bytes.
func long(response int) handshake {
	return handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.Response = response }}
}

// allocated returns the bytes that a call allocates on the heap.
func allocated(call func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

func TestTheMemoryOfARecordingDoesNotGrowWithTheResponse(t *testing.T) {
	const most = 1 << 20
	for _, updateAfter := range []uint64{0, 100} {
		bytes := map[int]int64{}
		for _, response := range []int{2_000_000, 66_000_000} {
			x := long(response).exchange(t)
			x.Server.KeyUpdateAfter = updateAfter
			bytes[response] = allocated(func() {
				if _, err := Record(t.Context(), x); err != nil {
					t.Fatal(err)
				}
			})
		}
		if more := bytes[66_000_000] - bytes[2_000_000]; more > most {
			t.Errorf("new keys after %d records: 64 MB more of the response allocate %d bytes more, want at most %d", updateAfter, more, most)
		}
	}
}

// One Data item stands for a response during which the server changes its keys. The server has
// sealed a record of tickets before.
func TestARecordingWithKeyUpdatesHasDataInsteadOfRecords(t *testing.T) {
	h := long(66_000_000)
	h.change = func(x *Exchange) { x.Response, x.Server.KeyUpdateAfter = 66_000_000, 100 }
	rec, _ := h.record(t)
	var data []string
	for _, s := range rec.Branches[0].Server {
		for _, it := range s.Items {
			if it.Action == recording.Data {
				data = append(data, it.String())
			}
		}
	}
	want := []string{"data 66000000 aes-128-gcm fixed 21 tail 1 update 100 first 99 derive sha256 32 16 12"}
	if !slices.Equal(data, want) {
		t.Errorf("the server's data is %q, want %q", data, want)
	}
	if n := len(rec.Branches[0].Client); n > 20 {
		t.Errorf("the client has %d steps", n)
	}
}

// A recording of gigabytes takes seconds, or minutes with compression.
func TestARecordingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	x := long(66_000_000).exchange(t)
	now := x.Client.Now
	x.Client.Now = func() time.Time { // the client verifies the server's chain
		cancel()
		return now()
	}
	if _, err := Record(ctx, x); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// A step returns one record of Data at a time, and a replay allocates nothing for it.
func TestAReplaySplitsALongResponseARecordAtATime(t *testing.T) {
	const records = 4000
	rec, outcome := long(records * record.MaxPlaintext).record(t)
	cfg := priced(t, delayed(ms))
	replay, err := NewReplay(rec, outcome, cfg.Client, cfg.Server)
	steps := stepsOf(t, replay, err)
	writes, longest := 0, 0
	more := allocated(func() {
		at := instant{now: time.Second, mss: 1448}
		var written [2]int64
		for moved := true; moved; {
			moved = false
			for s := range steps {
				actions, ok, err := steps[s].step(at, written[1-s])
				if err != nil {
					t.Fatal(err)
				}
				for moved = moved || ok; len(actions) > 0; {
					longest = max(longest, len(actions))
					for _, d := range actions {
						if d.kind == recording.Write {
							written[s] += d.bytes
							writes++
						}
					}
					if actions[len(actions)-1].kind != continued {
						break
					}
					actions = steps[s].rest()
				}
			}
		}
	})
	if writes < records || longest > 20 || more > 100_000 {
		t.Errorf("%d writes, at most %d actions at a time, %d bytes allocated; want %d writes and more, 20 actions, 100 kB", writes, longest, more, records)
	}
}

// If the number of records depends on the network, so does which of them has new keys.
func TestAKeyChangeWithinRecordsOfUnknownNumberIsNotRecorded(t *testing.T) {
	x := long(40_000).exchange(t)
	x.Server.KeyUpdateAfter = 1
	if _, err := x.record(t.Context(), [2]*record.Sizing{nil, parseSizing(t, "mss")}); !errors.Is(err, errUnknownKeyUpdate) {
		t.Errorf("error %v, want %v", err, errUnknownKeyUpdate)
	}
}

func TestLongResponsesLiveAndReplayedAgreeToTheNanosecond(t *testing.T) {
	for name, change := range map[string]func(x *Exchange){
		"equal records": func(x *Exchange) {},
		"key updates":   func(x *Exchange) { x.Server.KeyUpdateAfter = 30 },
		"in rounds":     func(x *Exchange) { x.Rounds, x.Request = 2, 1_200_000 },
	} {
		h := long(1_500_000)
		original := h.change
		h.change = func(x *Exchange) { original(x); change(x) }
		rec, outcome := h.record(t)
		if rec.ServerSizing == nil {
			t.Errorf("%s: the recording has each record", name)
		}
		link := netem.Config{Delay: 5 * ms, Loss: 0.002, Rate: 100_000_000, Limit: 100}
		agree(t, name, priced(t, link), rec, outcome, h.exchange(t))
	}
}
