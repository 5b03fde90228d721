package engine

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/kx"
	"tlslab/engine/wire"
)

// Well-formed messages that break a rule, each with its alert.

// An edit changes the body of a message.
type edit func(body []byte) []byte

// An extensionList is a message's extensions, to be changed.
type extensionList []extensionBody

type extensionBody struct {
	id   uint16
	body []byte
}

func listExtensions(list wire.Extensions) (all extensionList) {
	for rest := list; len(rest) > 0; {
		var x extensionBody
		x.id, x.body, rest = rest.Next()
		all = append(all, x)
	}
	return all
}

func (l extensionList) encode() wire.Extensions {
	out := wire.Extensions{}
	for _, x := range l {
		out = wire.AppendUint16(out, x.id)
		at := len(out)
		out = wire.CloseVector(append(wire.OpenVector(out, 2), x.body...), at, 2)
	}
	return out
}

func editExtensions(m interface {
	Parse([]byte) error
	Append([]byte) []byte
}, list *wire.Extensions, f func(extensionList) extensionList) edit {
	return func(body []byte) []byte {
		if err := m.Parse(slices.Clone(body)); err != nil {
			panic(err)
		}
		*list = f(listExtensions(*list)).encode()
		return m.Append(nil)
	}
}

func inHello(f func(extensionList) extensionList) edit {
	m := new(wire.ClientHelloMsg)
	return editExtensions(m, &m.Extensions, f)
}

func inServer(f func(extensionList) extensionList) edit {
	m := new(wire.ServerHelloMsg)
	return editExtensions(m, &m.Extensions, f)
}

func inEncryptedOnes(f func(extensionList) extensionList) edit {
	m := new(wire.EncryptedExtensionsMsg)
	return editExtensions(m, &m.Extensions, f)
}

// inLeaf changes the extensions of the leaf in a TLS 1.3 Certificate message.
func inLeaf(f func(extensionList) extensionList) edit {
	return func(body []byte) []byte {
		var m wire.Certificate13Msg
		if err := m.Parse(slices.Clone(body)); err != nil {
			panic(err)
		}
		der, ext, rest := m.Entries.Next()
		var first wire.Certificate13Msg
		if err := first.Parse(wire.AppendCertificate13(nil, [][]byte{der}, f(listExtensions(ext)).encode())); err != nil {
			panic(err)
		}
		m.Entries = append(first.Entries, rest...)
		return m.Append(nil)
	}
}

func with(id uint16, body string) func(extensionList) extensionList {
	return func(l extensionList) extensionList {
		return slices.Insert(l, 0, extensionBody{id, []byte(body)})
	}
}

func without(id uint16) func(extensionList) extensionList {
	return func(l extensionList) extensionList {
		return slices.DeleteFunc(l, func(x extensionBody) bool { return x.id == id })
	}
}

func instead(id uint16, body string) func(extensionList) extensionList {
	return func(l extensionList) extensionList { return with(id, body)(without(id)(l)) }
}

func twice(id uint16) func(extensionList) extensionList {
	return func(l extensionList) extensionList {
		for _, x := range l {
			if x.id == id {
				return slices.Insert(l, 0, x)
			}
		}
		panic("not there")
	}
}

// surplusBinder adds a binder to pre_shared_key, the last extension.
func surplusBinder(l extensionList) extensionList {
	var offered wire.OfferedPSKs
	last := &l[len(l)-1]
	if err := offered.Parse(last.body); err != nil {
		panic(err)
	}
	offered.Binders = append(append(offered.Binders, 32), make([]byte, 32)...)
	last.body = offered.Append(nil)
	return l
}

// flip changes the last byte, or one at an offset.
func flip(at int) edit {
	return func(body []byte) []byte {
		if at < 0 {
			at += len(body)
		}
		body[at] ^= 1
		return body
	}
}

func hello12(f func(*wire.ServerHelloMsg)) edit {
	return func(body []byte) []byte {
		var m wire.ServerHelloMsg
		if err := m.Parse(slices.Clone(body)); err != nil {
			panic(err)
		}
		f(&m)
		return m.Append(nil)
	}
}

func TestBrokenRulesAndTheirAlerts(t *testing.T) {
	withoutProtection(t)
	const full13, resumed13, retry13, ecdhe12, rsa12, ticket12, dhe12, hybrid13 = 0, 1, 3, 4, 5, 6, 8, 9
	early13, stapled13, stapled12 := caseNamed("tls13 early data"), caseNamed("tls13 stapled"), caseNamed("tls12 stapled")
	for _, x := range []struct {
		rule    string
		of      int // of handshakeCases
		message Message
		edit    edit
		alert   alert.Description
	}{
		{"no extension twice", full13, ClientHello, inHello(twice(extServerName)), alert.IllegalParameter},
		{"no unknown extension twice", full13, ClientHello, inHello(func(l extensionList) extensionList { return with(0xfafa, "")(with(0xfafa, "")(l)) }), alert.IllegalParameter},
		{"unknown extensions of a client are ignored, and hashed", full13, ClientHello, inHello(with(0xfafa, "x")), alert.DecryptError},
		{"pre_shared_key is last", resumed13, ClientHello, inHello(func(l extensionList) extensionList { return append(l, extensionBody{0xfafa, nil}) }), alert.IllegalParameter},
		{"supported_groups is needed", full13, ClientHello, inHello(without(extSupportedGroups)), alert.MissingExtension},
		{"key_share is needed", full13, ClientHello, inHello(without(extKeyShare)), alert.MissingExtension},
		{"signature_algorithms is needed", full13, ClientHello, inHello(without(extSignatureAlgorithms)), alert.MissingExtension},
		{"a host name is no longer than one can be", full13, ClientHello, inHello(instead(extServerName, "\x01\x05\x00\x01\x02"+strings.Repeat("x", 258))), alert.IllegalParameter},
		{"a binder for each PSK", resumed13, ClientHello, inHello(surplusBinder), alert.IllegalParameter},
		{"a PSK needs its modes", resumed13, ClientHello, inHello(without(extPSKKeyExchangeModes)), alert.MissingExtension},
		{"a binder verifies", resumed13, ClientHello, flip(-1), alert.DecryptError},
		{"renegotiation_info is empty", ecdhe12, ClientHello, inHello(instead(extRenegotiationInfo, "\x01x")), alert.HandshakeFailure},
		{"renegotiation_info is empty in the answer", ecdhe12, ServerHello, inServer(instead(extRenegotiationInfo, "\x01x")), alert.HandshakeFailure},
		{"renegotiation_info has its length", ecdhe12, ServerHello, inServer(instead(extRenegotiationInfo, "\x02x")), alert.DecodeError},
		{"points come uncompressed", ecdhe12, ClientHello, inHello(instead(extECPointFormats, "\x01\x01")), alert.IllegalParameter},
		{"a share of the group's size", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x00\x1d\x00\x01x")), alert.IllegalParameter},
		{"a hybrid's share has its size", hybrid13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x11\xeb\x00\x01x")), alert.IllegalParameter},
		{"a hybrid's point is on its curve", hybrid13, ClientHello, inHello(instead(extKeyShare, "\x04\xe5\x11\xeb\x04\xe1"+string(make([]byte, 1249)))), alert.IllegalParameter},
		{"a hybrid's reply has its size", hybrid13, ServerHello, inServer(instead(extKeyShare, "\x11\xeb\x00\x01x")), alert.IllegalParameter},
		{"a hybrid's reply has a point on its curve", hybrid13, ServerHello, inServer(instead(extKeyShare, "\x11\xeb\x04\x81"+string(make([]byte, 1153)))), alert.IllegalParameter},
		{"a share is for a group offered", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x00\x19\x00\x01x")), alert.IllegalParameter},
		{"a group has one share", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x48"+strings.Repeat("\x00\x1d\x00\x20\x09"+string(make([]byte, 31)), 2))), alert.IllegalParameter},
		{"a second ClientHello has the share asked for", retry13, ClientHello, nil, alert.IllegalParameter},

		{"ALPN is not for a TLS 1.3 ServerHello", full13, ServerHello, inServer(with(extALPN, "\x00\x03\x02h2")), alert.IllegalParameter},
		{"no answer that was not asked for", full13, EncryptedExtensions, inEncryptedOnes(with(extALPN, "\x00\x03\x02h2")), alert.UnsupportedExtension},
		{"no unknown answer", full13, EncryptedExtensions, inEncryptedOnes(with(0xfafa, "")), alert.UnsupportedExtension},
		{"no answer twice", full13, EncryptedExtensions, inEncryptedOnes(twice(extServerName)), alert.IllegalParameter},
		{"key_share in the ServerHello", full13, ServerHello, inServer(without(extKeyShare)), alert.MissingExtension},
		{"a group that was offered", full13, ServerHello, inServer(instead(extKeyShare, "\x00\x17\x00\x01x")), alert.IllegalParameter},
		{"a share that is no low-order point", full13, ServerHello, inServer(instead(extKeyShare, "\x00\x1d\x00\x20"+string(make([]byte, 32)))), alert.IllegalParameter},
		{"a version that was offered", full13, ServerHello, inServer(instead(extSupportedVersions, "\x03\x02")), alert.IllegalParameter},
		{"no older version's field for TLS 1.3", full13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Version = 0x0302 }), alert.IllegalParameter},
		{"the session ID comes back", full13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.SessionID = m.SessionID[1:] }), alert.IllegalParameter},
		{"a suite that exists", full13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Suite = 0x1399 }), alert.IllegalParameter},
		{"a suite of the version", full13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Suite = 0xc02f }), alert.IllegalParameter},
		{"null compression", full13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Compression = 1 }), alert.IllegalParameter},
		{"a PSK that was offered", resumed13, ServerHello, inServer(instead(extPreSharedKey, "\x00\x01")), alert.IllegalParameter},
		{"no PSK out of nothing", full13, ServerHello, inServer(with(extPreSharedKey, "\x00\x00")), alert.UnsupportedExtension},
		{"a PSK's mode that was offered", resumed13, ServerHello, inServer(without(extKeyShare)), alert.IllegalParameter},
		{"a retry that changes something", retry13, HelloRetryRequest, inServer(without(extKeyShare)), alert.IllegalParameter},
		{"a retry for another group", retry13, HelloRetryRequest, inServer(instead(extKeyShare, "\x00\x1d")), alert.IllegalParameter},
		{"the suite stays after a retry", retry13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Suite = 0x1303 }), alert.IllegalParameter},
		{"the version stays after a retry", retry13, ServerHello, inServer(without(extSupportedVersions)), alert.IllegalParameter},

		{"TLS 1.2 only where offered", ecdhe12, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Version = 0x0302 }), alert.ProtocolVersion},
		{"null compression in TLS 1.2", ecdhe12, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Compression = 1 }), alert.IllegalParameter},
		{"key_share is not for TLS 1.2", ecdhe12, ServerHello, inServer(with(extKeyShare, "\x00\x1d\x00\x01x")), alert.IllegalParameter},
		{"a resumed session keeps its suite", ticket12, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Suite = 0xc030 }), alert.IllegalParameter},
		{"a resumed session keeps its extended master secret", ticket12, ServerHello, inServer(without(extExtendedMasterSecret)), alert.HandshakeFailure},

		{"a handshake signature verifies", full13, CertificateVerify, flip(-1), alert.DecryptError},
		{"a signature scheme that was offered", full13, CertificateVerify, func([]byte) []byte { return []byte("\x02\x01\x00\x01x") }, alert.IllegalParameter},
		{"a signature scheme of TLS 1.3", full13, CertificateVerify, func([]byte) []byte { return []byte("\x04\x01\x00\x01x") }, alert.IllegalParameter},
		{"a signature scheme of TLS 1.2 that was offered", ecdhe12, ServerKeyExchange, func(b []byte) []byte {
			var m wire.ServerKeyExchangeMsg
			if err := m.Parse(slices.Clone(b)); err != nil {
				panic(err)
			}
			m.Scheme = 0x0201
			return m.Append(nil)
		}, alert.IllegalParameter},
		{"a certificate for the suite", rsa12, Certificates, func([]byte) []byte { return pkiFor(t, "ecdsa-p256").certificate.legacy }, alert.IllegalParameter},
		{"parameters are signed", ecdhe12, ServerKeyExchange, flip(10), alert.DecryptError},
		{"a group of TLS 1.2 that was offered", ecdhe12, ServerKeyExchange, flip(2), alert.DecryptError},
		{"a server has a certificate", full13, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00\x00") }, alert.DecodeError},
		{"a server has a certificate in TLS 1.2", rsa12, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00") }, alert.DecodeError},
		{"a certificate is one", full13, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00\x06\x00\x00\x01x\x00\x00") }, alert.BadCertificate},
		{"the server's context is empty", full13, Certificates, func(b []byte) []byte { return append([]byte{1, 'c'}, b[1:]...) }, alert.IllegalParameter},
		{"a client's number is above 1", dhe12, ClientKeyExchange, func([]byte) []byte { return []byte("\x00\x01\x01") }, alert.IllegalParameter},
		{"a client's number is below the prime", dhe12, ClientKeyExchange, func([]byte) []byte { return append([]byte{1, 0}, bytes.Repeat([]byte{0xff}, 256)...) }, alert.IllegalParameter},
		{"a client's number has the prime's length", dhe12, ClientKeyExchange, func([]byte) []byte { return append([]byte{1, 1}, bytes.Repeat([]byte{1}, 257)...) }, alert.IllegalParameter},
		{"a client's number is there", dhe12, ClientKeyExchange, func([]byte) []byte { return []byte{0, 0} }, alert.DecodeError},
		{"a server's prime is signed", dhe12, ServerKeyExchange, flip(10), alert.DecryptError},
		{"a client's share fits", ecdhe12, ClientKeyExchange, func([]byte) []byte { return []byte("\x01x") }, alert.IllegalParameter},
		{"a wrong premaster secret shows in Finished alone", rsa12, ClientKeyExchange, flip(-1), alert.DecryptError},
		{"a Finished verifies", full13, Finished, flip(0), alert.DecryptError},
		{"a Finished of TLS 1.2 verifies", ecdhe12, Finished, flip(0), alert.DecryptError},
		{"early data has a PSK", full13, ClientHello, inHello(with(extEarlyData, "")), alert.MissingExtension},
		{"early_data is empty", early13, ClientHello, inHello(instead(extEarlyData, "x")), alert.DecodeError},
		{"early data is accepted where it was offered", resumed13, EncryptedExtensions, inEncryptedOnes(with(extEarlyData, "")), alert.UnsupportedExtension},
		{"an accepting early_data is empty", early13, EncryptedExtensions, inEncryptedOnes(instead(extEarlyData, "x")), alert.DecodeError},
		{"early data is accepted with its protocol", early13, EncryptedExtensions, inEncryptedOnes(instead(extALPN, "\x00\x03\x02h2")), alert.IllegalParameter},
		{"early data is accepted with its suite", early13, ServerHello, hello12(func(m *wire.ServerHelloMsg) { m.Suite = 0x1303 }), alert.IllegalParameter},
		{"early data is accepted under the first PSK", early13, ServerHello, inServer(instead(extPreSharedKey, "\x00\x01")), alert.IllegalParameter},
		{"early data is accepted under a PSK", early13, ServerHello, inServer(without(extPreSharedKey)), alert.IllegalParameter},
		{"no older version after early data", early13, ServerHello, func([]byte) []byte { return olderHello }, alert.ProtocolVersion},
		{"EndOfEarlyData is empty", early13, EndOfEarlyData, func([]byte) []byte { return []byte{0} }, alert.DecodeError},
		{"a limit of early data has four bytes", full13, NewSessionTicket, func(b []byte) []byte { return append(b[:len(b)-2], "\x00\x06\x00\x2a\x00\x02xx"...) }, alert.DecodeError},
		{"tickets live a week at most", full13, NewSessionTicket, func(b []byte) []byte { b[0] = 1; return b }, alert.IllegalParameter},

		{"a status request has its fields", stapled13, ClientHello, inHello(instead(extStatusRequest, "\x01\x00\x00")), alert.DecodeError},
		{"a status request of another type is ignored, and hashed", stapled12, ClientHello, inHello(instead(extStatusRequest, "\x02\x00\x00\x00\x00")), alert.BadCertificateStatus},
		{"no staple in TLS 1.3 that was not asked for", full13, Certificates, inLeaf(with(extStatusRequest, "\x01\x00\x00\x01x")), alert.UnsupportedExtension},
		{"no staple in TLS 1.2 that was not asked for", ecdhe12, ServerHello, inServer(with(extStatusRequest, "")), alert.UnsupportedExtension},
		{"a promise is empty", stapled12, ServerHello, inServer(instead(extStatusRequest, "x")), alert.DecodeError},
		{"no staple that was not promised", stapled12, ServerHello, inServer(without(extStatusRequest)), alert.UnexpectedMessage},
		{"no staple among encrypted extensions", stapled13, EncryptedExtensions, inEncryptedOnes(with(extStatusRequest, "\x01\x00\x00\x01x")), alert.IllegalParameter},
		{"no staple twice", stapled13, Certificates, inLeaf(twice(extStatusRequest)), alert.IllegalParameter},
		{"a staple is there", stapled13, Certificates, inLeaf(without(extStatusRequest)), alert.BadCertificateStatus},
		{"a staple is not empty", stapled13, Certificates, inLeaf(instead(extStatusRequest, "\x01\x00\x00\x00")), alert.DecodeError},
		{"a staple of TLS 1.2 is not empty", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x01\x00\x00\x00") }, alert.DecodeError},
		{"a staple is of OCSP", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x02\x00\x00\x01x") }, alert.DecodeError},
		{"a staple is a response", stapled13, Certificates, inLeaf(instead(extStatusRequest, "\x01\x00\x00\x01x")), alert.BadCertificateStatus},
		{"a staple of TLS 1.2 is a response", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x01\x00\x00\x01x") }, alert.BadCertificateStatus},
		{"a staple is signed", stapled12, CertificateStatus, flip(-1), alert.BadCertificateStatus},
	} {
		t.Run(x.rule, func(t *testing.T) {
			edited, seen := false, 0
			var first []byte
			err := handshakeCases[x.of].make(t).runTampered(func(_ int, burst []message) []message {
				for i := range burst {
					if burst[i].kind() != x.message || edited {
						continue
					}
					if x.edit == nil { // the first message replaces the second
						if seen++; seen == 1 {
							first = slices.Clone(burst[i].body)
							continue
						}
						burst[i].body = first
					} else {
						burst[i].body = append(burst[i].body[:headerSize:headerSize], x.edit(burst[i].body[headerSize:])...)
						putLength(burst[i].body)
					}
					edited = true
				}
				return burst
			})
			if !edited {
				t.Fatalf("there is no %v", x.message)
			}
			wantAlert(t, x.rule, err, x.alert)
			if x.rule == "a binder verifies" && !errors.Is(err, badBinder) {
				t.Errorf("not the binder, but %v", err)
			}
		})
	}
}

// A second ClientHello must have a share of the group of the HelloRetryRequest, not of another
// group that the server supports (RFC 9846 §4.2.4).
func TestSecondClientHelloHasTheRequestedGroup(t *testing.T) {
	withoutProtection(t)
	p := pairOf(false, withGroups(X25519, P384, P256), withGroups(P384, P256))(t)
	key, err := kx.ByID(kx.P256).Generate(newStream("share"), nil)
	if err != nil {
		t.Fatal(err)
	}
	share := "\x00\x45\x00\x17\x00\x41" + string(key.Share())
	hellos := 0
	err = p.runTampered(func(_ int, burst []message) []message {
		for i := range burst {
			if burst[i].kind() != ClientHello {
				continue
			}
			if hellos++; hellos == 2 {
				burst[i].body = append(burst[i].body[:headerSize:headerSize], inHello(instead(extKeyShare, share))(burst[i].body[headerSize:])...)
				putLength(burst[i].body)
			}
		}
		return burst
	})
	wantAlert(t, "another group's share", err, alert.IllegalParameter)
	if !errors.Is(err, changedChoice) {
		t.Errorf("not the server, but %v", err)
	}
}

// request_update is 0 or 1 (RFC 9846 §4.7.3).
func TestKeyUpdateRequestIsZeroOrOne(t *testing.T) {
	withoutProtection(t)
	p := pairOf(false, nothing, nothing)(t)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	_, _, err := p.server.Recv(asRecord(TypeHandshake, []byte{byte(KeyUpdate), 0, 0, 1, 2}))
	wantAlert(t, "KeyUpdate 2", err, alert.IllegalParameter)
}

// Every extension has one row, and no place where it cannot be sent.
func TestExtensionTable(t *testing.T) {
	seen := map[uint16]bool{}
	for _, x := range extensions {
		if seen[x.id] || x.in&inClientHello == 0 && x.in != inNewSessionTicket || x.name == "" {
			t.Errorf("row %+v", x.name)
		}
		seen[x.id] = true
		if (x.write == nil) != (x.read == nil) {
			t.Errorf("%s has half a codec", x.name)
		}
	}
	if extensions[len(extensions)-1].id != extPreSharedKey {
		t.Error("pre_shared_key is not last")
	}
	if len(extensions) > 32 {
		t.Error("an extensionSet has 32 bits")
	}
}
