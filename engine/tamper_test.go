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

// Messages that are changed between two sides and protected with the right keys: what the
// interpreter and the codecs do with them.

// withoutProtection leaves records unprotected, for tests that write records by hand.
func withoutProtection(t testing.TB) {
	t.Helper()
	helloKeys, legacyKeys, tls13KeysBefore := helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys
	t.Cleanup(func() {
		helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys = helloKeys, legacyKeys, tls13KeysBefore
	})
	unprotected := func(*Conn, side, Epoch) (*record.HalfConn, error) { return record.NewPlaintext(uint16(TLS12)), nil }
	helloHandlers.keys, legacyHandlers.keys, tls13Handlers.keys = unprotected, unprotected, unprotected
}

// A message is one handshake message, or one record of another type.
type message struct {
	from side
	typ  ContentType
	body []byte
	last bool // the last of its side before the peer answers
}

func (p message) kind() Message {
	switch p.typ {
	case TypeHandshake:
		return messageOf(p.body)
	case TypeAlert:
		return UnrecognizedName
	}
	return ChangeCipherSpec
}

// harmless reports whether a message may be lost, repeated or moved: warnings, compatibility
// mode's dummies, and tickets after the handshake.
func (p message) harmless(v Version) bool {
	return p.typ == TypeAlert || v == TLS13 && (p.typ == TypeChangeCipherSpec || p.kind() == NewSessionTicket)
}

// runTampered runs a handshake in which tamper changes each burst of messages. at is the number of
// the burst's first message in the handshake.
func (p *pair) runTampered(tamper func(at int, burst []message) []message) error {
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

type handshakeCase struct {
	name string
	make func(t testing.TB) *pair
}

// handshakeCases cover every flight, with each of its conditions true and false. Each case makes a
// fresh pair.
var handshakeCases = []handshakeCase{
	{"tls13 full", pairOf(false, nothing, nothing)},
	{"tls13 resumed", pairOf(true, nothing, nothing)},
	{"tls13 psk alone", pairOf(true, resumeBy(PSK), resumeBy(PSK))},
	{"tls13 retry", pairOf(false, withGroups(X25519, P256), withGroups(P256))},
	{"tls12 ecdhe", pairOf(false, maxVersion(TLS12), nothing)},
	{"tls12 rsa", pairOf(false, both(maxVersion(TLS12), onlySuite(0x009c)), nothing)},
	{"tls12 ticket", pairOf(true, maxVersion(TLS12), nothing)},
	{"tls12 session id", pairOf(true, maxVersion(TLS12), withCache)},
	{"tls12 dhe", pairOf(false, both(maxVersion(TLS12), onlySuite(0x009e)), withGroups(FFDHE2048))},
	{"tls13 hybrid", pairOf(false, withGroups(SecP256r1MLKEM768), withGroups(SecP256r1MLKEM768))},
	{"tls13 client certificate", pairOf(false, showing, asking)},
	{"tls13 no client certificate", pairOf(false, nothing, asking)},
	{"tls12 client certificate", pairOf(false, both(maxVersion(TLS12), showing), asking)},
	{"tls12 no client certificate", pairOf(false, maxVersion(TLS12), asking)},
	{"tls11 client certificate", pairOf(false, both(onlyVersion(TLS11), showing), both(onlyVersion(TLS11), asking))},
	{"tls13 stapled", pairOf(false, wanting(RevocationStapled), stapling)},
	{"tls12 stapled", pairOf(false, both(maxVersion(TLS12), wanting(RevocationStapled)), stapling)},
	{"tls13 fetched", pairOf(false, fetching, withResponder)},
	{"tls12 fetched", pairOf(false, both(maxVersion(TLS12), fetching), withResponder)},
	{"tls12 staple with soft_fail", pairOf(false, both(maxVersion(TLS12), softFailing), stapling)},
	{"tls10 rsa", pairOf(false, both(onlyVersion(TLS10), onlySuite(0x002f)), onlyVersion(TLS10))},
	{"tls11 ticket", pairOf(true, onlyVersion(TLS11), onlyVersion(TLS11))},
	{"ssl30 rsa", pairOf(false, onlyVersion(SSL30), onlyVersion(SSL30))},
	{"ssl30 client certificate", pairOf(false, both(onlyVersion(SSL30), showingRSA), both(onlyVersion(SSL30), askingRSA))},
	{"ssl30 no client certificate", pairOf(false, onlyVersion(SSL30), both(onlyVersion(SSL30), asking))},
	{"ssl30 session id", pairOf(true, onlyVersion(SSL30), both(onlyVersion(SSL30), withCache))},

	{"tls13 retry resumed", pairOf(true, withGroups(X25519, P256), withGroups(P256))},
	{"tls13 retry client certificate", pairOf(false, both(noShares, showing), asking)},
	{"tls13 without compatibility", pairOf(false, noCompatibility, nothing)},
	{"tls13 dhe", pairOf(false, withGroups(FFDHE2048), withGroups(FFDHE2048))},
	{"tls13 protocol and limits", pairOf(false, both(withALPN("h2"), shortRecords), both(withALPN("h2"), shortRecords))},
	{"tls12 protocol and limits", pairOf(false, both(maxVersion(TLS12), withALPN("h2"), shortRecords), both(withALPN("h2"), shortRecords))},
	{"tls12 small fragments", pairOf(false, both(maxVersion(TLS12), smallFragments), nothing)},
	{"tls12 compression", pairOf(false, both(maxVersion(TLS12), compression), compression)},
	{"tls12 compression ticket", pairOf(true, both(maxVersion(TLS12), compression), compression)},
	{"tls12 encrypt-then-MAC", pairOf(false, both(maxVersion(TLS12), onlySuite(0xc009), encryptThenMAC), encryptThenMAC)},
	{"tls12 without extended master secret", pairOf(false, both(maxVersion(TLS12), noMasterExtension), nothing)},
	{"tls12 no resumption", pairOf(false, both(maxVersion(TLS12), noResumption), nothing)},
	{"tls12 rsa client certificate", pairOf(false, both(maxVersion(TLS12), onlySuite(0x009d), showing), asking)},
	{"tls12 dhe client certificate", pairOf(false, both(maxVersion(TLS12), onlySuite(0x009e), showing), both(withGroups(FFDHE2048), asking))},
	{"tls12 client certificate session id", pairOf(true, both(maxVersion(TLS12), showing), both(asking, withCache))},
	{"tls12 rc4", pairOf(false, both(maxVersion(TLS12), onlySuite(0xc011)), onlySuite(0xc011))},
	{"tls11 ecdhe", pairOf(false, onlyVersion(TLS11), onlyVersion(TLS11))},
	{"tls10 client certificate", pairOf(false, both(onlyVersion(TLS10), showing), both(onlyVersion(TLS10), asking))},
	{"tls10 dhe session id", pairOf(true, both(onlyVersion(TLS10), onlySuite(0x0033)), both(onlyVersion(TLS10), withGroups(FFDHE2048), withCache))},
	{"ssl30 dhe", pairOf(false, both(onlyVersion(SSL30), onlySuite(0x0033)), both(onlyVersion(SSL30), withGroups(FFDHE2048)))},
	{"tls13 early data", pairOf(true, both(withEarlyData, withALPN("h2", "http/1.1")), both(earlyServer, withALPN("http/1.1")))},
	{"tls13 early data rejected", pairOf(true, withEarlyData, both(earlyServer, rejectingEarly))},
	{"tls13 early data retried", pairOf(true, both(withEarlyData, withGroups(X25519, P256)), both(earlyServer, withGroups(P256)))},
	{"tls12 ticket renewed", renewedTicket},
	{"tls12 unrecognized_name warning", pairOf(false, maxVersion(TLS12), warningOfName)},
}

func shortRecords(cfg *Config)   { cfg.RecordSizeLimit = 600 }
func smallFragments(cfg *Config) { cfg.MaxFragment = 512 }

// caseNamed returns the index of a case.
func caseNamed(name string) int {
	return slices.IndexFunc(handshakeCases, func(h handshakeCase) bool { return h.name == name })
}

func nothing(*Config) {}

// renewedTicket is a pair whose client offers a ticket that was sealed under a previous key.
func renewedTicket(t testing.TB) *pair {
	p := pairOf(true, maxVersion(TLS12), nothing)(t)
	cfg := *p.server.cfg
	cfg.Tickets = session.NewTicketKeys([32]byte{2}, [32]byte{1})
	p.server.configure(&cfg)
	return p
}

// warningOfName is a server that warns the client that server_name matches no certificate.
func warningOfName(cfg *Config) {
	cfg.Certificates = []*Certificate{sharedClient().certificate}
	cfg.UnknownNames = UnknownNameWarned
}

func pairOf(resumed bool, client, server func(*Config)) func(testing.TB) *pair {
	return func(t testing.TB) *pair {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "ecdsa-p256", "rsa2048")
		cc.VerifyNothing = true // the tests are not about chains
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
		p.answer = answerOCSP
		return p
	}
}

// undisturbed returns the messages of an undisturbed handshake.
func undisturbed(t *testing.T, make func(testing.TB) *pair) (all []message, v Version) {
	t.Helper()
	p := make(t)
	err := p.runTampered(func(_ int, burst []message) []message { all = append(all, burst...); return burst })
	if err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
	return all, p.client.Info().Version
}

func wantAlert(t *testing.T, what string, err error, want alert.Description) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Alert != want || e.Fault != FaultPeer || (e.Section == "") != engineLimit(e.Why) {
		t.Errorf("%s: error %v, want alert %v by a fault of the peer, with a section", what, err, want)
	}
}

func TestMessagesOutOfOrderAreUnexpected(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		t.Run(h.name, func(t *testing.T) {
			all, version := undisturbed(t, h.make)
			for i, x := range all {
				if x.harmless(version) {
					continue
				}
				// at applies an edit to the burst that holds message i.
				at := func(edit func(burst []message, k int) []message) error {
					return h.make(t).runTampered(func(at int, burst []message) []message {
						if k := i - at; k >= 0 && k < len(burst) {
							return edit(slices.Clone(burst), k)
						}
						return burst
					})
				}
				what := fmt.Sprintf("%v of %s", x.kind(), sideNames[x.from])
				repeated := alert.UnexpectedMessage
				if i == 0 && slices.ContainsFunc(all, func(p message) bool { return p.kind() == HelloRetryRequest }) {
					// A second ClientHello is due. The first one again has the wrong shares, or
					// else the wrong binder.
					repeated = alert.IllegalParameter
					if strings.Contains(h.name, "resumed") {
						repeated = alert.DecryptError
					}
				}
				if x.typ != TypeAlert { // one more warning is ignored
					wantAlert(t, what+" twice", at(func(b []message, k int) []message { return slices.Insert(b, k, b[k]) }), repeated)
				}
				foreign := message{from: x.from, typ: TypeHandshake, body: []byte{byte(KeyUpdate), 0, 0, 1, 0}}
				wantAlert(t, "KeyUpdate before "+what, at(func(b []message, k int) []message { return slices.Insert(b, k, foreign) }), alert.UnexpectedMessage)
				if k := i + 1; x.last || all[k].harmless(version) {
					continue
				}
				without := alert.UnexpectedMessage
				switch {
				case version == TLS13 && x.kind() == CertificateRequest, x.kind() == CertificateStatus && h.name == "tls12 staple with soft_fail":
					without = alert.DecryptError // optional, but the transcript differs
				case x.kind() == CertificateStatus:
					without = alert.BadCertificateStatus
				}
				wantAlert(t, "without "+what, at(func(b []message, k int) []message { return slices.Delete(b, k, k+1) }), without)
				wantAlert(t, what+" after its successor", at(func(b []message, k int) []message { b[k], b[k+1] = b[k+1], b[k]; return b }), alert.UnexpectedMessage)
			}
		})
	}
}

// Each message of a side is sent once more before each other message of that side: none may come
// early, late or twice.
func TestDisplacedMessagesAreUnexpected(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		t.Run(h.name, func(t *testing.T) {
			all, version := undisturbed(t, h.make)
			for i, x := range all {
				for j, moved := range all {
					if i == j || moved.from != x.from || moved.typ == TypeAlert || moved.harmless(version) || x.harmless(version) {
						continue // TestMessagesOutOfOrderAreUnexpected tests it
					}
					want := alert.UnexpectedMessage
					switch {
					case moved.kind() == ClientHello && x.kind() == ClientHello:
						continue // see hs_hello_retry_test.go
					case moved.kind() == ServerHello && x.kind() == HelloRetryRequest:
						want = alert.IllegalParameter // allowed here, but its group has no share
					}
					err := h.make(t).runTampered(func(at int, burst []message) []message {
						if k := i - at; k >= 0 && k < len(burst) {
							return slices.Insert(slices.Clone(burst), k, moved)
						}
						return burst
					})
					wantAlert(t, fmt.Sprintf("%v before %v of %s", moved.kind(), x.kind(), sideNames[x.from]), err, want)
				}
			}
		})
	}
}

func TestBothSidesWaitForTheRestOfAFlight(t *testing.T) {
	for _, h := range handshakeCases {
		all, version := undisturbed(t, h.make)
		for i, x := range all {
			if !x.last || x.harmless(version) {
				continue
			}
			p := h.make(t)
			err := p.runTampered(func(at int, burst []message) []message {
				if k := i - at; k >= 0 && k < len(burst) {
					return burst[:k]
				}
				return burst
			})
			if err != nil || p.client.Info().Done && p.server.Info().Done {
				t.Errorf("%s without the last %v of %s: %v", h.name, x.kind(), sideNames[x.from], err)
			}
		}
	}
}

// A message that is one byte too short or too long for its fields is malformed.
func TestWrongLengthsAreDecodeErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, h := range handshakeCases {
		t.Run(h.name, func(t *testing.T) {
			all, version := undisturbed(t, h.make)
			for i, x := range all {
				if x.typ != TypeHandshake {
					continue
				}
				want := alert.DecodeError
				if version == SSL30 {
					want = want.In(SSL30)
					if x.kind() == ClientKeyExchange && !strings.Contains(h.name, "dhe") {
						// The message has no length fields, so only Finished does not verify.
						want = alert.HandshakeFailure
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
					err := h.make(t).runTampered(replace(i, body))
					wantAlert(t, fmt.Sprintf("%v of %s changed by %d bytes", x.kind(), sideNames[x.from], change), err, want)
				}
			}
		})
	}
}

// replace gives message i another body.
func replace(i int, body []byte) func(int, []message) []message {
	return func(at int, burst []message) []message {
		if k := i - at; k >= 0 && k < len(burst) {
			burst[k].body = body
		}
		return burst
	}
}

// A handshake with a changed byte does not complete on both sides. An error is always an Error that
// does not blame the side that returns it.
func TestHandshakesWithChangedBytesFail(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		all, version := undisturbed(t, h.make)
		for i, x := range all {
			step := 1 + len(x.body)/10
			for k := 0; k < len(x.body); k += step {
				if x.harmless(version) {
					continue
				}
				body := slices.Clone(x.body)
				body[k] ^= 1 << (k % 8)
				p := h.make(t)
				err := p.runTampered(replace(i, body))
				var e *Error
				if err != nil && (!errors.As(err, &e) || e.Fault == FaultLocal) {
					t.Errorf("%s: byte %d of %v: %v", h.name, k, x.kind(), err)
				}
				if err == nil && p.client.Info().Done && p.server.Info().Done {
					t.Errorf("%s: the handshake completes although byte %d of %v was changed", h.name, k, x.kind())
				}
			}
		}
	}
}
