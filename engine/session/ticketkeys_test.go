package session

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

var testTime = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func seeded() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

// A ticket opens as the state that was sealed, and no other ticket opens.
func FuzzTicket(f *testing.F) {
	state := State{Version: 0x0304, Suite: 0x1301, Secret: []byte("secret"), ALPN: []byte("h2"), ServerName: []byte("server.example.test")}
	sealed, err := NewTicketKeys([32]byte{1}).Seal(nil, state.Append(nil), testTime, seeded(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state.Append(nil), sealed)
	f.Add([]byte{}, sealed[:prefixSize])
	f.Add(bytes.Repeat([]byte{1}, 70000), append(bytes.Clone(sealed), 0))
	f.Fuzz(func(t *testing.T, content, ticket []byte) {
		keys := NewTicketKeys([32]byte{2}, [32]byte{1})
		ours, err := keys.Seal(nil, content, testTime, seeded(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, renew, err := keys.Open(nil, ours, testTime, nil); err != nil || renew || !bytes.Equal(got, content) {
			t.Errorf("%d bytes open as %d, renew %v, %v", len(content), len(got), renew, err)
		}
		if _, renew, err := keys.Open(nil, ticket, testTime, nil); err == nil && !(renew && bytes.Equal(ticket, sealed)) {
			t.Errorf("a foreign ticket is opened: %x", ticket)
		}
	})
}

// Each period has its own sealing key, also after the clock went back. The key of the previous
// period is kept beside it.
func TestKeysRotateByPeriod(t *testing.T) {
	const period = 10 * time.Minute
	start := testTime.Truncate(period)
	keys := RotateTicketKeys([32]byte{3}, period)
	var names [3][keyNameSize]byte
	for i := range names {
		both := keys.current(start.Add(time.Duration(i) * period))
		names[i] = both[0].name
		if i > 0 && both[1].name != names[i-1] {
			t.Errorf("period %d does not have the key of the period before", i)
		}
	}
	if names[0] == names[1] || names[1] == names[2] || keys.current(start)[0].name != names[0] {
		t.Errorf("keys are named %x", names)
	}
}
