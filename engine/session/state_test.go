package session

import (
	"bytes"
	"testing"
	"time"

	"tlslab/engine/pki"
)

// States as Append writes them: with and without early data, without a protocol, with a chain.
var states = []string{
	"\x00\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x02h2\x00\x04name",
	"\x03\x04\x13\x01\x81\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x02h2\x00\x04name\x00\x00\x40\x00\x01\x02\x03\x04\x03\xe7\x00\x00\x04leaf",
	"\x03\x01\x00\x2f\x02\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x00",
	"\x03\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x02h2\x00\x04name\x00\x00\x04leaf\x00\x00\x02ca",
}

func TestStatesRoundTrip(t *testing.T) {
	for _, text := range states {
		var s State
		if err := s.Parse([]byte(text)); err != nil {
			t.Errorf("%q is refused: %v", text, err)
			continue
		}
		if got := s.Append([]byte("before")); string(got) != "before"+text {
			t.Errorf("%q is appended as %q", text, got)
		}
	}
	var s State
	if err := s.Parse([]byte(states[1])); err != nil || s.Version != 0x0304 || !s.Extended || s.EarlyData != (EarlyDataTerms{1 << 14, 0x01020304, 999}) || s.ToleratedFaults != 3 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A state that is cut short or has a byte too many is malformed. A state may end before any
// certificate.
func TestStatesOfWrongLengthAreMalformed(t *testing.T) {
	for _, text := range states {
		for n := range text {
			var s State
			if err := s.Parse([]byte(text[:n])); err == nil && !bytes.Equal(s.Append(nil), []byte(text[:n])) {
				t.Errorf("the first %d bytes of %q are accepted", n, text)
			}
		}
		var s State
		if s.Parse([]byte(text+"\x00")) == nil {
			t.Errorf("a byte after %q is accepted", text)
		}
	}
	for what, text := range map[string]string{
		"no secret":                           "\x03\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x00\x00\x00\x00",
		"early data of 0 bytes":               "\x03\x04\x13\x01\x81\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x03\xe7",
		"half a certificate":                  "\x03\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x00\x00\x00\x02d",
		"an empty certificate":                "\x03\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x00\x00\x00\x00",
		"early data cut in its age":           "\x03\x04\x13\x01\x81\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x00\x00\x00\x40\x00\x01\x02",
		"a server name longer than the state": "\x03\x04\x13\x01\x01\x00\x00\x00\x00\x69\x57\x3a\x45\x06secret\x00\x00\x05name",
	} {
		var s State
		if s.Parse([]byte(text)) == nil {
			t.Errorf("%s is accepted: %q", what, text)
		}
	}
}

func FuzzState(f *testing.F) {
	for _, text := range states {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s State
		if s.Parse(text) == nil && !bytes.Equal(s.Append(nil), text) {
			t.Errorf("%x is appended as %x", text, s.Append(nil))
		}
	})
}

func TestParsingAStateAllocatesNothing(t *testing.T) {
	var s State
	text := []byte(states[1])
	if n := testing.AllocsPerRun(10, func() { _ = s.Parse(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// Lifetimes count in whole seconds from the second of the session's creation.
func TestStatesExpire(t *testing.T) {
	s := State{Created: uint64(testTime.Unix())}
	for _, x := range []struct {
		after       time.Duration
		alive, half bool
	}{{-time.Second, false, false}, {0, true, false}, {30 * time.Second, true, false}, {31 * time.Second, true, true}, {time.Minute + 900*time.Millisecond, true, true}, {61 * time.Second, false, true}} {
		now := testTime.Add(x.after)
		if s.Alive(now, time.Minute) != x.alive || s.PastHalf(now, time.Minute) != x.half {
			t.Errorf("after %v of a minute: alive %v, past half %v", x.after, s.Alive(now, time.Minute), s.PastHalf(now, time.Minute))
		}
	}
}

// The age is obfuscated by ticket_age_add, modulo 2^32 (RFC 9846 §4.3.11.1).
func TestExpectedArrivalFollowsTheTicketAge(t *testing.T) {
	s := State{Created: uint64(testTime.Unix()), EarlyData: EarlyDataTerms{MaxSize: 1, AgeAdd: 0xffffff00, Millis: 250}}
	if got, want := s.ExpectedArrival(0xff), testTime.Add(250*time.Millisecond+511*time.Millisecond); !got.Equal(want) {
		t.Errorf("expected at %v, want %v", got, want)
	}
}

// The state has one byte for the faults that a server may tolerate.
func TestTolerableFaultsFitIntoAState(t *testing.T) {
	if all := pki.TolerableFaults | pki.Unverified; all > 0xff {
		t.Errorf("faults %#x do not fit into a byte", uint16(all))
	}
}
