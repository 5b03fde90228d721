package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/alert"
)

// Each length field of each message of each handshake, with every kind of wrong value.

// scriptOf is the messages of a run, and the shape of their grammar.
func scriptOf(t testing.TB, make func(testing.TB) *pair) (all []message, h shape) {
	t.Helper()
	p := make(t)
	if err := p.runSteps(func(_ int, burst []message) []message { all = append(all, burst...); return burst }); err != nil {
		t.Fatal(err)
	}
	i := p.client.Info()
	h = shape{version: i.Version, exchange: i.Suite.KeyExchange}
	if i.Version == TLS13 {
		h.hash = hashes[i.Suite.Hash].Size
	}
	return all, h
}

// wrongLengths are the wrong values of a length field.
func wrongLengths(right, size int) []int {
	most := 1<<(8*size) - 1
	var wrong []int
	for _, n := range []int{0, right - 1, right + 1, most} {
		if n >= 0 && n <= most && n != right && !slices.Contains(wrong, n) {
			wrong = append(wrong, n)
		}
	}
	return wrong
}

// eachForm calls f with each message of each handshake, once for each form of message.
func eachForm(t *testing.T, try func(t *testing.T, make func(testing.TB) *pair, all []message, i int, grammar *walk)) {
	tried := forms{}
	for _, h := range handshakeCases {
		t.Run(h.name, func(t *testing.T) {
			all, shape := scriptOf(t, h.make)
			for i, x := range all {
				if x.typ != TypeHandshake {
					continue
				}
				shape.message = x.kind()
				if grammar := walked(t, shape, x.body); !tried.before(&grammar) {
					try(t, h.make, all, i, &grammar)
				}
			}
		})
	}
}

func TestWrongLengthFields(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	eachForm(t, func(t *testing.T, make func(testing.TB) *pair, all []message, i int, grammar *walk) {
		x := all[i]
		for _, f := range grammar.fields {
			right := number(x.body[f.at : f.at+f.size])
			for _, wrong := range wrongLengths(right, f.size) {
				body := slices.Clone(x.body)
				for k := range f.size {
					body[f.at+k] = byte(wrong >> (8 * (f.size - 1 - k)))
				}
				p := make(t)
				err := p.runSteps(replace(i, body))
				want := alert.DecodeError.In(grammar.shape.version)
				wantAlert(t, fmt.Sprintf("%v: %d instead of %d at byte %d, in extension %d", x.kind(), wrong, right, f.at, f.inside), err, want)
			}
		}
	})
}

// forms are the tested messages, by version, vectors and extensions. Two messages that differ only
// in numbers are tested once.
type forms map[string]bool

func (f forms) before(w *walk) bool {
	var b strings.Builder
	fmt.Fprint(&b, w.shape)
	for _, field := range w.fields {
		fmt.Fprint(&b, " ", field.size, field.inside)
	}
	seen := f[b.String()]
	f[b.String()] = true
	return seen
}

func number(b []byte) (n int) {
	for _, x := range b {
		n = n<<8 | int(x)
	}
	return n
}

// The length of a whole message. If it is too short, the receiver cuts off the body. If it is too
// long, the receiver takes the following message for its end, or waits for it. If it is longer than
// any message, the receiver refuses it at once.
func TestWrongMessageLengths(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		t.Run(h.name, func(t *testing.T) {
			all, shape := scriptOf(t, h.make)
			for i, x := range all {
				if x.typ != TypeHandshake {
					continue
				}
				right := len(x.body) - headerSize
				for _, wrong := range wrongLengths(right, 3) {
					if shape.formless(x.kind()) && wrong < right && (wrong == 0 || all[i+1].typ == TypeHandshake) {
						continue // the premaster secret's random bytes decide what they parse as
					}
					body := slices.Clone(x.body)
					body[1], body[2], body[3] = byte(wrong>>16), byte(wrong>>8), byte(wrong)
					p := h.make(t)
					err := p.runSteps(replace(i, body))
					what := fmt.Sprintf("%v of %d bytes whose length field is %d", x.kind(), right, wrong)
					want, fails := lengthAlert(shape, all, i, right, wrong)
					if fails {
						wantAlert(t, what, err, want)
					} else if err != nil || x.kind().early(shape.version) && p.client.Info().Done && p.server.Info().Done {
						t.Errorf("%s: the receiver does not wait for the end: %v", what, err)
					}
				}
			}
		})
	}
}

// lengthAlert returns the alert of a wrong message length. There is none if the side waits for
// bytes that never come.
func lengthAlert(h shape, all []message, i, right, wrong int) (a alert.Description, fails bool) {
	a = alert.DecodeError.In(h.version)
	m := all[i].kind()
	if h.formless(m) && wrong < right {
		return alert.UnexpectedMessage, true // the bytes that were cut off are not a message
	}
	if wrong != right+1 {
		return a, true
	}
	for k := i + 1; k < len(all); k++ {
		if m.early(h.version) && all[k-1].last {
			break // the peer has nothing to answer
		}
		if all[k].from != all[i].from {
			continue
		}
		switch all[k].typ {
		case TypeHandshake:
			return a, true
		case TypeAlert:
			return 0, false // close_notify also ends an incomplete message
		}
		return alert.UnexpectedMessage, true
	}
	return 0, false
}

// formless reports whether any bytes are a valid message: SSL 3.0's encrypted premaster secret has
// no length field.
func (h shape) formless(m Message) bool {
	return h.version == SSL30 && h.exchange == KeyExchangeRSA && m == ClientKeyExchange
}

// early reports whether a message belongs to the handshake, and not to what follows it.
func (m Message) early(v Version) bool {
	return m != KeyUpdate && (m != NewSessionTicket || v != TLS13)
}

// A truncated message is malformed, wherever it ends. Only a hello may end before its extensions:
// it then offers or chooses something else, and the handshake fails.
func TestTruncatedMessages(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	eachForm(t, func(t *testing.T, make func(testing.TB) *pair, all []message, i int, grammar *walk) {
		x := all[i]
		for _, n := range grammar.cuts() {
			body := slices.Clone(x.body[:n])
			putLength(body)
			p := make(t)
			err := p.runSteps(replace(i, body))
			what := fmt.Sprintf("%v of %d bytes cut at %d", x.kind(), len(x.body), n)
			switch {
			case grammar.ends[n]:
				if err == nil && p.client.Info().Done && p.server.Info().Done {
					t.Errorf("%s: the handshake completes", what)
				}
			case grammar.shape.formless(x.kind()):
				wantAlert(t, what, err, alert.HandshakeFailure) // Finished does not verify
			default:
				want, _ := lengthAlert(grammar.shape, all, i, 1, 0)
				wantAlert(t, what, err, want)
			}
		}
	})
}

// cuts are where a message is truncated: around each of its lengths, and between.
func (w *walk) cuts() []int {
	at := map[int]bool{}
	for n := headerSize; n < len(w.message); n += 1 + len(w.message)/8 {
		at[n] = true
	}
	for _, f := range w.fields {
		at[f.at], at[f.at+f.size-1], at[f.at+f.size] = true, true, true
	}
	delete(at, len(w.message))
	return slices.Sorted(maps.Keys(at))
}
