package engine

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// How bytes are split into calls, and messages into records.

// trickle calls Recv with one more byte each time, as a slow transport would.
func trickle(t *testing.T, c *Conn, in []byte) (got []byte) {
	t.Helper()
	for start, end := 0, 1; end <= len(in); end++ {
		n, ev, err := c.Recv(in[start:end])
		if err != nil {
			t.Fatal(err)
		}
		if n != 0 && n != end-start {
			t.Fatalf("%d bytes consumed of %d", n, end-start)
		}
		if ev.Kind == EventOCSPRequest {
			if _, err := c.OCSPResponse(answerOCSP(c.OCSPRequest())); err != nil {
				t.Fatal(err)
			}
		}
		start += n
		got = append(got, ev.Data...)
	}
	return got
}

// A whole run one byte at a time: handshake, data, KeyUpdates and close_notify.
func TestInputMayArriveOneByteAtATime(t *testing.T) {
	for _, h := range handshakeCases {
		p := h.make(t)
		if err := p.client.Start(); err != nil {
			t.Fatal(err)
		}
		run := func() {
			for {
				up := p.client.Flush(nil)
				p.got[p.server] = append(p.got[p.server], trickle(t, p.server, up)...)
				down := p.server.Flush(nil)
				p.got[p.client] = append(p.got[p.client], trickle(t, p.client, down)...)
				if len(up)+len(down) == 0 {
					break
				}
			}
		}
		run()
		if err := p.client.queue(echoed[:20000]); err != nil {
			t.Fatal(h.name, err)
		}
		for _, step := range steps {
			if err := step(p); err != nil {
				t.Fatal(h.name, err)
			}
			run()
		}
		if want := string(echoed[:20000]) + "request"; string(p.got[p.server]) != want {
			t.Errorf("%s: %d bytes arrive, want %d that are equal", h.name, len(p.got[p.server]), len(want))
		}
		if err := errors.Join(p.client.EOF(), p.server.EOF()); err != nil {
			t.Errorf("%s: %v", h.name, err)
		}
	}
}

// A handshake message may be split into two records anywhere, or into records of any size (RFC
// 9846 §5.1).
func TestMessagesMayBeFragmented(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		all, _ := undisturbed(t, h.make)
		for i, x := range all {
			if x.typ != TypeHandshake {
				continue
			}
			for cut := 1; cut < len(x.body); cut += 1 + len(x.body)/4 {
				p := h.make(t)
				err := p.runTampered(func(at int, burst []message) []message {
					var out []message
					for k, b := range burst {
						if at+k == i {
							head, tail := b, b
							head.body, tail.body = b.body[:cut], b.body[cut:]
							out = append(out, head, tail)
						} else {
							out = append(out, b)
						}
					}
					return out
				})
				if err != nil || !p.client.Info().Done || !p.server.Info().Done {
					t.Fatalf("%s: %v cut at %d: %v", h.name, x.kind(), cut, err)
				}
			}
		}
		for _, size := range []int{1, 7, 100} {
			p := h.make(t)
			err := p.runSteps(inPieces(size))
			if err != nil || !p.client.Info().Done || !p.server.Info().Done {
				t.Errorf("%s in records of %d bytes: %v", h.name, size, err)
			}
		}
	}
}

// inPieces splits messages into records of at most size bytes. Alerts must not be split (RFC 9846
// §5.1).
func inPieces(size int) func(int, []message) []message {
	return func(_ int, burst []message) (out []message) {
		for _, b := range burst {
			if b.typ == TypeAlert {
				out = append(out, b)
				continue
			}
			for piece := range slices.Chunk(b.body, size) {
				out = append(out, message{from: b.from, typ: b.typ, body: piece})
			}
		}
		return out
	}
}

// Successive messages of one side, or parts of them, may share a record unless keys change between
// them (RFC 9846 §5.1).
func TestMessagesMayShareARecord(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		all, version := undisturbed(t, h.make)
		for i, x := range all[:len(all)-1] {
			next := all[i+1]
			if x.last || x.typ != TypeHandshake || next.typ != TypeHandshake {
				continue
			}
			for _, n := range []int{1, headerSize, len(next.body)} {
				p := h.make(t)
				err := p.runTampered(func(at int, burst []message) []message {
					if k := i - at; k >= 0 && k < len(burst) {
						burst = slices.Clone(burst)
						burst[k].body = slices.Concat(burst[k].body, next.body[:n])
						if burst[k+1].body = next.body[n:]; n == len(next.body) {
							burst = slices.Delete(burst, k+1, k+2)
						}
					}
					return burst
				})
				what := fmt.Sprintf("%s: %v and %d bytes of %v", h.name, x.kind(), n, next.kind())
				if version == TLS13 && (x.kind() == ServerHello || x.kind() == EndOfEarlyData) {
					wantAlert(t, what, err, alert.UnexpectedMessage)
				} else if err != nil || !p.client.Info().Done || !p.server.Info().Done {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
	}
}

func TestMessagesDoNotSpanKeyChanges(t *testing.T) {
	p := pairOf(false, noCompatibility, nothing)(t)
	err := p.runTampered(func(_ int, burst []message) []message {
		if len(burst) > 2 && burst[0].kind() == ServerHello {
			burst[0].body = append(burst[0].body, burst[1].body...)
			return append(burst[:1], burst[2:]...)
		}
		return burst
	})
	wantAlert(t, "ServerHello and EncryptedExtensions in one record", err, alert.UnexpectedMessage)

	p = pairOf(false, nothing, nothing)(t)
	err = p.runTampered(func(_ int, burst []message) []message {
		if burst[0].kind() == ClientHello {
			rest := burst[0]
			burst[0].body, rest.body = burst[0].body[:20], burst[0].body[20:]
			ccs := message{client, TypeChangeCipherSpec, []byte{1}, false}
			return []message{burst[0], ccs, rest}
		}
		return burst
	})
	wantAlert(t, "ChangeCipherSpec inside a ClientHello", err, alert.UnexpectedMessage)

	p = pairOf(false, nothing, nothing)(t)
	err = p.runTampered(func(_ int, burst []message) []message {
		for i, x := range burst {
			if x.kind() == EncryptedExtensions {
				head, tail, ccs := x, x, message{server, TypeChangeCipherSpec, []byte{1}, false}
				head.body, tail.body = x.body[:3], x.body[3:]
				return slices.Concat(burst[:i], []message{head, ccs, tail}, burst[i+1:])
			}
		}
		return burst
	})
	wantAlert(t, "change_cipher_spec inside EncryptedExtensions", err, alert.UnexpectedMessage)
}

// A side refuses bytes that cannot be a record or a message as soon as it can know that.
func TestBadRecordsAreRefused(t *testing.T) {
	long := func(typ byte, n int) string { return hex.EncodeToString([]byte{typ, 3, 3, byte(n >> 8), byte(n)}) }
	for _, x := range []struct {
		what, in string
		alert    alert.Description
	}{
		{"HTTP", hex.EncodeToString([]byte("GET / HTTP/1.1\r\n")), alert.ProtocolVersion},
		{"SSL 2.0", "802e0100020015", alert.ProtocolVersion},
		{"content type 24", "1803030001" + "01", alert.UnexpectedMessage},
		{"a fragment of 2^14+1 bytes", long(22, record.MaxPlaintext+1), alert.RecordOverflow},
		{"an empty handshake record", long(22, 0), alert.UnexpectedMessage},
		{"an empty alert", long(21, 0), alert.UnexpectedMessage},
		{"an alert of one byte", long(21, 1) + "02", alert.DecodeError},
		{"a message of 2^24-1 bytes", "16030300040" + "1ffffff", alert.DecodeError},
		{"application data first", "170303000100", alert.UnexpectedMessage},
		{"ChangeCipherSpec first", "140303000101", alert.UnexpectedMessage},
		{"ChangeCipherSpec of 2", "140303000102", alert.UnexpectedMessage},
		{"ServerHello to a server", "160303000402000000", alert.UnexpectedMessage},
	} {
		in, err := hex.DecodeString(x.in)
		if err != nil {
			t.Fatal(x.what, err)
		}
		c := Server(serverConfig(t, "rsa2048"))
		_, _, err = c.Recv(in)
		wantAlert(t, x.what, err, x.alert)
		if got := c.Flush(nil); !bytes.HasSuffix(got, []byte{21, 3, 1, 0, 2, 2, byte(x.alert)}) && !bytes.HasSuffix(got, []byte{21, 3, 3, 0, 2, 2, byte(x.alert)}) {
			t.Errorf("%s: %x is sent, want the alert %v", x.what, got, x.alert)
		}
		if _, _, again := c.Recv(in); again != err {
			t.Errorf("%s: the error changes to %v", x.what, again)
		}
		if out := c.Flush(nil); len(out) != 0 {
			t.Errorf("%s: a second alert %x", x.what, out)
		}
	}
}

// A side ends the connection after too many records without progress.
func TestIdleRecordsAreLimited(t *testing.T) {
	p := newPair(clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	for range maxIdle { // data resets the count of idle records
		out, err := p.client.out.seal(nil, record.ApplicationData, nil)
		if err == nil {
			out, err = p.client.Seal(out, []byte("x"))
		}
		if err == nil {
			err = p.feed(p.server, out)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; ; i++ {
		out, err := p.client.out.seal(nil, record.ApplicationData, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.server.Recv(out); err != nil {
			wantAlert(t, fmt.Sprintf("%d empty records", i), err, alert.UnexpectedMessage)
			return
		}
		if i > 10*maxIdle {
			t.Fatalf("%d empty records do not end the connection", i)
		}
	}
}

func TestForgedRecordsEndTheConnection(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc := clientConfig(t, "rsa2048")
		cc.MaxVersion = v
		p := newPair(cc, serverConfig(t, "rsa2048"))
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		out, err := p.client.Seal(nil, []byte("data"))
		if err != nil {
			t.Fatal(err)
		}
		out[len(out)-1] ^= 1
		_, _, err = p.server.Recv(out)
		wantAlert(t, fmt.Sprintf("a changed record of TLS %v", v), err, alert.BadRecordMAC)
		_, _, err = p.client.Recv(p.server.Flush(nil))
		var e *Error
		if !errors.As(err, &e) || e.Fault != FaultRemote || e.Alert != alert.BadRecordMAC {
			t.Errorf("TLS %v: the client receives %v", v, err)
		}
		if out := p.client.Flush(nil); len(out) != 0 {
			t.Errorf("TLS %v: the client answers the alert with %x", v, out)
		}
	}
}

// No other record may come between the fragments of a message (RFC 9846 §5.1).
func TestDataInsideAMessageIsRefused(t *testing.T) {
	p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	half, err := p.server.out.seal(nil, record.Handshake, []byte{byte(KeyUpdate), 0})
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.server.Seal(nil, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.client, half); err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "data inside a KeyUpdate", p.feed(p.client, data), alert.UnexpectedMessage)
}

// A peer that does not have the keys yet may send an unprotected alert. After a protected record it
// may not.
func TestUnprotectedAlertsAreAcceptedOnlyBeforeProtectedRecords(t *testing.T) {
	for _, protected := range []bool{false, true} {
		p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
		if err := p.client.Start(); err != nil {
			t.Fatal(err)
		}
		if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
			t.Fatal(err)
		}
		if protected {
			keys, err := tls13Keys(p.server, client, EpochHandshake)
			if err != nil {
				t.Fatal(err)
			}
			half, err := keys.Seal(nil, record.Handshake, []byte{byte(Finished), 0})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.feed(p.server, half); err != nil {
				t.Fatal(err)
			}
		}
		err := p.feed(p.server, asRecord(TypeAlert, []byte{byte(alert.Fatal), byte(alert.BadCertificate)}))
		var e *Error
		if !errors.As(err, &e) || (e.Fault == FaultRemote) == protected {
			t.Errorf("an unprotected alert, after a protected record: %v; error %v", protected, err)
		}
	}
}
