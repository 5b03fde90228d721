package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
	"tlslab/engine/session"
)

// A meddler between two sides: what the interpreter and the codecs make of
// messages that no honest peer sends, in records that are protected as they
// should be.

// withoutProtection makes connections keep their records in the clear, for
// tests that write records by hand.
func withoutProtection(t testing.TB) {
	t.Helper()
	ofHello, ofLegacy, ofTLS13 := helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys
	t.Cleanup(func() { helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys = ofHello, ofLegacy, ofTLS13 })
	inClear := func(*Conn, side, Epoch) (*record.Half, error) { return record.Plain(uint16(TLS12)), nil }
	helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys = inClear, inClear, inClear
}

// A parcel is one handshake message, or another whole record.
type parcel struct {
	from side
	typ  ContentType
	body []byte
	last bool // nothing follows from that side before the other one answers
}

func (p parcel) message() Message {
	switch p.typ {
	case TypeHandshake:
		return messageOf(p.body)
	case TypeAlert:
		return UnrecognizedName
	}
	return ChangeCipherSpec
}

// harmless says whether the rules let a parcel be lost, repeated or moved:
// warnings, compatibility mode's dummies, and tickets after the handshake.
func (p parcel) harmless(v Version) bool {
	return p.typ == TypeAlert || v == TLS13 && (p.typ == TypeChangeCipherSpec || p.message() == NewSessionTicket)
}

// meddle runs a handshake and lets tamper change each burst of parcels. at is
// the number of the first of them in the whole handshake.
func (p *pair) meddle(tamper func(at int, burst []parcel) []parcel) error {
	if err := p.begin(); err != nil {
		return err
	}
	return p.relay(tamper)
}

// begin starts both sides, with a tap between them.
func (p *pair) begin() error {
	if p.tap == nil {
		p.tap = tapped(p)
	}
	return errors.Join(p.client.Start(), p.server.Start())
}

type meddledHandshake struct {
	name string
	make func(t testing.TB) *pair
}

// meddled are the handshakes that are meddled with: every flight, with each of
// its conditions met and not met. Each makes a fresh pair.
var meddled = []meddledHandshake{
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
	{"tls13 stapled", meddledPair(false, wanting(RevocationStapled), stapling)},
	{"tls12 stapled", meddledPair(false, both(maxVersion(TLS12), wanting(RevocationStapled)), stapling)},
	{"tls13 fetched", meddledPair(false, fetching, askable)},
	{"tls12 fetched", meddledPair(false, both(maxVersion(TLS12), fetching), askable)},
	{"tls12 staple to spare", meddledPair(false, both(maxVersion(TLS12), sparing), stapling)},
	{"tls10 rsa", meddledPair(false, both(onlyVersion(TLS10), onlySuite(0x002f)), onlyVersion(TLS10))},
	{"tls11 ticket", meddledPair(true, onlyVersion(TLS11), onlyVersion(TLS11))},
	{"ssl30 rsa", meddledPair(false, onlyVersion(SSL30), onlyVersion(SSL30))},
	{"ssl30 client certificate", meddledPair(false, both(onlyVersion(SSL30), showingRSA), both(onlyVersion(SSL30), askingRSA))},
	{"ssl30 no client certificate", meddledPair(false, onlyVersion(SSL30), both(onlyVersion(SSL30), asking))},
	{"ssl30 session id", meddledPair(true, onlyVersion(SSL30), both(onlyVersion(SSL30), withCache))},

	{"tls13 retry resumed", meddledPair(true, withGroups(X25519, P256), withGroups(P256))},
	{"tls13 retry client certificate", meddledPair(false, both(noShares, showing), asking)},
	{"tls13 without compatibility", meddledPair(false, noCompatibility, nothing)},
	{"tls13 dhe", meddledPair(false, withGroups(FFDHE2048), withGroups(FFDHE2048))},
	{"tls13 protocol and limits", meddledPair(false, both(withALPN("h2"), shortRecords), both(withALPN("h2"), shortRecords))},
	{"tls12 protocol and limits", meddledPair(false, both(maxVersion(TLS12), withALPN("h2"), shortRecords), both(withALPN("h2"), shortRecords))},
	{"tls12 small fragments", meddledPair(false, both(maxVersion(TLS12), smallFragments), nothing)},
	{"tls12 compression", meddledPair(false, both(maxVersion(TLS12), compression), compression)},
	{"tls12 compression ticket", meddledPair(true, both(maxVersion(TLS12), compression), compression)},
	{"tls12 encrypt-then-MAC", meddledPair(false, both(maxVersion(TLS12), onlySuite(0xc009), encryptThenMAC), encryptThenMAC)},
	{"tls12 without extended master secret", meddledPair(false, both(maxVersion(TLS12), noMasterExtension), nothing)},
	{"tls12 no resumption", meddledPair(false, both(maxVersion(TLS12), noResumption), nothing)},
	{"tls12 rsa client certificate", meddledPair(false, both(maxVersion(TLS12), onlySuite(0x009d), showing), asking)},
	{"tls12 dhe client certificate", meddledPair(false, both(maxVersion(TLS12), onlySuite(0x009e), showing), both(withGroups(FFDHE2048), asking))},
	{"tls12 client certificate session id", meddledPair(true, both(maxVersion(TLS12), showing), both(asking, withCache))},
	{"tls12 rc4", meddledPair(false, both(maxVersion(TLS12), onlySuite(0xc011)), onlySuite(0xc011))},
	{"tls11 ecdhe", meddledPair(false, onlyVersion(TLS11), onlyVersion(TLS11))},
	{"tls10 client certificate", meddledPair(false, both(onlyVersion(TLS10), showing), both(onlyVersion(TLS10), asking))},
	{"tls10 dhe session id", meddledPair(true, both(onlyVersion(TLS10), onlySuite(0x0033)), both(onlyVersion(TLS10), withGroups(FFDHE2048), withCache))},
	{"ssl30 dhe", meddledPair(false, both(onlyVersion(SSL30), onlySuite(0x0033)), both(onlyVersion(SSL30), withGroups(FFDHE2048)))},
	{"tls13 early data", meddledPair(true, both(withEarlyData, withALPN("h2", "http/1.1")), both(earlyServer, withALPN("http/1.1")))},
	{"tls13 early data rejected", meddledPair(true, withEarlyData, both(earlyServer, rejectingEarly))},
	{"tls13 early data retried", meddledPair(true, both(withEarlyData, withGroups(X25519, P256)), both(earlyServer, withGroups(P256)))},
	{"tls12 ticket renewed", renewedTicket},
	{"tls12 warned of the name", meddledPair(false, maxVersion(TLS12), misnaming)},
}

func shortRecords(cfg *Config)   { cfg.RecordSizeLimit = 600 }
func smallFragments(cfg *Config) { cfg.MaxFragment = 512 }

// meddledAs is the place of a handshake in the table.
func meddledAs(name string) int {
	return slices.IndexFunc(meddled, func(h meddledHandshake) bool { return h.name == name })
}

func nothing(*Config) {}

// renewedTicket is a pair whose client offers a ticket under a key that seals no
// longer.
func renewedTicket(t testing.TB) *pair {
	p := meddledPair(true, maxVersion(TLS12), nothing)(t)
	cfg := *p.server.cfg
	cfg.Tickets = session.NewTicketKeys([32]byte{2}, [32]byte{1})
	p.server.cfg = &cfg
	return p
}

// misnaming is a server of another name that says so.
func misnaming(cfg *Config) {
	cfg.Certificates = []*Certificate{sharedClient().certificate}
	cfg.UnknownNames = UnknownNameWarned
}

func meddledPair(resumed bool, client, server func(*Config)) func(testing.TB) *pair {
	return func(t testing.TB) *pair {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "ecdsa-p256", "rsa2048")
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
		p := newPair(cc, sc)
		p.answer = answerAskable
		return p
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

func wantAlert(t *testing.T, what string, err error, want alert.Description) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Alert != want || e.Fault != FaultPeer || e.Section == "" {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestMessagesOutOfOrderAreUnexpected(t *testing.T) {
	t.Parallel()
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
				twice := alert.UnexpectedMessage
				if i == 0 && slices.ContainsFunc(all, func(p parcel) bool { return p.message() == HelloRetryRequest }) {
					// A second ClientHello is due, but not the first one again: its
					// shares or else its binder do not go with the request.
					twice = alert.IllegalParameter
					if strings.Contains(h.name, "resumed") {
						twice = alert.DecryptError
					}
				}
				if x.typ != TypeAlert { // a warning more means nothing
					wantAlert(t, what+" twice", at(func(b []parcel, k int) []parcel { return slices.Insert(b, k, b[k]) }), twice)
				}
				foreign := parcel{from: x.from, typ: TypeHandshake, body: []byte{byte(KeyUpdate), 0, 0, 1, 0}}
				wantAlert(t, "KeyUpdate before "+what, at(func(b []parcel, k int) []parcel { return slices.Insert(b, k, foreign) }), alert.UnexpectedMessage)
				if k := i + 1; x.last || all[k].harmless(version) {
					continue
				}
				without := alert.UnexpectedMessage
				switch {
				case version == TLS13 && x.message() == CertificateRequest, x.message() == CertificateStatus && h.name == "tls12 staple to spare":
					without = alert.DecryptError // it may be missing, but not from what is signed
				case x.message() == CertificateStatus:
					without = alert.BadCertificateStatus
				}
				wantAlert(t, "without "+what, at(func(b []parcel, k int) []parcel { return slices.Delete(b, k, k+1) }), without)
				wantAlert(t, what+" after its successor", at(func(b []parcel, k int) []parcel { b[k], b[k+1] = b[k+1], b[k]; return b }), alert.UnexpectedMessage)
			}
		})
	}
}

// Each message of a side in the place before each other one: none may come early,
// late or once more.
func TestDisplacedMessagesAreUnexpected(t *testing.T) {
	t.Parallel()
	for _, h := range meddled {
		t.Run(h.name, func(t *testing.T) {
			all, version := honest(t, h.make)
			for i, x := range all {
				for j, moved := range all {
					if i == j || moved.from != x.from || moved.typ == TypeAlert || moved.harmless(version) || x.harmless(version) {
						continue // which TestMessagesOutOfOrderAreUnexpected has
					}
					want := alert.UnexpectedMessage
					switch {
					case moved.message() == ClientHello && x.message() == ClientHello:
						continue // whose places are alike; see retry_test.go
					case moved.message() == ServerHello && x.message() == HelloRetryRequest:
						want = alert.IllegalParameter // it may come, but not with a group without a share
					}
					err := h.make(t).meddle(func(at int, burst []parcel) []parcel {
						if k := i - at; k >= 0 && k < len(burst) {
							return slices.Insert(slices.Clone(burst), k, moved)
						}
						return burst
					})
					wantAlert(t, fmt.Sprintf("%v before %v of %s", moved.message(), x.message(), sideNames[x.from]), err, want)
				}
			}
		})
	}
}

// Without the last message of a flight both sides wait: nothing is done, and
// nothing is wrong.
func TestHalfAFlightIsWaitedFor(t *testing.T) {
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
	for _, h := range meddled {
		t.Run(h.name, func(t *testing.T) {
			all, version := honest(t, h.make)
			for i, x := range all {
				if x.typ != TypeHandshake {
					continue
				}
				want := alert.DecodeError
				if version == SSL30 {
					want = want.In(SSL30)
					if x.message() == ClientKeyExchange && !strings.Contains(h.name, "dhe") {
						want = alert.HandshakeFailure // it has no lengths; the Finished tells
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
	t.Parallel()
	for _, h := range meddled {
		all, version := honest(t, h.make)
		for i, x := range all {
			step := 1 + len(x.body)/10
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
