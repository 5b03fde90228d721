package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// A place is a message, or a part of a message, that carries extensions.
type place uint16

// The places. A ServerHello has three places, by version: TLS 1.3, TLS 1.0 to 1.2, and SSL 3.0,
// where it carries only renegotiation_info (RFC 5746 §4.5).
const (
	inClientHello place = 1 << iota
	inLegacyServerHello
	inServerHello
	inHelloRetryRequest
	inEncryptedExtensions
	inCertificate
	inNewSessionTicket
	inSSLServerHello
	inCertificateRequest // TLS 1.3's CertificateRequest
)

// unsolicited are the places whose extensions do not answer the peer's hello.
const unsolicited = inHelloRetryRequest | inNewSessionTicket | inCertificateRequest

// Extension numbers (IANA "TLS ExtensionType Values").
const (
	extServerName                 = 0
	extMaxFragmentLength          = 1
	extStatusRequest              = 5
	extSupportedGroups            = 10
	extECPointFormats             = 11
	extSignatureAlgorithms        = 13
	extALPN                       = 16
	extSignedCertificateTimestamp = 18
	extPadding                    = 21
	extEncryptThenMAC             = 22
	extExtendedMasterSecret       = 23
	extRecordSizeLimit            = 28
	extSessionTicket              = 35
	extPreSharedKey               = 41
	extEarlyData                  = 42
	extSupportedVersions          = 43
	extCookie                     = 44
	extPSKKeyExchangeModes        = 45
	extCertificateAuthorities     = 47
	extKeyShare                   = 51
	extRenegotiationInfo          = 0xff01
)

// An extension is one row of the table: in which places it may appear (RFC 9846 §4.3, RFC 8422,
// RFC 7627, RFC 7366, RFC 5077, RFC 5746), and how its body is written and read there. An
// extension without write is known but never sent.
type extension struct {
	id    uint16
	name  string
	in    place
	write func(c *Conn, p place, dst []byte) (body []byte, send bool)
	read  func(c *Conn, p place, body []byte) error
}

// extensions are sent in this order. pre_shared_key must be last (RFC 9846 §4.3.11).
var extensions = [...]extension{
	{extServerName, "server_name", inClientHello | inLegacyServerHello | inEncryptedExtensions, writeServerName, readServerName},
	{extExtendedMasterSecret, "extended_master_secret", inClientHello | inLegacyServerHello, writeExtendedMasterSecret, readExtendedMasterSecret},
	{extEncryptThenMAC, "encrypt_then_mac", inClientHello | inLegacyServerHello, writeEncryptThenMAC, readEncryptThenMAC},
	{extRenegotiationInfo, "renegotiation_info", inClientHello | inLegacyServerHello | inSSLServerHello, writeRenegotiationInfo, readRenegotiationInfo},
	{extSupportedGroups, "supported_groups", inClientHello | inEncryptedExtensions, writeSupportedGroups, readSupportedGroups},
	{extECPointFormats, "ec_point_formats", inClientHello | inLegacyServerHello, writeECPointFormats, readECPointFormats},
	{extSessionTicket, "session_ticket", inClientHello | inLegacyServerHello, writeSessionTicket, readSessionTicket},
	{extALPN, "application_layer_protocol_negotiation", inClientHello | inLegacyServerHello | inEncryptedExtensions, writeALPN, readALPN},
	{extSignatureAlgorithms, "signature_algorithms", inClientHello | inCertificateRequest, writeSignatureAlgorithms, readSignatureAlgorithms},
	{extCertificateAuthorities, "certificate_authorities", inClientHello | inCertificateRequest, writeCertificateAuthorities, readCertificateAuthorities},
	{extKeyShare, "key_share", inClientHello | inServerHello | inHelloRetryRequest, writeKeyShare, readKeyShare},
	{extSupportedVersions, "supported_versions", inClientHello | inServerHello | inHelloRetryRequest, writeSupportedVersions, readSupportedVersions},
	{extCookie, "cookie", inClientHello | inHelloRetryRequest, writeCookie, readCookie},
	{extPSKKeyExchangeModes, "psk_key_exchange_modes", inClientHello, writePSKKeyExchangeModes, readPSKKeyExchangeModes},
	{extMaxFragmentLength, "max_fragment_length", inClientHello | inLegacyServerHello | inEncryptedExtensions, writeMaxFragmentLength, readMaxFragmentLength},
	{extRecordSizeLimit, "record_size_limit", inClientHello | inLegacyServerHello | inEncryptedExtensions, writeRecordSizeLimit, readRecordSizeLimit},
	{extStatusRequest, "status_request", inClientHello | inLegacyServerHello | inCertificate | inCertificateRequest, writeStatusRequest, readStatusRequest},
	{extSignedCertificateTimestamp, "signed_certificate_timestamp", inClientHello | inLegacyServerHello | inCertificate | inCertificateRequest, nil, nil},
	{extEarlyData, "early_data", inClientHello | inEncryptedExtensions | inNewSessionTicket, writeEarlyData, readEarlyData},
	{extPreSharedKey, "pre_shared_key", inClientHello | inServerHello, writePreSharedKey, readPreSharedKey},
}

// An extensionSet is a set of rows of the table.
type extensionSet uint32

func (s extensionSet) has(id uint16) bool {
	i := extensionRow(id)
	return i >= 0 && s&(1<<i) != 0
}

func extensionRow(id uint16) int {
	for i := range extensions {
		if extensions[i].id == id {
			return i
		}
	}
	return -1
}

// appendExtensions appends the extensions of a message. A server answers only extensions that the
// client sent (RFC 9846 §4.3).
func (c *Conn) appendExtensions(dst []byte, p place) []byte {
	start := len(dst)
	dst = wire.OpenVector(dst, 2)
	for i := range extensions {
		x := &extensions[i]
		asked := c.side == client || p&unsolicited != 0 || c.hs.hello.seen&(1<<i) != 0
		if x.write == nil || x.in&p == 0 || !asked {
			continue
		}
		at := len(dst)
		dst = wire.AppendUint16(dst, x.id)
		dst = wire.OpenVector(dst, 2)
		body, send := x.write(c, p, dst)
		if !send {
			dst = dst[:at]
			continue
		}
		dst = wire.CloseVector(body, at+2, 2)
		if p == inClientHello {
			c.hs.hello.seen |= 1 << i
		}
	}
	return wire.CloseVector(dst, start, 2)
}

// readExtensions reads a message's extensions. Each may appear once, and only in its places.
func (c *Conn) readExtensions(p place, list wire.Extensions) (seen extensionSet, err error) {
	var unknown unknownExtensions
	for rest := list; len(rest) > 0; {
		var id uint16
		var body []byte
		id, body, rest = rest.Next()
		i := extensionRow(id)
		if i < 0 {
			if p&(inClientHello|inNewSessionTicket|inCertificateRequest) == 0 {
				return seen, fmt.Errorf("%w: %d", unsolicitedExtension, id)
			}
			if unknown.repeats(id) {
				return seen, fmt.Errorf("%w: %d", duplicateExtension, id)
			}
			continue
		}
		x := &extensions[i]
		switch {
		case seen&(1<<i) != 0:
			return seen, fmt.Errorf("%w: %s", duplicateExtension, x.name)
		case x.in&p == 0:
			return seen, fmt.Errorf("%w: %s", misplacedExtension, x.name)
		case c.side == client && p&unsolicited == 0 && c.hs.hello.seen&(1<<i) == 0:
			return seen, fmt.Errorf("%w: %s", unsolicitedExtension, x.name)
		case c.side == server && p == inCertificate: // this server requests none
			return seen, fmt.Errorf("%w: %s", unsolicitedExtension, x.name)
		case x.id == extPreSharedKey && p == inClientHello && len(rest) > 0:
			return seen, pskNotLast
		}
		seen |= 1 << i
		if x.read == nil {
			continue
		}
		if err := x.read(c, p, body); err != nil {
			return seen, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	return seen, nil
}

// unknownExtensions detects repeated extensions that the table does not have. It remembers the
// first 32 numbers; later ones may repeat, without effect.
type unknownExtensions struct {
	ids [32]uint16
	n   int
}

func (u *unknownExtensions) repeats(id uint16) bool {
	for _, other := range u.ids[:u.n] {
		if other == id {
			return true
		}
	}
	if u.n < len(u.ids) {
		u.ids[u.n] = id
		u.n++
	}
	return false
}

// findExtension returns the body of one extension; nil if the list does not have it.
func findExtension(list wire.Extensions, want uint16) []byte {
	for rest := list; len(rest) > 0; {
		var id uint16
		var body []byte
		if id, body, rest = rest.Next(); id == want {
			return body
		}
	}
	return nil
}

func wantEmpty(body []byte) error {
	if len(body) > 0 {
		return wire.ErrDecode
	}
	return nil
}
