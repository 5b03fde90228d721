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

// change applies an edit and corrects the length in the message's header.
func (p *message) change(e edit) {
	p.body = append(p.body[:headerSize:headerSize], e(p.body[headerSize:])...)
	putLength(p.body)
}

// An extensionList is the extensions of a message, in order.
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

func editEncryptedExtensions(f func(extensionList) extensionList) edit {
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
		panic("the extension is not in the list")
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

// flip changes the byte at an offset, from the end if it is negative.
func flip(at int) edit {
	return func(body []byte) []byte {
		if at < 0 {
			at += len(body)
		}
		body[at] ^= 1
		return body
	}
}

func editServerHello(f func(*wire.ServerHelloMsg)) edit {
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
		{"unknown extensions of a client are ignored, but hashed", full13, ClientHello, inHello(with(0xfafa, "x")), alert.DecryptError},
		{"pre_shared_key is last", resumed13, ClientHello, inHello(func(l extensionList) extensionList { return append(l, extensionBody{0xfafa, nil}) }), alert.IllegalParameter},
		{"supported_groups is needed", full13, ClientHello, inHello(without(extSupportedGroups)), alert.MissingExtension},
		{"key_share is needed", full13, ClientHello, inHello(without(extKeyShare)), alert.MissingExtension},
		{"signature_algorithms is needed", full13, ClientHello, inHello(without(extSignatureAlgorithms)), alert.MissingExtension},
		{"a host name has at most 255 bytes", full13, ClientHello, inHello(instead(extServerName, "\x01\x05\x00\x01\x02"+strings.Repeat("x", 258))), alert.IllegalParameter},
		{"each PSK has one binder", resumed13, ClientHello, inHello(surplusBinder), alert.IllegalParameter},
		{"pre_shared_key needs psk_key_exchange_modes", resumed13, ClientHello, inHello(without(extPSKKeyExchangeModes)), alert.MissingExtension},
		{"a binder verifies", resumed13, ClientHello, flip(-1), alert.DecryptError},
		{"renegotiation_info is empty", ecdhe12, ClientHello, inHello(instead(extRenegotiationInfo, "\x01x")), alert.HandshakeFailure},
		{"renegotiation_info of a ServerHello is empty", ecdhe12, ServerHello, inServer(instead(extRenegotiationInfo, "\x01x")), alert.HandshakeFailure},
		{"renegotiation_info has the length that it states", ecdhe12, ServerHello, inServer(instead(extRenegotiationInfo, "\x02x")), alert.DecodeError},
		{"ec_point_formats has uncompressed", ecdhe12, ClientHello, inHello(instead(extECPointFormats, "\x01\x01")), alert.IllegalParameter},
		{"a share has the group's size", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x00\x1d\x00\x01x")), alert.IllegalParameter},
		{"a hybrid share has the group's size", hybrid13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x11\xeb\x00\x01x")), alert.IllegalParameter},
		{"the point in a hybrid share is on its curve", hybrid13, ClientHello, inHello(instead(extKeyShare, "\x04\xe5\x11\xeb\x04\xe1"+string(make([]byte, 1249)))), alert.IllegalParameter},
		{"a server's hybrid share has the group's size", hybrid13, ServerHello, inServer(instead(extKeyShare, "\x11\xeb\x00\x01x")), alert.IllegalParameter},
		{"the point in a server's hybrid share is on its curve", hybrid13, ServerHello, inServer(instead(extKeyShare, "\x11\xeb\x04\x81"+string(make([]byte, 1153)))), alert.IllegalParameter},
		{"a share is for a group of supported_groups", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x05\x00\x19\x00\x01x")), alert.IllegalParameter},
		{"a group has one share", full13, ClientHello, inHello(instead(extKeyShare, "\x00\x48"+strings.Repeat("\x00\x1d\x00\x20\x09"+string(make([]byte, 31)), 2))), alert.IllegalParameter},
		{"a second ClientHello has the requested share", retry13, ClientHello, nil, alert.IllegalParameter},

		{"ALPN is not for a TLS 1.3 ServerHello", full13, ServerHello, inServer(with(extALPN, "\x00\x03\x02h2")), alert.IllegalParameter},
		{"no extension in EncryptedExtensions that was not offered", full13, EncryptedExtensions, editEncryptedExtensions(with(extALPN, "\x00\x03\x02h2")), alert.UnsupportedExtension},
		{"no unknown extension in EncryptedExtensions", full13, EncryptedExtensions, editEncryptedExtensions(with(0xfafa, "")), alert.UnsupportedExtension},
		{"no extension twice in EncryptedExtensions", full13, EncryptedExtensions, editEncryptedExtensions(twice(extServerName)), alert.IllegalParameter},
		{"a ServerHello needs key_share", full13, ServerHello, inServer(without(extKeyShare)), alert.MissingExtension},
		{"the server chooses an offered group", full13, ServerHello, inServer(instead(extKeyShare, "\x00\x17\x00\x01x")), alert.IllegalParameter},
		{"a share is not a low-order point", full13, ServerHello, inServer(instead(extKeyShare, "\x00\x1d\x00\x20"+string(make([]byte, 32)))), alert.IllegalParameter},
		{"the server chooses an offered version", full13, ServerHello, inServer(instead(extSupportedVersions, "\x03\x02")), alert.IllegalParameter},
		{"legacy_version of a ServerHello is TLS 1.2's", full13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Version = 0x0302 }), alert.IllegalParameter},
		{"the server echoes the session ID", full13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.SessionID = m.SessionID[1:] }), alert.IllegalParameter},
		{"the server chooses a suite that exists", full13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Suite = 0x1399 }), alert.IllegalParameter},
		{"the server chooses a suite of the version", full13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Suite = 0xc02f }), alert.IllegalParameter},
		{"null compression", full13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Compression = 1 }), alert.IllegalParameter},
		{"the server chooses an offered PSK", resumed13, ServerHello, inServer(instead(extPreSharedKey, "\x00\x01")), alert.IllegalParameter},
		{"no pre_shared_key that was not offered", full13, ServerHello, inServer(with(extPreSharedKey, "\x00\x00")), alert.UnsupportedExtension},
		{"the server uses an offered PSK mode", resumed13, ServerHello, inServer(without(extKeyShare)), alert.IllegalParameter},
		{"a retry that changes something", retry13, HelloRetryRequest, inServer(without(extKeyShare)), alert.IllegalParameter},
		{"a retry for another group", retry13, HelloRetryRequest, inServer(instead(extKeyShare, "\x00\x1d")), alert.IllegalParameter},
		{"the suite stays after a retry", retry13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Suite = 0x1303 }), alert.IllegalParameter},
		{"the version stays after a retry", retry13, ServerHello, inServer(without(extSupportedVersions)), alert.IllegalParameter},

		{"the server chooses no version below TLS 1.2 that was not offered", ecdhe12, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Version = 0x0302 }), alert.ProtocolVersion},
		{"null compression in TLS 1.2", ecdhe12, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Compression = 1 }), alert.IllegalParameter},
		{"key_share is not for TLS 1.2", ecdhe12, ServerHello, inServer(with(extKeyShare, "\x00\x1d\x00\x01x")), alert.IllegalParameter},
		{"a resumed session keeps its suite", ticket12, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Suite = 0xc030 }), alert.IllegalParameter},
		{"a resumed session keeps its extended master secret", ticket12, ServerHello, inServer(without(extExtendedMasterSecret)), alert.HandshakeFailure},

		{"a handshake signature verifies", full13, CertificateVerify, flip(-1), alert.DecryptError},
		{"the server signs with an offered scheme", full13, CertificateVerify, func([]byte) []byte { return []byte("\x02\x01\x00\x01x") }, alert.IllegalParameter},
		{"the server signs with a scheme of TLS 1.3", full13, CertificateVerify, func([]byte) []byte { return []byte("\x04\x01\x00\x01x") }, alert.IllegalParameter},
		{"the server of TLS 1.2 signs with an offered scheme", ecdhe12, ServerKeyExchange, func(b []byte) []byte {
			var m wire.ServerKeyExchangeMsg
			if err := m.Parse(slices.Clone(b)); err != nil {
				panic(err)
			}
			m.Scheme = 0x0201
			return m.Append(nil)
		}, alert.IllegalParameter},
		{"the certificate fits the suite", rsa12, Certificates, func([]byte) []byte { return pkiFor(t, "ecdsa-p256").certificate.legacy }, alert.IllegalParameter},
		{"ServerKeyExchange's parameters are signed", ecdhe12, ServerKeyExchange, flip(10), alert.DecryptError},
		{"ServerKeyExchange's group is signed", ecdhe12, ServerKeyExchange, flip(2), alert.DecryptError},
		{"a server has a certificate", full13, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00\x00") }, alert.DecodeError},
		{"a server has a certificate in TLS 1.2", rsa12, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00") }, alert.DecodeError},
		{"a certificate is well-formed", full13, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00\x06\x00\x00\x01x\x00\x00") }, alert.BadCertificate},
		{"certificate_request_context of a server is empty", full13, Certificates, func(b []byte) []byte { return append([]byte{1, 'c'}, b[1:]...) }, alert.IllegalParameter},
		{"dh_Yc is above 1", dhe12, ClientKeyExchange, func([]byte) []byte { return []byte("\x00\x01\x01") }, alert.IllegalParameter},
		{"dh_Yc is below the prime", dhe12, ClientKeyExchange, func([]byte) []byte { return append([]byte{1, 0}, bytes.Repeat([]byte{0xff}, 256)...) }, alert.IllegalParameter},
		{"dh_Yc is not longer than the prime", dhe12, ClientKeyExchange, func([]byte) []byte { return append([]byte{1, 1}, bytes.Repeat([]byte{1}, 257)...) }, alert.IllegalParameter},
		{"dh_Yc is not empty", dhe12, ClientKeyExchange, func([]byte) []byte { return []byte{0, 0} }, alert.DecodeError},
		{"dh_p is signed", dhe12, ServerKeyExchange, flip(10), alert.DecryptError},
		{"a client's ECDHE share has the group's size", ecdhe12, ClientKeyExchange, func([]byte) []byte { return []byte("\x01x") }, alert.IllegalParameter},
		{"a wrong premaster secret fails only in Finished", rsa12, ClientKeyExchange, flip(-1), alert.DecryptError},
		{"a Finished verifies", full13, Finished, flip(0), alert.DecryptError},
		{"a Finished of TLS 1.2 verifies", ecdhe12, Finished, flip(0), alert.DecryptError},
		{"early_data needs pre_shared_key", full13, ClientHello, inHello(with(extEarlyData, "")), alert.MissingExtension},
		{"early_data is empty", early13, ClientHello, inHello(instead(extEarlyData, "x")), alert.DecodeError},
		{"early data is accepted only if it was offered", resumed13, EncryptedExtensions, editEncryptedExtensions(with(extEarlyData, "")), alert.UnsupportedExtension},
		{"early_data in EncryptedExtensions is empty", early13, EncryptedExtensions, editEncryptedExtensions(instead(extEarlyData, "x")), alert.DecodeError},
		{"early data is accepted only with its application protocol", early13, EncryptedExtensions, editEncryptedExtensions(instead(extALPN, "\x00\x03\x02h2")), alert.IllegalParameter},
		{"early data is accepted only with its suite", early13, ServerHello, editServerHello(func(m *wire.ServerHelloMsg) { m.Suite = 0x1303 }), alert.IllegalParameter},
		{"early data is accepted only under the first PSK", early13, ServerHello, inServer(instead(extPreSharedKey, "\x00\x01")), alert.IllegalParameter},
		{"early data is accepted only under a PSK", early13, ServerHello, inServer(without(extPreSharedKey)), alert.IllegalParameter},
		{"no older version after early data", early13, ServerHello, func([]byte) []byte { return olderHello }, alert.ProtocolVersion},
		{"EndOfEarlyData is empty", early13, EndOfEarlyData, func([]byte) []byte { return []byte{0} }, alert.DecodeError},
		{"max_early_data_size has four bytes", full13, NewSessionTicket, func(b []byte) []byte { return append(b[:len(b)-2], "\x00\x06\x00\x2a\x00\x02xx"...) }, alert.DecodeError},
		{"ticket_lifetime is at most a week", full13, NewSessionTicket, func(b []byte) []byte { b[0] = 1; return b }, alert.IllegalParameter},

		{"a status_request is complete", stapled13, ClientHello, inHello(instead(extStatusRequest, "\x01\x00\x00")), alert.DecodeError},
		{"a status_request of another type is ignored, but hashed", stapled12, ClientHello, inHello(instead(extStatusRequest, "\x02\x00\x00\x00\x00")), alert.BadCertificateStatus},
		{"no staple in TLS 1.3 that was not requested", full13, Certificates, inLeaf(with(extStatusRequest, "\x01\x00\x00\x01x")), alert.UnsupportedExtension},
		{"no status_request in TLS 1.2 that was not offered", ecdhe12, ServerHello, inServer(with(extStatusRequest, "")), alert.UnsupportedExtension},
		{"status_request in a ServerHello is empty", stapled12, ServerHello, inServer(instead(extStatusRequest, "x")), alert.DecodeError},
		{"no CertificateStatus without status_request in the ServerHello", stapled12, ServerHello, inServer(without(extStatusRequest)), alert.UnexpectedMessage},
		{"no staple in EncryptedExtensions", stapled13, EncryptedExtensions, editEncryptedExtensions(with(extStatusRequest, "\x01\x00\x00\x01x")), alert.IllegalParameter},
		{"no staple twice", stapled13, Certificates, inLeaf(twice(extStatusRequest)), alert.IllegalParameter},
		{"a staple is not missing", stapled13, Certificates, inLeaf(without(extStatusRequest)), alert.BadCertificateStatus},
		{"a staple is not empty", stapled13, Certificates, inLeaf(instead(extStatusRequest, "\x01\x00\x00\x00")), alert.DecodeError},
		{"a staple of TLS 1.2 is not empty", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x01\x00\x00\x00") }, alert.DecodeError},
		{"a staple has the type ocsp", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x02\x00\x00\x01x") }, alert.DecodeError},
		{"a staple is an OCSP response", stapled13, Certificates, inLeaf(instead(extStatusRequest, "\x01\x00\x00\x01x")), alert.BadCertificateStatus},
		{"a staple of TLS 1.2 is an OCSP response", stapled12, CertificateStatus, func([]byte) []byte { return []byte("\x01\x00\x00\x01x") }, alert.BadCertificateStatus},
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
						burst[i].change(x.edit)
					}
					edited = true
				}
				return burst
			})
			if !edited {
				t.Fatalf("the handshake has no %v", x.message)
			}
			wantAlert(t, x.rule, err, x.alert)
			if x.rule == "a binder verifies" && !errors.Is(err, badBinder) {
				t.Errorf("error %v, want badBinder", err)
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
				burst[i].change(inHello(instead(extKeyShare, share)))
			}
		}
		return burst
	})
	wantAlert(t, "another group's share", err, alert.IllegalParameter)
	if !errors.Is(err, changedChoice) {
		t.Errorf("error %v, want changedChoice", err)
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

// Every extension has a name and one row, and a client offers it unless only NewSessionTicket has
// it.
func TestExtensionTable(t *testing.T) {
	seen := map[uint16]bool{}
	for _, x := range extensions {
		if seen[x.id] || x.in&inClientHello == 0 && x.in != inNewSessionTicket || x.name == "" {
			t.Errorf("row %+v", x.name)
		}
		seen[x.id] = true
		if (x.write == nil) != (x.read == nil) {
			t.Errorf("%s has only one of write and read", x.name)
		}
	}
	if extensions[len(extensions)-1].id != extPreSharedKey {
		t.Error("pre_shared_key is not last")
	}
	if len(extensions) > 32 {
		t.Error("an extensionSet has 32 bits")
	}
}
