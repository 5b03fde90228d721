package engine

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"tlslab/engine/record"
)

// A meddler between two sides whose records are not protected: what the
// interpreter and the codecs make of messages that no honest peer sends.

// withoutProtection makes connections keep their records in the clear, so
// that a test can change what is in them.
func withoutProtection(t testing.TB) {
	t.Helper()
	classicKeys, modernKeys := classic.keys, modern.keys
	t.Cleanup(func() { classic.keys, modern.keys = classicKeys, modernKeys })
	inClear := func(*Conn, side, Epoch) (*record.Half, error) { return record.Plain(uint16(TLS12)), nil }
	classic.keys, modern.keys = inClear, inClear
}

// A parcel is one handshake message, or another whole record.
type parcel struct {
	from side
	typ  ContentType
	body []byte
	last bool // nothing follows from that side before the other one answers
}

func (p parcel) message() Message {
	if p.typ != TypeHandshake {
		return ChangeCipherSpec
	}
	return messageOf(p.body)
}

// harmless says whether the rules let a parcel be lost, repeated or moved:
// compatibility mode's dummies, and tickets after the handshake.
func (p parcel) harmless(v Version) bool {
	return v == TLS13 && (p.typ == TypeChangeCipherSpec || p.message() == NewSessionTicket)
}

// unpack splits records into messages.
func unpack(from side, wire []byte) []parcel {
	var all []parcel
	for len(wire) > 0 {
		h, _ := record.ParseHeader(wire)
		body := wire[5 : 5+h.Length]
		wire = wire[5+h.Length:]
		for len(body) > 0 {
			n := len(body)
			if h.Type == record.Handshake {
				n = headerSize + int(body[1])<<16 + int(body[2])<<8 + int(body[3])
			}
			all = append(all, parcel{from, ContentType(h.Type), slices.Clone(body[:n]), false})
			body = body[n:]
		}
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all
}

// meddle runs a handshake and lets tamper change each burst of parcels. at is
// the number of the first of them in the whole handshake.
func (p *pair) meddle(tamper func(at int, burst []parcel) []parcel) error {
	if err := errors.Join(p.client.Start(), p.server.Start()); err != nil {
		return err
	}
	at := 0
	for {
		moved := false
		for _, c := range []*Conn{p.client, p.server} {
			to := p.server
			if c == p.server {
				to = p.client
			}
			burst := unpack(c.side, c.Flush(nil))
			n := len(burst)
			for _, x := range tamper(at, burst) {
				moved = true
				for body := x.body; len(body) > 0; {
					n := min(len(body), record.MaxPlaintext)
					if err := p.feed(to, asRecord(x.typ, body[:n])); err != nil {
						return err
					}
					body = body[n:]
				}
			}
			at += n
		}
		if !moved {
			return nil
		}
	}
}

// meddled are the handshakes that are meddled with. Each makes a fresh pair.
var meddled = []struct {
	name string
	make func(t testing.TB) *pair
}{
	{"tls13 full", meddledPair(false, nothing, nothing)},
	{"tls13 resumed", meddledPair(true, nothing, nothing)},
	{"tls13 psk alone", meddledPair(true, resumeBy(PSK), resumeBy(PSK))},
	{"tls13 retry", meddledPair(false, withGroups(X25519, P256), withGroups(P256))},
	{"tls12 ecdhe", meddledPair(false, maxVersion(TLS12), nothing)},
	{"tls12 rsa", meddledPair(false, both(maxVersion(TLS12), onlySuite(0x009c)), nothing)},
	{"tls12 ticket", meddledPair(true, maxVersion(TLS12), nothing)},
	{"tls12 session id", meddledPair(true, maxVersion(TLS12), withCache)},
	{"tls12 dhe", meddledPair(false, both(maxVersion(TLS12), onlySuite(0x009e)), withGroups(FFDHE2048))},
	{"tls13 hybrid", meddledPair(false, withGroups(SecP256r1MLKEM768), withGroups(SecP256r1MLKEM768))},
	{"tls13 client certificate", meddledPair(false, showing, asking)},
	{"tls13 no client certificate", meddledPair(false, nothing, asking)},
	{"tls12 client certificate", meddledPair(false, both(maxVersion(TLS12), showing), asking)},
	{"tls12 no client certificate", meddledPair(false, maxVersion(TLS12), asking)},
	{"tls11 client certificate", meddledPair(false, both(onlyVersion(TLS11), showing), both(onlyVersion(TLS11), asking))},
	{"tls10 rsa", meddledPair(false, both(onlyVersion(TLS10), onlySuite(0x002f)), onlyVersion(TLS10))},
	{"tls11 ticket", meddledPair(true, onlyVersion(TLS11), onlyVersion(TLS11))},
	{"ssl30 rsa", meddledPair(false, onlyVersion(SSL30), onlyVersion(SSL30))},
	{"ssl30 session id", meddledPair(true, onlyVersion(SSL30), both(onlyVersion(SSL30), withCache))},
}

func nothing(*Config) {}

func meddledPair(resumed bool, client, server func(*Config)) func(testing.TB) *pair {
	return func(t testing.TB) *pair {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		cc.VerifyNothing = true // the chain is not what is tested
		client(cc)
		server(sc)
		if resumed {
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			cc.Session = p.client.Session()
		}
		return newPair(cc, sc)
	}
}

// honest lists the parcels of an undisturbed handshake.
func honest(t *testing.T, make func(testing.TB) *pair) (all []parcel, v Version) {
	t.Helper()
	p := make(t)
	err := p.meddle(func(_ int, burst []parcel) []parcel { all = append(all, burst...); return burst })
	if err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
	return all, p.client.Info().Version
}

func wantAlert(t *testing.T, what string, err error, want Alert) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Alert != want || e.Fault != FaultPeer || e.Section == "" {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestMessagesOutOfOrderAreUnexpected(t *testing.T) {
	withoutProtection(t)
	for _, h := range meddled {
		t.Run(h.name, func(t *testing.T) {
			all, version := honest(t, h.make)
			for i, x := range all {
				if x.harmless(version) {
					continue
				}
				// at applies an edit to the burst that holds parcel i.
				at := func(edit func(burst []parcel, k int) []parcel) error {
					return h.make(t).meddle(func(at int, burst []parcel) []parcel {
						if k := i - at; k >= 0 && k < len(burst) {
							return edit(slices.Clone(burst), k)
						}
						return burst
					})
				}
				what := fmt.Sprintf("%v of %s", x.message(), sideNames[x.from])
				twice := AlertUnexpectedMessage
				if i == 0 && h.name == "tls13 retry" {
					twice = AlertIllegalParameter // a second ClientHello is due, but not the first one again
				}
				wantAlert(t, what+" twice", at(func(b []parcel, k int) []parcel { return slices.Insert(b, k, b[k]) }), twice)
				foreign := parcel{x.from, TypeHandshake, []byte{byte(KeyUpdate), 0, 0, 1, 0}, false}
				wantAlert(t, "KeyUpdate before "+what, at(func(b []parcel, k int) []parcel { return slices.Insert(b, k, foreign) }), AlertUnexpectedMessage)
				if k := i + 1; x.last || all[k].harmless(version) {
					continue
				}
				without := AlertUnexpectedMessage
				if version == TLS13 && x.message() == CertificateRequest {
					without = AlertDecryptError // it may be missing, but not from what is signed
				}
				wantAlert(t, "without "+what, at(func(b []parcel, k int) []parcel { return slices.Delete(b, k, k+1) }), without)
				wantAlert(t, what+" after its successor", at(func(b []parcel, k int) []parcel { b[k], b[k+1] = b[k+1], b[k]; return b }), AlertUnexpectedMessage)
			}
		})
	}
}

// Without the last message of a flight both sides wait: nothing is done, and
// nothing is wrong.
func TestHalfAFlightIsWaitedFor(t *testing.T) {
	withoutProtection(t)
	for _, h := range meddled {
		all, version := honest(t, h.make)
		for i, x := range all {
			if !x.last || x.harmless(version) {
				continue
			}
			p := h.make(t)
			err := p.meddle(func(at int, burst []parcel) []parcel {
				if k := i - at; k >= 0 && k < len(burst) {
					return burst[:k]
				}
				return burst
			})
			if err != nil || p.client.Info().Done && p.server.Info().Done {
				t.Errorf("%s without the last %v of %s: %v", h.name, x.message(), sideNames[x.from], err)
			}
		}
	}
}

// A message that is a byte too short or too long for its fields is malformed.
func TestWrongLengthsAreDecodeErrors(t *testing.T) {
	withoutProtection(t)
	for _, h := range meddled {
		t.Run(h.name, func(t *testing.T) {
			all, version := honest(t, h.make)
			for i, x := range all {
				if x.typ != TypeHandshake {
					continue
				}
				want := AlertDecodeError
				if version == SSL30 {
					want = oldAlerts[want]
					if x.message() == ClientKeyExchange {
						want = AlertHandshakeFailure // it has no lengths; the Finished tells
					}
				}
				for _, change := range []int{-1, 1} {
					body := x.body
					if change > 0 {
						body = append(slices.Clone(body), 0)
					} else if len(body) == headerSize {
						continue
					} else {
						body = slices.Clone(body[:len(body)-1])
					}
					putLength(body)
					err := h.make(t).meddle(replace(i, body))
					wantAlert(t, fmt.Sprintf("%v of %s changed by %d bytes", x.message(), sideNames[x.from], change), err, want)
				}
			}
		})
	}
}

// replace puts other bytes in the place of parcel i.
func replace(i int, body []byte) func(int, []parcel) []parcel {
	return func(at int, burst []parcel) []parcel {
		if k := i - at; k >= 0 && k < len(burst) {
			burst[k].body = body
		}
		return burst
	}
}

// Whatever byte of a handshake is changed, the handshake does not complete on
// both sides, nothing panics, and an error is one of the table's.
func TestChangedBytesNeverPass(t *testing.T) {
	withoutProtection(t)
	for _, h := range meddled {
		all, version := honest(t, h.make)
		for i, x := range all {
			step := 1 + len(x.body)/16
			for k := 0; k < len(x.body); k += step {
				if x.harmless(version) {
					continue
				}
				body := slices.Clone(x.body)
				body[k] ^= 1 << (k % 8)
				p := h.make(t)
				err := p.meddle(replace(i, body))
				var e *Error
				if err != nil && (!errors.As(err, &e) || e.Fault == FaultLocal) {
					t.Errorf("%s: byte %d of %v: %v", h.name, k, x.message(), err)
				}
				if err == nil && p.client.Info().Done && p.server.Info().Done {
					t.Errorf("%s: byte %d of %v was changed without effect", h.name, k, x.message())
				}
			}
		}
	}
}
