package sim

import (
	"fmt"
	"math/bits"
	"time"

	"tlslab/sim/recording"
)

// Background configures bulk transfers, each over a TCP connection of its own. They share the hosts
// and links of a Config's connection and last until it ends. Unlike the cross traffic of netem they
// react to loss, ECN marks and delay. The zero value is no transfer.
type Background struct {
	Uploads   int // connections that send from client to server: 0 to MaxBackground
	Downloads int // connections that send from server to client: 0 to MaxBackground

	// Lead is the time that the transfers have before the connection starts: above 0 with
	// transfers, at most MaxLead. The transfers begin at random between 0 and Lead/2, the
	// connection at random between Lead and 2·Lead. So replicates meet the transfers in different
	// phases.
	Lead time.Duration
}

// Bounds of a Background.
const (
	MaxBackground = 100
	MaxLead       = time.Hour
)

func (b *Background) validate() error {
	for _, n := range []int{b.Uploads, b.Downloads} {
		if n < 0 || n > MaxBackground {
			return fmt.Errorf("background: %d transfers: want 0 to %d", n, MaxBackground)
		}
	}
	if b.Lead < 0 || b.Lead > MaxLead || b.Lead == 0 && b.enabled() {
		return fmt.Errorf("background: lead %v: want above 0, at most %v", b.Lead, MaxLead)
	}
	return nil
}

func (b *Background) enabled() bool { return b.Uploads+b.Downloads > 0 }

// open opens the transfers and delays the start of the connection.
func (b *Background) open(w *World, seed uint64, o *Connection) error {
	starts := newSeedStream(seed, backgroundPurpose)
	within := func(t time.Duration) time.Duration {
		hi, _ := bits.Mul64(starts.next(), uint64(t))
		return time.Duration(hi)
	}
	o.Start = b.Lead + within(b.Lead)
	if _, err := w.openValid(o); err != nil {
		return err
	}
	for i := range b.Uploads + b.Downloads {
		sender := client
		if i >= b.Uploads {
			sender = server
		}
		transfer := Connection{Client: o.Client, Server: o.Server, Path: o.Path,
			Source: bulk{sender}, Start: within(b.Lead / 2)}
		if _, err := w.openValid(&transfer); err != nil {
			return err
		}
	}
	return nil
}

// bulk is the Source of a transfer whose sender always has more to send.
type bulk struct{ sender side }

// bulkBytes is more than any link sends in MaxLead and a connection's timeout.
const bulkBytes = 1 << 50

func (bulk) validate(_, _ *Host) error  { return nil }
func (bulk) fetches() bool              { return false }
func (bulk) complete() recording.Moment { return recording.LastByte }

func (b bulk) open(*connection) (sides [2]stepSource, err error) {
	sides[client], sides[server] = &bulkSide{sends: b.sender == client}, &bulkSide{sends: b.sender == server}
	return sides, nil
}

// bulkSide is a side of a transfer. Its only step is one write, or nothing.
type bulkSide struct {
	sends bool
	write [1]action
}

func (s *bulkSide) step(instant, int64) ([]action, bool, error) {
	if !s.sends {
		return nil, false, nil
	}
	s.sends = false
	s.write[0] = action{kind: recording.Write, bytes: bulkBytes, sendfile: true}
	return s.write[:], true, nil
}

func (*bulkSide) rest() []action            { return nil }
func (*bulkSide) annotations() []annotation { return nil }
func (*bulkSide) early() int                { return 0 }
