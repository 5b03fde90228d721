// Package alert names the alerts of SSL 3.0 to TLS 1.3: their descriptions, their levels, and the
// versions that have them (RFC 9846 §6, RFC 5246 §7.2, RFC 6101 §5.4.2; IANA "TLS Alerts").
package alert

import (
	"iter"
	"maps"
	"strconv"

	"tlslab/engine/protocol"
)

// A Description says what an alert means (AlertDescription on the wire).
type Description uint8

// The descriptions of the registry. Not every version has each: see Description.In.
const (
	CloseNotify             Description = 0
	UnexpectedMessage       Description = 10
	BadRecordMAC            Description = 20
	DecryptionFailed        Description = 21
	RecordOverflow          Description = 22
	DecompressionFailure    Description = 30
	HandshakeFailure        Description = 40
	NoCertificate           Description = 41
	BadCertificate          Description = 42
	UnsupportedCertificate  Description = 43
	CertificateRevoked      Description = 44
	CertificateExpired      Description = 45
	CertificateUnknown      Description = 46
	IllegalParameter        Description = 47
	UnknownCA               Description = 48
	AccessDenied            Description = 49
	DecodeError             Description = 50
	DecryptError            Description = 51
	ExportRestriction       Description = 60
	ProtocolVersion         Description = 70
	InsufficientSecurity    Description = 71
	InternalError           Description = 80
	InappropriateFallback   Description = 86
	UserCanceled            Description = 90
	NoRenegotiation         Description = 100
	MissingExtension        Description = 109
	UnsupportedExtension    Description = 110
	CertificateUnobtainable Description = 111
	UnrecognizedName        Description = 112
	BadCertificateStatus    Description = 113
	BadCertificateHashValue Description = 114
	UnknownPSKIdentity      Description = 115
	CertificateRequired     Description = 116
	GeneralError            Description = 117
	NoApplicationProtocol   Description = 120
	ECHRequired             Description = 121
)

// A row holds the first and the last version that have a description, and the description that
// versions before since send in its place.
type row struct {
	name         string
	since, until protocol.Version
	before       Description
}

const (
	ssl30 = protocol.SSL30
	tls10 = protocol.TLS10
	tls12 = protocol.TLS12
	tls13 = protocol.TLS13
)

// table holds every description of the registry: a peer may send any of them.
var table = map[Description]row{
	CloseNotify:             {"close_notify", ssl30, tls13, 0},
	UnexpectedMessage:       {"unexpected_message", ssl30, tls13, 0},
	BadRecordMAC:            {"bad_record_mac", ssl30, tls13, 0},
	DecryptionFailed:        {"decryption_failed", tls10, tls10, BadRecordMAC},
	RecordOverflow:          {"record_overflow", tls10, tls13, BadRecordMAC},
	DecompressionFailure:    {"decompression_failure", ssl30, tls12, 0},
	HandshakeFailure:        {"handshake_failure", ssl30, tls13, 0},
	NoCertificate:           {"no_certificate", ssl30, ssl30, 0},
	BadCertificate:          {"bad_certificate", ssl30, tls13, 0},
	UnsupportedCertificate:  {"unsupported_certificate", ssl30, tls13, 0},
	CertificateRevoked:      {"certificate_revoked", ssl30, tls13, 0},
	CertificateExpired:      {"certificate_expired", ssl30, tls13, 0},
	CertificateUnknown:      {"certificate_unknown", ssl30, tls13, 0},
	IllegalParameter:        {"illegal_parameter", ssl30, tls13, 0},
	UnknownCA:               {"unknown_ca", tls10, tls13, CertificateUnknown},
	AccessDenied:            {"access_denied", tls10, tls13, HandshakeFailure},
	DecodeError:             {"decode_error", tls10, tls13, IllegalParameter},
	DecryptError:            {"decrypt_error", tls10, tls13, HandshakeFailure},
	ExportRestriction:       {"export_restriction", tls10, tls10, HandshakeFailure},
	ProtocolVersion:         {"protocol_version", tls10, tls13, HandshakeFailure},
	InsufficientSecurity:    {"insufficient_security", tls10, tls13, HandshakeFailure},
	InternalError:           {"internal_error", tls10, tls13, HandshakeFailure},
	InappropriateFallback:   {"inappropriate_fallback", ssl30, tls13, 0}, // RFC 7507 §3
	UserCanceled:            {"user_canceled", tls10, tls13, CloseNotify},
	NoRenegotiation:         {"no_renegotiation", tls10, tls12, HandshakeFailure}, // RFC 5746 §4.5
	MissingExtension:        {"missing_extension", tls13, tls13, HandshakeFailure},
	UnsupportedExtension:    {"unsupported_extension", tls10, tls13, IllegalParameter},
	CertificateUnobtainable: {"certificate_unobtainable", tls10, tls12, HandshakeFailure},
	UnrecognizedName:        {"unrecognized_name", tls10, tls13, HandshakeFailure},
	BadCertificateStatus:    {"bad_certificate_status_response", tls10, tls13, CertificateUnknown},
	BadCertificateHashValue: {"bad_certificate_hash_value", tls10, tls12, BadCertificate},
	UnknownPSKIdentity:      {"unknown_psk_identity", tls10, tls13, HandshakeFailure},
	CertificateRequired:     {"certificate_required", tls13, tls13, HandshakeFailure},
	GeneralError:            {"general_error", tls13, tls13, HandshakeFailure},
	NoApplicationProtocol:   {"no_application_protocol", tls10, tls13, HandshakeFailure},
	ECHRequired:             {"ech_required", tls13, tls13, HandshakeFailure},
}

// All yields every description of the registry, in no particular order.
func All() iter.Seq[Description] { return maps.Keys(table) }

// String returns the RFC's name, such as "close_notify", or "alert 200" for an unregistered number.
func (d Description) String() string {
	if r, ok := table[d]; ok {
		return r.name
	}
	return "alert " + strconv.Itoa(int(d))
}

// In returns the description that a version sends in place of d: d itself, unless d is newer than
// the version. It does not replace descriptions that a later version has dropped. SSL 3.0 has
// twelve descriptions (RFC 6101 §5.4.2).
func (d Description) In(v protocol.Version) Description {
	for r := table[d]; v < r.since; r = table[d] {
		d = r.before
	}
	return d
}

// A Level is the level of an alert (AlertLevel on the wire). TLS 1.3 ignores it: the description
// alone says whether an alert ends the connection (RFC 9846 §6).
type Level uint8

// The levels.
const (
	Warning Level = 1
	Fatal   Level = 2
)

// String returns the RFC's name, "warning" or "fatal", or "level 3" for an undefined level.
func (l Level) String() string {
	switch l {
	case Warning:
		return "warning"
	case Fatal:
		return "fatal"
	}
	return "level " + strconv.Itoa(int(l))
}
