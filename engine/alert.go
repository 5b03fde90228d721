package engine

import (
	"strconv"

	"tlslab/engine/record"
)

// An Alert is an alert description (RFC 9846 §6).
type Alert uint8

// The registry's alerts (IANA "TLS Alerts"). The table below says which of them
// belong to which versions.
const (
	AlertCloseNotify             Alert = 0
	AlertUnexpectedMessage       Alert = 10
	AlertBadRecordMAC            Alert = 20
	AlertDecryptionFailed        Alert = 21
	AlertRecordOverflow          Alert = 22
	AlertDecompressionFailure    Alert = 30
	AlertHandshakeFailure        Alert = 40
	AlertNoCertificate           Alert = 41
	AlertBadCertificate          Alert = 42
	AlertUnsupportedCertificate  Alert = 43
	AlertCertificateRevoked      Alert = 44
	AlertCertificateExpired      Alert = 45
	AlertCertificateUnknown      Alert = 46
	AlertIllegalParameter        Alert = 47
	AlertUnknownCA               Alert = 48
	AlertAccessDenied            Alert = 49
	AlertDecodeError             Alert = 50
	AlertDecryptError            Alert = 51
	AlertExportRestriction       Alert = 60
	AlertProtocolVersion         Alert = 70
	AlertInsufficientSecurity    Alert = 71
	AlertInternalError           Alert = 80
	AlertInappropriateFallback   Alert = 86
	AlertUserCanceled            Alert = 90
	AlertNoRenegotiation         Alert = 100
	AlertMissingExtension        Alert = 109
	AlertUnsupportedExtension    Alert = 110
	AlertCertificateUnobtainable Alert = 111
	AlertUnrecognizedName        Alert = 112
	AlertBadCertificateStatus    Alert = 113
	AlertBadCertificateHashValue Alert = 114
	AlertUnknownPSKIdentity      Alert = 115
	AlertCertificateRequired     Alert = 116
	AlertGeneralError            Alert = 117
	AlertNoApplicationProtocol   Alert = 120
	AlertECHRequired             Alert = 121
)

// An alertRow says in which versions an alert may be sent, and what the versions
// before have in its place.
type alertRow struct {
	name         string
	since, until Version
	before       Alert
}

// alerts is the registry: a peer may send any.
var alerts = map[Alert]alertRow{
	AlertCloseNotify:             {"close_notify", SSL30, TLS13, 0},
	AlertUnexpectedMessage:       {"unexpected_message", SSL30, TLS13, 0},
	AlertBadRecordMAC:            {"bad_record_mac", SSL30, TLS13, 0},
	AlertDecryptionFailed:        {"decryption_failed", TLS10, TLS10, AlertBadRecordMAC},
	AlertRecordOverflow:          {"record_overflow", TLS10, TLS13, AlertBadRecordMAC},
	AlertDecompressionFailure:    {"decompression_failure", SSL30, TLS12, 0},
	AlertHandshakeFailure:        {"handshake_failure", SSL30, TLS13, 0},
	AlertNoCertificate:           {"no_certificate", SSL30, SSL30, 0},
	AlertBadCertificate:          {"bad_certificate", SSL30, TLS13, 0},
	AlertUnsupportedCertificate:  {"unsupported_certificate", SSL30, TLS13, 0},
	AlertCertificateRevoked:      {"certificate_revoked", SSL30, TLS13, 0},
	AlertCertificateExpired:      {"certificate_expired", SSL30, TLS13, 0},
	AlertCertificateUnknown:      {"certificate_unknown", SSL30, TLS13, 0},
	AlertIllegalParameter:        {"illegal_parameter", SSL30, TLS13, 0},
	AlertUnknownCA:               {"unknown_ca", TLS10, TLS13, AlertCertificateUnknown},
	AlertAccessDenied:            {"access_denied", TLS10, TLS13, AlertHandshakeFailure},
	AlertDecodeError:             {"decode_error", TLS10, TLS13, AlertIllegalParameter},
	AlertDecryptError:            {"decrypt_error", TLS10, TLS13, AlertHandshakeFailure},
	AlertExportRestriction:       {"export_restriction", TLS10, TLS10, AlertHandshakeFailure},
	AlertProtocolVersion:         {"protocol_version", TLS10, TLS13, AlertHandshakeFailure},
	AlertInsufficientSecurity:    {"insufficient_security", TLS10, TLS13, AlertHandshakeFailure},
	AlertInternalError:           {"internal_error", TLS10, TLS13, AlertHandshakeFailure},
	AlertInappropriateFallback:   {"inappropriate_fallback", SSL30, TLS13, 0}, // whoever signals a fallback knows it (RFC 7507 §3)
	AlertUserCanceled:            {"user_canceled", TLS10, TLS13, AlertCloseNotify},
	AlertNoRenegotiation:         {"no_renegotiation", TLS10, TLS12, AlertHandshakeFailure}, // RFC 5746 §4.5
	AlertMissingExtension:        {"missing_extension", TLS13, TLS13, AlertHandshakeFailure},
	AlertUnsupportedExtension:    {"unsupported_extension", TLS10, TLS13, AlertIllegalParameter},
	AlertCertificateUnobtainable: {"certificate_unobtainable", TLS10, TLS12, AlertHandshakeFailure},
	AlertUnrecognizedName:        {"unrecognized_name", TLS10, TLS13, AlertHandshakeFailure},
	AlertBadCertificateStatus:    {"bad_certificate_status_response", TLS10, TLS13, AlertCertificateUnknown},
	AlertBadCertificateHashValue: {"bad_certificate_hash_value", TLS10, TLS12, AlertBadCertificate},
	AlertUnknownPSKIdentity:      {"unknown_psk_identity", TLS10, TLS13, AlertHandshakeFailure},
	AlertCertificateRequired:     {"certificate_required", TLS13, TLS13, AlertHandshakeFailure},
	AlertGeneralError:            {"general_error", TLS13, TLS13, AlertHandshakeFailure},
	AlertNoApplicationProtocol:   {"no_application_protocol", TLS10, TLS13, AlertHandshakeFailure},
	AlertECHRequired:             {"ech_required", TLS13, TLS13, AlertHandshakeFailure},
}

// String returns the RFC's name of the alert.
func (a Alert) String() string {
	if row, ok := alerts[a]; ok {
		return row.name
	}
	return "alert " + strconv.Itoa(int(a))
}

// The levels of an alert. TLS 1.3 judges by the description alone.
const (
	levelWarning = 1
	levelFatal   = 2
)

// An AlertLevel is the level of an alert as it is written on the wire.
type AlertLevel uint8

var levelNames = [...]string{"level 0", "warning", "fatal"}

// String returns the RFC's name of the level.
func (l AlertLevel) String() string { return nameOf(levelNames[:], l) }

// in returns the alert that a version has for a description: SSL 3.0, for one,
// has twelve for all that can happen (RFC 6101 §5.4.2).
func (a Alert) in(v Version) Alert {
	for row := alerts[a]; v < row.since; row = alerts[a] {
		a = row.before
	}
	return a
}

// A warning is an alert that flights.go has rows for.
type warning struct {
	message Message
	alert   Alert
	after   func(*Conn) error // what both sides do where it stands in a message's place
}

var warnings = [...]warning{
	{UnrecognizedName, AlertUnrecognizedName, nil},
	{NoCertificate, AlertNoCertificate, (*Conn).afterNoCertificate},
}

func warningRow(m Message) *warning {
	for i := range warnings {
		if warnings[i].message == m {
			return &warnings[i]
		}
	}
	return nil
}

// warn sends the alert of a row, behind the messages built so far, in a record of the
// version that is agreed on, which the ServerHello may not have told yet.
func (c *Conn) warn(m Message) error {
	if err := c.sealMessages(); err != nil {
		return err
	}
	c.out.SetVersion(c.legacyVersion())
	w := warningRow(m)
	c.sealAlert(levelWarning, w.alert)
	if w.after == nil {
		return nil
	}
	return w.after(c)
}

// warned takes an alert that stands in the place of a message, where it is awaited.
func (c *Conn) warned(a Alert) (awaited bool, err error) {
	for i := range warnings {
		w := &warnings[i]
		if w.alert != a || w.after == nil || !c.awaits(w.message) {
			continue
		}
		if _, err := c.awaited(w.message); err != nil {
			return true, err
		}
		if err := w.after(c); err != nil {
			return true, err
		}
		c.at++
		return true, c.run()
	}
	return false, nil
}

// alertVersion is the version by which alerts are chosen: the one agreed on, or
// else the highest that can be. So protocol_version is said in its own word, also
// to a client that may not know it (RFC 5246 §E.1).
func (c *Conn) alertVersion() Version {
	if c.info.Version != 0 {
		return c.info.Version
	}
	return c.cfg.maxVersion()
}

// sealAlert queues an alert. If not even that can be sealed, nothing is sent.
func (c *Conn) sealAlert(level byte, a Alert) {
	if out, err := c.sealRecord(c.records, record.Alert, []byte{level, byte(a)}); err == nil {
		c.records = out
	}
}

// takeAlert acts on the peer's alert. Besides close_notify, user_canceled and
// the warnings of versions up to TLS 1.2, each ends the connection (RFC 9846 §6,
// RFC 5246 §7.2).
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
		if c.unread > 0 {
			return Event{}, interleaved
		}
		if awaited, err := c.warned(a); awaited || err != nil {
			return Event{}, err
		}
		return Event{}, c.idles()
	case level != levelFatal && c.info.Version != TLS13:
		return Event{}, badAlertLevel
	}
	e := explain(peerAlert)
	e.Alert = a
	return Event{}, e
}
