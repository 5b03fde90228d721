package netem

import (
	"slices"
	"testing"
	"time"
)

func TestSlotsLetPacketsOutAsTheKernel(t *testing.T) {
	// By hand from netem_dequeue(), with 10 ms from one slot to the next.
	for _, tt := range []struct {
		line   string
		bursts []burstAt
		want   []time.Duration
	}{
		// On an idle link a packet waits for the whole time: the last slot is over when it is due.
		{"slot 10ms", []burstAt{{0, 1}}, []time.Duration{0}}, // the first slot begins with the link
		{"slot 10ms", []burstAt{{ms, 1}}, []time.Duration{11 * ms}},
		{"slot 10ms", []burstAt{{ms, 1}, {5 * ms, 1}}, []time.Duration{11 * ms, 11 * ms}},
		{"slot 10ms packets 1", []burstAt{{ms, 1}, {ms, 1}, {ms, 1}}, []time.Duration{11 * ms, 21 * ms, 31 * ms}},
		{"slot 10ms bytes 3000", []burstAt{{ms, 1}, {ms, 1}, {ms, 1}}, []time.Duration{11 * ms, 11 * ms, 21 * ms}},
	} {
		for _, semantics := range []string{"", "semantics tc loss_unit packet "} {
			if got := offerBursts(New(mustParse(t, semantics+tt.line), 1), tt.bursts...); !slices.Equal(got, tt.want) {
				t.Errorf("%s%s, %v: arrivals %v, want %v", semantics, tt.line, tt.bursts, got, tt.want)
			}
		}
	}
	// The next slot comes 10 ms after the packet is due, or with tc 10 ms after it is enqueued.
	for line, want := range map[string][]time.Duration{
		"":              {13 * ms, 42 * ms},
		"semantics tc ": {11 * ms, 40 * ms},
	} {
		l := New(mustParse(t, line+"delay 2ms slot 10ms"), 1)
		if got := offerBursts(l, burstAt{ms, 1}, burstAt{30 * ms, 1}); !slices.Equal(got, want) {
			t.Errorf("%sdelay 2ms slot 10ms: arrivals %v, want %v", line, got, want)
		}
	}
	// With tc a burst leaves as one packet.
	got := offerBursts(New(mustParse(t, "semantics tc slot 10ms packets 1"), 1), burstAt{ms, 3}, burstAt{ms, 1})
	if want := []time.Duration{11 * ms, 11 * ms, 11 * ms, 21 * ms}; !slices.Equal(got, want) {
		t.Errorf("bursts: arrivals %v, want %v", got, want)
	}
}

func TestSlotsComeAtRandomTimesWithinTheirRange(t *testing.T) {
	l := New(mustParse(t, "slot 5ms 15ms packets 1"), 1)
	for i := range uint32(10_000) {
		l.Enqueue(ms, Packet{Size: 100, Burst: i})
	}
	got := l.Dequeue(Never-1, nil)
	for i := 1; i < len(got); i++ {
		if gap := got[i].At - got[i-1].At; gap < 5*ms || gap >= 15*ms {
			t.Fatalf("%v between two slots", gap)
		}
	}
	// 4 standard deviations of the sum: 4·√10000·10 ms/√12.
	if mean := got[len(got)-1].At - 100*time.Second; mean < -1200*ms || mean > 1200*ms {
		t.Errorf("10000 slots take %v more than 100 s", mean)
	}
}
