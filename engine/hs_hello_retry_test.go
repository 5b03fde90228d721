package engine

import (
	"errors"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// A second ClientHello repeats the first except for what the HelloRetryRequest changes (RFC 9846
// §4.2.2).
func TestSecondClientHelloRepeatsTheFirst(t *testing.T) {
	hello := func(f func(*wire.ClientHelloMsg)) edit {
		return func(body []byte) []byte {
			var m wire.ClientHelloMsg
			if err := m.Parse(slices.Clone(body)); err != nil {
				panic(err)
			}
			f(&m)
			return m.Append(nil)
		}
	}
	for _, x := range []struct {
		what    string
		edit    edit
		refused bool
	}{
		{"another random", hello(func(m *wire.ClientHelloMsg) { m.Random[0] ^= 1 }), true},
		{"another session ID", hello(func(m *wire.ClientHelloMsg) { m.SessionID[0] ^= 1 }), true},
		{"one suite less", hello(func(m *wire.ClientHelloMsg) { m.Suites = m.Suites[:len(m.Suites)-2] }), true},
		{"another server name", inHello(instead(extServerName, "\x00\x06\x00\x00\x03abc")), true},
		{"one extension less", inHello(without(extSignatureAlgorithms)), true},
		{"one extension more", inHello(with(0xfafa, "")), true},
		{"padding", inHello(with(extPadding, "\x00\x00")), false},
		{"a cookie", inHello(with(extCookie, "\x00\x01c")), false},
	} {
		t.Run(x.what, func(t *testing.T) {
			withoutProtection(t)
			p := pairOf(false, withGroups(X25519, P256), withGroups(P256))(t)
			hellos := 0
			err := p.runTampered(func(_ int, burst []message) []message {
				for i := range burst {
					if burst[i].kind() != ClientHello {
						continue
					}
					if hellos++; hellos == 2 {
						burst[i].change(x.edit)
					}
				}
				return burst
			})
			if errors.Is(err, changedHello) != x.refused {
				t.Errorf("error %v, refused as a changed ClientHello: want %v", err, x.refused)
			}
			if x.refused {
				wantAlert(t, x.what, err, alert.IllegalParameter)
			}
		})
	}
}

// A HelloRetryRequest is a ServerHello on the wire; number 6 is reserved.
func TestNoMessageHasTheReservedNumber(t *testing.T) {
	withoutProtection(t)
	p := pairOf(false, withGroups(X25519, P256), withGroups(P256))(t)
	err := p.runTampered(func(_ int, burst []message) []message {
		for i := range burst {
			if burst[i].kind() == HelloRetryRequest {
				burst[i].body[0] = byte(HelloRetryRequest)
			}
		}
		return burst
	})
	wantAlert(t, "message 6", err, alert.UnexpectedMessage)
}

// A HelloRetryRequest names an offered group without a share (RFC 9846 §4.3.8).
func TestRetryNamesAnOfferedGroupWithoutAShare(t *testing.T) {
	withoutProtection(t)
	for _, group := range []string{"\x00\x1d", "\x00\x18"} {
		p := pairOf(false, withGroups(X25519, P256), withGroups(P256))(t)
		err := p.runTampered(func(_ int, burst []message) []message {
			for i := range burst {
				if burst[i].kind() == HelloRetryRequest {
					burst[i].change(inServer(instead(extKeyShare, group)))
				}
			}
			return burst
		})
		if !errors.Is(err, pointlessRetry) {
			t.Errorf("group %x: %v", group, err)
		}
	}
}
