package recording

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// Bounds of one action and of the writes of a side. No sum of times or bytes overflows.
const (
	maxWork          = time.Hour
	maxStream  int64 = 1 << 36         // bytes: 64 GiB
	maxFetch         = 1 << 30         // bytes of an OCSP request or response
	maxMessage       = 4 + (1<<24 - 1) // bytes of a handshake message with its header
)

// Validate reports what would keep a replay from coming to the end of the recording: thresholds
// that decrease or that the peer never reaches, sizes and durations out of range, missing or
// misplaced moments, a Fetch without Fetched, and names that name nothing.
func (r *Recording) Validate() error {
	if len(r.Branches) == 0 {
		return errors.New("recording has no branch")
	}
	for _, s := range []*record.Sizing{r.ClientSizing, r.ServerSizing} {
		if s == nil {
			continue
		}
		if err := s.Validate(); err != nil {
			return err
		}
	}
	seen := map[Outcome]bool{}
	first := &r.Branches[0]
	for i := range r.Branches {
		b := &r.Branches[i]
		if !slices.Contains(outcomes, b.Outcome) {
			return fmt.Errorf("branch %q: the outcomes are %s", b.Outcome, outcomeNames(", "))
		}
		if seen[b.Outcome] {
			return fmt.Errorf("branch %s appears twice", b.Outcome)
		}
		seen[b.Outcome] = true
		if err := b.validate(); err != nil {
			return fmt.Errorf("branch %s: %w", b.Outcome, err)
		}
		if b.Complete() != first.Complete() {
			return fmt.Errorf("branch %s ends with the moment %v, and branch %s with %v", b.Outcome, b.Complete(), first.Outcome, first.Complete())
		}
		if !b.beginsAs(first) {
			return fmt.Errorf("branch %s differs from branch %s before the server has the ClientHello: until then all branches are alike", b.Outcome, first.Outcome)
		}
	}
	if both := seen[Early] && seen[EarlyRejected]; both != (r.EarlyWindow > 0) {
		return fmt.Errorf("early-window of %v: want it above 0 with both branches %s and %s, and none otherwise", r.EarlyWindow, Early, EarlyRejected)
	}
	return nil
}

// beginsAs reports whether two branches are alike before the server decides: in the client's first
// step, without names, and in the threshold of the server's first step.
func (b *Branch) beginsAs(other *Branch) bool {
	if b == other {
		return true
	}
	if len(b.Server) == 0 || len(other.Server) == 0 || b.Server[0].At != other.Server[0].At {
		return false
	}
	same := func(a, b Item) bool { return a.String() == b.String() }
	return slices.EqualFunc(withoutNames(b.Client[0].Items), withoutNames(other.Client[0].Items), same)
}

// withoutNames returns the items without those that only name what others do.
func withoutNames(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.Action.Names() })
}

func (b *Branch) validate() error {
	if len(b.Client) == 0 || b.Client[0].At != 0 {
		return errors.New("client: the first step must be at 0: the client writes first")
	}
	if err := validateSide("client", b.Client, Written(b.Server)); err != nil {
		return err
	}
	if len(b.Server) > 0 && b.Server[0].At == 0 {
		return errors.New("server: a step at 0 would write before the client")
	}
	if err := validateSide("server", b.Server, Written(b.Client)); err != nil {
		return err
	}
	if err := b.validateMoments(); err != nil {
		return err
	}
	if err := b.validateFetch(); err != nil {
		return err
	}
	return b.validateOrder()
}

// validateSide checks the thresholds, the bounds, the close and the names of a side whose peer
// writes so many bytes.
func validateSide(name string, steps []Step, arrives int64) error {
	last, written, closed := int64(-1), int64(0), false
	for _, s := range steps {
		if s.At <= last {
			return fmt.Errorf("%s: step at %d does not follow the one at %d", name, s.At, last)
		}
		if s.At > arrives {
			return fmt.Errorf("%s: step at %d is never reached: its peer writes %d bytes", name, s.At, arrives)
		}
		last = s.At
		for i := range s.Items {
			it := &s.Items[i]
			if err := it.validate(); err != nil {
				return fmt.Errorf("%s: step at %d: %w", name, s.At, err)
			}
			writes := it.Action == Write || it.Action == Data
			if closed && (writes || it.Action == CloseWrite) {
				return fmt.Errorf("%s: step at %d: %v after the close", name, s.At, it)
			}
			closed = closed || it.Action == CloseWrite
			if writes {
				written += int64(it.Bytes)
			}
			if written > maxStream {
				return fmt.Errorf("%s: step at %d: more than %d bytes in all", name, s.At, maxStream)
			}
		}
	}
	return validateNames(name, steps)
}

// validate checks the bounds of an item.
func (it *Item) validate() error {
	switch it.Action {
	case Write, Data:
		if it.Bytes <= 0 || int64(it.Bytes) > maxStream {
			return fmt.Errorf("%v: want 1 to %d bytes in all", it, maxStream)
		}
		if it.Action == Data && !framingValid(&it.Framing) {
			return fmt.Errorf("%v: no SSL or TLS version has this framing", it)
		}
		if it.Updates != nil {
			return it.validateUpdates()
		}
	case Pause:
		if it.Work <= 0 || it.Work > maxWork {
			return fmt.Errorf("%v: want above 0 and at most %v", it, maxWork)
		}
	case Work:
		if it.Work < 0 || it.Work > maxWork {
			return fmt.Errorf("%v: want 0 to %v", it, maxWork)
		}
	case Compute:
		if it.Op.Kind == op.Kernel {
			return fmt.Errorf("%v: the simulator adds the kernel's work by the cost tables of the hosts", it)
		}
		if int64(it.Op.Size) > maxStream {
			return fmt.Errorf("%v: want at most %d bytes", it, maxStream)
		}
	case Fetch:
		if it.Bytes <= 0 || it.Response <= 0 || it.Bytes > maxFetch || it.Response > maxFetch {
			return fmt.Errorf("%v: want a request and a response of 1 to %d bytes", it, maxFetch)
		}
	}
	return nil
}

// framingValid reports whether an SSL or TLS version can have this framing.
func framingValid(f *record.Framing) bool {
	small := func(n int) bool { return 0 <= n && n <= 1024 }
	return small(f.Fixed) && small(f.Tail) && 0 <= f.Block && f.Block <= record.MaxPlaintext &&
		1 <= f.MaxPlaintext && f.MaxPlaintext <= record.MaxPlaintext && (f.Cap == 0 || f.Cap == f.MaxPlaintext+f.Tail)
}

// validateUpdates checks the bounds of KeyUpdates, and that records of TLS 1.3 carry them.
func (it *Item) validateUpdates() error {
	u := it.Updates
	derived := func(n int) bool { return 1 <= n && n <= 1024 }
	switch {
	case u.Every < 1 || u.First < 0:
		return fmt.Errorf("%v: want a KeyUpdate after 1 record or more, the first one after 0 or more", it)
	case !derived(u.Secret) || !derived(u.Key) || !derived(u.IV):
		return fmt.Errorf("%v: want a secret, a key and an IV of 1 to 1024 bytes", it)
	case it.Framing.Split || it.Framing.MaxPlaintext < KeyUpdateSize:
		return fmt.Errorf("%v: a KeyUpdate is a message of TLS 1.3, whose records have another framing", it)
	}
	return nil
}

// validateMoments checks that the client has all moments in order, those after the first round or
// not, and pauses only between rounds.
func (b *Branch) validateMoments() error {
	next := Handshake
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Pause && next < LastRequest {
				return fmt.Errorf("client: step at %d: a pause before the moment %v: pauses come after it", s.At, LastByte)
			}
			if it.Action != Mark {
				continue
			}
			if it.Moment != next {
				return fmt.Errorf("client: step at %d: moment %v, want %v", s.At, it.Moment, next)
			}
			next++
		}
	}
	if next != NumMoments && next != LastRequest {
		return fmt.Errorf("client: moment %v is missing", next)
	}
	for _, s := range b.Server {
		for _, it := range s.Items {
			if it.Action == Mark || it.Action == Pause {
				return fmt.Errorf("server: step at %d: %v: only the client has moments and pauses", s.At, it)
			}
		}
	}
	return nil
}

// validateFetch checks that at most one Fetch stands in a branch, on the client's side, and that a
// Fetched in the same step ends it. A client without a response leaves out what stands between
// them: that can only be work.
func (b *Branch) validateFetch() error {
	for _, s := range b.Server {
		for _, it := range s.Items {
			if it.Action == Fetch || it.Action == Fetched {
				return fmt.Errorf("server: step at %d: %v: only the client fetches", s.At, it)
			}
		}
	}
	fetches := 0
	for _, s := range b.Client {
		waits := false
		for _, it := range s.Items {
			switch {
			case it.Action == Fetch:
				waits = true
				if fetches++; fetches > 1 {
					return fmt.Errorf("client: step at %d: a second fetch", s.At)
				}
			case it.Action == Fetched && !waits:
				return fmt.Errorf("client: step at %d: fetched without a fetch before it", s.At)
			case it.Action == Fetched:
				waits = false
			case waits && it.Action != Compute && it.Action != Work && !it.Action.Names():
				return fmt.Errorf("client: step at %d: %v between fetch and fetched: want only work there", s.At, it)
			}
		}
		if waits {
			return fmt.Errorf("client: step at %d: a fetch without fetched after it", s.At)
		}
	}
	return nil
}

// validateOrder runs the branch without a network, to find two sides that each wait for bytes which
// the other writes later.
func (b *Branch) validateOrder() error {
	var written [2]int64 // by the client, by the server
	var next [2]int
	sides := [2][]Step{b.Client, b.Server}
	for moved := true; moved; {
		moved = false
		for s := range sides {
			for next[s] < len(sides[s]) && sides[s][next[s]].At <= written[1-s] {
				written[s] += Written(sides[s][next[s] : next[s]+1])
				next[s]++
				moved = true
			}
		}
	}
	for s, name := range [2]string{"client", "server"} {
		if next[s] < len(sides[s]) {
			return fmt.Errorf("%s: step at %d waits for bytes that its peer writes only afterwards", name, sides[s][next[s]].At)
		}
	}
	return nil
}

// contentTypes are the content types of records (RFC 9846 §5.1).
var contentTypes = []string{"handshake", "change_cipher_spec", "alert", "application_data"}

// epochs are the keys of one direction, in the order in which a connection uses them (RFC 9846
// §7.1); clear is no protection.
var epochs = []string{"clear", "early", "handshake", "application"}

// validateNames reports names of a side that name nothing: a record that begins in no write or does
// not end, a message outside a record, and unknown words.
func validateNames(side string, steps []Step) error {
	ahead := 0 // bytes of the last record that are not written yet
	for _, s := range steps {
		room := 0           // bytes of the last write after its last record
		inRecord := false   // the item before belongs to a record
		afterWrite := false // the item before belongs to a write
		for i := range s.Items {
			it := &s.Items[i]
			var err error
			switch it.Action {
			case Write:
				covered := min(ahead, it.Bytes)
				ahead, room = ahead-covered, it.Bytes-covered
			case Data, CloseWrite:
				if ahead > 0 {
					err = fmt.Errorf("%v: the record before has %d bytes that are not written", it, ahead)
				}
			case Record:
				if err = validateRecord(it, afterWrite, room); err == nil {
					covered := min(room, it.Bytes)
					room, ahead = room-covered, it.Bytes-covered
				}
			case Message:
				err = validateMessage(it, inRecord)
			case KeyChange:
				if !slices.Contains(epochs, it.Name) {
					err = fmt.Errorf("%v: want keys of %s", it, strings.Join(epochs, ", "))
				}
			}
			if err != nil {
				return fmt.Errorf("%s: step at %d: %w", side, s.At, err)
			}
			inRecord = it.Action == Record || it.Action == Message
			afterWrite = it.Action == Write || inRecord
		}
	}
	if ahead > 0 {
		return fmt.Errorf("%s: the last record has %d bytes that are not written", side, ahead)
	}
	return nil
}

func validateRecord(it *Item, afterWrite bool, room int) error {
	switch {
	case !slices.Contains(contentTypes, it.Name):
		return fmt.Errorf("%v: want a record of %s", it, strings.Join(contentTypes, ", "))
	case it.Bytes < record.HeaderSize || it.Bytes > record.MaxRecord:
		return fmt.Errorf("%v: want %d to %d bytes", it, record.HeaderSize, record.MaxRecord)
	case !afterWrite:
		return fmt.Errorf("%v: want it after the write in which it begins", it)
	case room == 0:
		return fmt.Errorf("%v: the write ends before it begins", it)
	}
	return nil
}

func validateMessage(it *Item, inRecord bool) error {
	switch {
	case strings.ContainsAny(it.Name, " \t\r\n#") || it.Name == "":
		return fmt.Errorf("message %q: want a name of one word", it.Name)
	case it.Bytes < 0 || it.Bytes > maxMessage:
		return fmt.Errorf("%v: want at most %d bytes", it, maxMessage)
	case !inRecord:
		return fmt.Errorf("%v: want it after the record in which it ends", it)
	}
	return nil
}
