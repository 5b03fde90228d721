package engine

import (
	"strconv"

	"tlslab/engine/record"
)

// An Alert is an alert description (RFC 9846 §6).
type Alert uint8

// The alerts that are sent or acted upon by name.
const (
	AlertCloseNotify            Alert = 0
	AlertUnexpectedMessage      Alert = 10
	AlertBadRecordMAC           Alert = 20
	AlertRecordOverflow         Alert = 22
	AlertDecompressionFailure   Alert = 30
	AlertHandshakeFailure       Alert = 40
	AlertBadCertificate         Alert = 42
	AlertUnsupportedCertificate Alert = 43
	AlertCertificateRevoked     Alert = 44
	AlertCertificateExpired     Alert = 45
	AlertCertificateUnknown     Alert = 46
	AlertIllegalParameter       Alert = 47
	AlertUnknownCA              Alert = 48
	AlertDecodeError            Alert = 50
	AlertDecryptError           Alert = 51
	AlertProtocolVersion        Alert = 70
	AlertInsufficientSecurity   Alert = 71
	AlertInternalError          Alert = 80
	AlertInappropriateFallback  Alert = 86
	AlertUserCanceled           Alert = 90
	AlertMissingExtension       Alert = 109
	AlertUnsupportedExtension   Alert = 110
	AlertUnrecognizedName       Alert = 112
	AlertBadCertificateStatus   Alert = 113 // bad_certificate_status_response
	AlertCertificateRequired    Alert = 116
	AlertNoApplicationProtocol  Alert = 120
)

// alertNames are the registry's (IANA "TLS Alerts"): a peer may send any.
var alertNames = map[Alert]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	60:  "export_restriction",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	117: "general_error",
	120: "no_application_protocol",
	121: "ech_required",
}

// String returns the RFC's name of the alert.
func (a Alert) String() string {
	if name, ok := alertNames[a]; ok {
		return name
	}
	return "alert " + strconv.Itoa(int(a))
}

// The levels of an alert. TLS 1.3 judges by the description alone.
const (
	levelWarning = 1
	levelFatal   = 2
)

// oldAlerts are what SSL 3.0 has for alerts that came with TLS (RFC 6101 §5.4.2);
// those without a row are SSL 3.0's own, or are sent to clients that know them
// because they asked for them.
var oldAlerts = map[Alert]Alert{
	AlertRecordOverflow:        AlertBadRecordMAC,
	AlertUnknownCA:             AlertCertificateUnknown,
	AlertDecodeError:           AlertIllegalParameter,
	AlertDecryptError:          AlertHandshakeFailure,
	AlertProtocolVersion:       AlertHandshakeFailure,
	AlertInternalError:         AlertHandshakeFailure,
	AlertBadCertificateStatus:  AlertCertificateUnknown,
	AlertMissingExtension:      AlertHandshakeFailure,
	AlertUnsupportedExtension:  AlertIllegalParameter,
	AlertNoApplicationProtocol: AlertHandshakeFailure,
}

// known returns the alert that the version has for a description.
func (c *Conn) known(a Alert) Alert {
	if c.info.Version != SSL30 && (c.info.Version != 0 || c.cfg.maxVersion() != SSL30) {
		return a
	}
	if old, ok := oldAlerts[a]; ok {
		return old
	}
	return a
}

// warnings are the alerts that flights.go has rows for.
var warnings = map[Message]Alert{UnrecognizedName: AlertUnrecognizedName}

// warn sends the alert of a row, behind the messages built so far.
func (c *Conn) warn(m Message) error {
	if err := c.sealMessages(); err != nil {
		return err
	}
	c.sealAlert(levelWarning, warnings[m])
	return nil
}

// sealAlert queues an alert. If not even that can be sealed, nothing is sent.
func (c *Conn) sealAlert(level byte, a Alert) {
	if out, err := c.sealRecord(c.records, record.Alert, []byte{level, byte(a)}); err == nil {
		c.records = out
	}
}

// takeAlert acts on the peer's alert. Besides close_notify, user_canceled and
// TLS 1.2's warnings, each ends the connection (RFC 9846 §6, RFC 5246 §7.2).
func (c *Conn) takeAlert(plain []byte) (Event, error) {
	if len(plain) == 0 {
		return Event{}, emptyFragment
	}
	if len(plain) != 2 {
		return Event{}, badAlert
	}
	level, a := plain[0], Alert(plain[1])
	switch {
	case a == AlertCloseNotify:
		c.peerClosed = true
		return Event{Kind: EventClosed}, nil
	case a == AlertUserCanceled, level == levelWarning && c.info.Version != TLS13:
		return Event{}, c.idles()
	}
	e := explain(peerAlert)
	e.Alert = a
	return Event{}, e
}
