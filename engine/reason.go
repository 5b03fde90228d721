package engine

import (
	"errors"

	"tlslab/engine/alert"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// A reason is why a connection fails. A function returns a reason, or an error with details that
// wraps it. The table reasons has its alert, fault, text and section.
type reason uint8

const (
	internalError reason = iota
	badConfig
	notStarted
	notDone
	closed
	noKeyUpdate
	keysSpent
	truncated
	unexpectedMessage
	spansKeyChange
	interleaved
	emptyFragment
	badChangeCipherSpec
	tooManyIdleRecords
	dataBeforeDone
	earlyLimit
	earlyRejected
	tooMuchEarlyData
	badEarlyData
	decodeError
	messageTooLong
	badRecordMAC
	recordOverflow
	decompressionFailed
	unexpectedRecord
	notTLS
	noCommonVersion
	noCommonSuite
	noCommonGroup
	noCommonFFDHEGroup
	unknownFFDHEGroup
	noCommonSignature
	noCommonProtocol
	unknownName
	badCompression
	downgraded
	inappropriateFallback
	unknownChoice
	changedChoice
	changedHello
	pointlessRetry
	badSessionID
	duplicateExtension
	misplacedExtension
	unsolicitedExtension
	missingExtension
	pskNotLast
	badExtension
	unknownPSK
	badBinder
	badShare
	badShares
	badFinished
	badSignature
	noCertificate
	certificateMissing
	certificateRequired
	badCertificate
	unsupportedCertificate
	certificateExpired
	certificateUnknown
	unknownAuthority
	certificateRevoked
	badOCSPResponse
	noStaple
	noOCSPAnswer
	unexpectedOCSPResponse
	wrongKeyType
	notAdmitted
	masterSecretMismatch
	badKeyUpdate
	badTicket
	badRenegotiation
	noRenegotiation
	tooManyRequests
	badAlert
	badAlertLevel
	peerAlert
	numReasons
)

// reasons is the one table from an error to its alert.
var reasons = [numReasons]struct {
	alert   alert.Description
	fault   Fault
	why     string
	section string
}{
	internalError: {alert.InternalError, FaultLocal, "internal error", ""},
	badConfig:     {alert.InternalError, FaultLocal, "invalid configuration", ""},
	notStarted:    {alert.InternalError, FaultLocal, "connection not started", ""},
	notDone:       {alert.InternalError, FaultLocal, "application data before the handshake is complete", ""},
	closed:        {alert.InternalError, FaultLocal, "data sent after Close", ""},
	noKeyUpdate:   {alert.InternalError, FaultLocal, "KeyUpdate outside an established TLS 1.3 connection", "RFC 9846 §4.7.3"},
	keysSpent:     {alert.InternalError, FaultLocal, "the sending keys have protected as many records as they may", "RFC 5246 §6.1"},
	truncated:     {alert.CloseNotify, FaultPeer, "the transport ended without close_notify", "RFC 9846 §6.1"},

	unexpectedMessage:   {alert.UnexpectedMessage, FaultPeer, "unexpected message", "RFC 9846 §4"},
	spansKeyChange:      {alert.UnexpectedMessage, FaultPeer, "handshake message spans a change of keys", "RFC 9846 §5.1"},
	interleaved:         {alert.UnexpectedMessage, FaultPeer, "another record inside a fragmented handshake message", "RFC 9846 §5.1"},
	emptyFragment:       {alert.UnexpectedMessage, FaultPeer, "empty handshake or alert record", "RFC 9846 §5.1"},
	badChangeCipherSpec: {alert.UnexpectedMessage, FaultPeer, "malformed change_cipher_spec", "RFC 9846 §5"},
	tooManyIdleRecords:  {alert.UnexpectedMessage, FaultPeer, "more records in a row without data than this side accepts", ""},
	dataBeforeDone:      {alert.UnexpectedMessage, FaultPeer, "application data before the handshake is complete", "RFC 9846 §5"},

	earlyLimit:       {alert.InternalError, FaultLocal, "more early data than the ticket allows", "RFC 9846 §4.3.10"},
	earlyRejected:    {alert.InternalError, FaultLocal, "early data was rejected: application data waits for the handshake", "RFC 9846 §4.3.10"},
	tooMuchEarlyData: {alert.UnexpectedMessage, FaultPeer, "more early data than allowed", "RFC 9846 §4.3.10"},
	badEarlyData:     {alert.IllegalParameter, FaultPeer, "the server accepted early data that it must reject", "RFC 9846 §4.3.10"},

	decodeError:         {alert.DecodeError, FaultPeer, "malformed message", "RFC 9846 §6.2"},
	messageTooLong:      {alert.DecodeError, FaultPeer, "handshake message too long", "RFC 9846 §6.2"},
	badRecordMAC:        {alert.BadRecordMAC, FaultPeer, "record does not authenticate", "RFC 9846 §5.2"},
	recordOverflow:      {alert.RecordOverflow, FaultPeer, "record too long", "RFC 9846 §5.2"},
	decompressionFailed: {alert.DecompressionFailure, FaultPeer, "record does not decompress", "RFC 5246 §6.2.2"},
	unexpectedRecord:    {alert.UnexpectedMessage, FaultPeer, "unexpected record", "RFC 9846 §5"},
	notTLS:              {alert.ProtocolVersion, FaultPeer, "not a TLS record", "RFC 9846 §5.1"},

	noCommonVersion:       {alert.ProtocolVersion, FaultPeer, "no common version", "RFC 9846 §4.3.1"},
	noCommonSuite:         {alert.HandshakeFailure, FaultPeer, "no common cipher suite", "RFC 9846 §4.2.1"},
	noCommonGroup:         {alert.HandshakeFailure, FaultPeer, "no common group", "RFC 9846 §4.2.1"},
	noCommonFFDHEGroup:    {alert.InsufficientSecurity, FaultPeer, "no common FFDHE group", "RFC 7919 §4"},
	unknownFFDHEGroup:     {alert.InsufficientSecurity, FaultPeer, "unknown FFDHE parameters", "RFC 7919 §3.1"},
	noCommonSignature:     {alert.HandshakeFailure, FaultPeer, "no certificate and signature scheme that the peer accepts", "RFC 9846 §4.2.1"},
	noCommonProtocol:      {alert.NoApplicationProtocol, FaultPeer, "no common application protocol", "RFC 7301 §3.2"},
	unknownName:           {alert.UnrecognizedName, FaultPeer, "no certificate matches server_name", "RFC 6066 §3"},
	badCompression:        {alert.IllegalParameter, FaultPeer, "illegal compression method", "RFC 9846 §4.2.2"},
	downgraded:            {alert.IllegalParameter, FaultPeer, "downgrade sentinel in the server's random", "RFC 9846 §4.2.3"},
	inappropriateFallback: {alert.InappropriateFallback, FaultPeer, "inappropriate fallback to a lower version", "RFC 7507 §3"},
	unknownChoice:         {alert.IllegalParameter, FaultPeer, "the peer chose what was not offered", "RFC 9846 §4.2.3"},
	changedChoice:         {alert.IllegalParameter, FaultPeer, "changed choice after the HelloRetryRequest", "RFC 9846 §4.2.4"},
	changedHello:          {alert.IllegalParameter, FaultPeer, "the second ClientHello differs from the first", "RFC 9846 §4.2.2"},
	pointlessRetry:        {alert.IllegalParameter, FaultPeer, "the HelloRetryRequest changes nothing", "RFC 9846 §4.2.4"},
	badSessionID:          {alert.IllegalParameter, FaultPeer, "the server did not echo the session ID", "RFC 9846 §4.2.3"},

	duplicateExtension:   {alert.IllegalParameter, FaultPeer, "repeated extension", "RFC 9846 §4.3"},
	misplacedExtension:   {alert.IllegalParameter, FaultPeer, "extension in a message where it is not allowed", "RFC 9846 §4.3"},
	unsolicitedExtension: {alert.UnsupportedExtension, FaultPeer, "extension that was not requested", "RFC 9846 §4.3"},
	missingExtension:     {alert.MissingExtension, FaultPeer, "missing extension", "RFC 9846 §9.2"},
	pskNotLast:           {alert.IllegalParameter, FaultPeer, "pre_shared_key is not last", "RFC 9846 §4.3.11"},
	badExtension:         {alert.IllegalParameter, FaultPeer, "illegal extension", "RFC 9846 §4.3"},

	unknownPSK:   {alert.UnknownPSKIdentity, FaultPeer, "no known PSK, and no certificate-based handshake offered", "RFC 9846 §6.2"},
	badBinder:    {alert.DecryptError, FaultPeer, "PSK binder does not verify", "RFC 9846 §4.3.11"},
	badShare:     {alert.IllegalParameter, FaultPeer, "bad key share", "RFC 9846 §4.3.8"},
	badShares:    {alert.IllegalParameter, FaultPeer, "key shares do not match supported_groups in its order", "RFC 9846 §4.3.8"},
	badFinished:  {alert.DecryptError, FaultPeer, "Finished does not verify", "RFC 9846 §4.5.3"},
	badSignature: {alert.DecryptError, FaultPeer, "handshake signature does not verify", "RFC 9846 §4.5.2"},

	noCertificate:          {alert.DecodeError, FaultPeer, "the server sent no certificate", "RFC 9846 §4.5.1.3"},
	certificateMissing:     {alert.HandshakeFailure, FaultPeer, "the client sent no certificate", "RFC 5246 §7.4.6"},
	certificateRequired:    {alert.CertificateRequired, FaultPeer, "the client sent no certificate", "RFC 9846 §4.5.1.3"},
	badCertificate:         {alert.BadCertificate, FaultPeer, "bad certificate", "RFC 9846 §4.5.1.3"},
	unsupportedCertificate: {alert.UnsupportedCertificate, FaultPeer, "unsupported certificate", "RFC 9846 §4.5.1.3"},
	certificateExpired:     {alert.CertificateExpired, FaultPeer, "certificate expired or not yet valid", "RFC 9846 §6.2"},
	unknownAuthority:       {alert.UnknownCA, FaultPeer, "unknown certificate authority", "RFC 9846 §6.2"},
	certificateRevoked:     {alert.CertificateRevoked, FaultPeer, "certificate revoked", "RFC 9846 §6.2"},
	badOCSPResponse:        {alert.BadCertificateStatus, FaultPeer, "bad OCSP response", "RFC 6066 §8"},
	noStaple:               {alert.BadCertificateStatus, FaultPeer, "the server stapled no OCSP response", "RFC 6066 §8"},
	noOCSPAnswer:           {alert.CertificateUnknown, FaultPeer, "no answer from the OCSP responder", "RFC 6960 §2"},
	unexpectedOCSPResponse: {alert.InternalError, FaultLocal, "OCSPResponse called while the client does not wait", ""},
	certificateUnknown:     {alert.CertificateUnknown, FaultPeer, "unacceptable certificate", "RFC 9846 §6.2"},
	wrongKeyType:           {alert.IllegalParameter, FaultPeer, "the certificate's key does not fit the suite", "RFC 5246 §7.4.2"},
	notAdmitted:            {alert.AccessDenied, FaultPeer, "Admit refused the peer", "RFC 9846 §6.2"},

	masterSecretMismatch: {alert.HandshakeFailure, FaultPeer, "extended_master_secret differs from the session", "RFC 7627 §5.3"},
	badKeyUpdate:         {alert.IllegalParameter, FaultPeer, "illegal KeyUpdate", "RFC 9846 §4.7.3"},
	badTicket:            {alert.IllegalParameter, FaultPeer, "illegal ticket lifetime", "RFC 9846 §4.7.1"},
	badRenegotiation:     {alert.HandshakeFailure, FaultPeer, "renegotiation_info is not empty", "RFC 5746 §3.4"},
	noRenegotiation:      {alert.NoRenegotiation, FaultPeer, "renegotiation refused", "RFC 5746 §4.5"},
	tooManyRequests:      {alert.UnexpectedMessage, FaultPeer, "more requests for renegotiation than this side declines", ""},
	badAlert:             {alert.DecodeError, FaultPeer, "malformed alert", "RFC 9846 §6"},
	badAlertLevel:        {alert.IllegalParameter, FaultPeer, "alert level is neither warning nor fatal", "RFC 5246 §7.2"},
	peerAlert:            {0, FaultRemote, "the peer sent an alert", "RFC 9846 §6"},
}

// Error returns the text of the table.
func (r reason) Error() string { return reasons[r].why }

// errorReasons maps errors of other packages to reasons.
var errorReasons = []struct {
	err    error
	reason reason
}{
	{wire.ErrDecode, decodeError},
	{record.ErrBadMAC, badRecordMAC},
	{record.ErrOverflow, recordOverflow},
	{record.ErrMalformed, decodeError},
	{record.ErrDecompression, decompressionFailed},
	{record.ErrUnexpected, unexpectedRecord},
	{kx.ErrBadShare, badShare},
	{pki.ErrRevoked, certificateRevoked}, // OCSP errors first: they may wrap a ChainFault
	{pki.ErrOCSPUnknown, badOCSPResponse},
	{pki.ErrOCSPStale, badOCSPResponse},
	{pki.ErrOCSPSigner, badOCSPResponse},
	{pki.ErrOCSPOther, badOCSPResponse},
	{pki.ErrOCSPMalformed, badOCSPResponse},
	{pki.ErrOCSPUnavailable, badOCSPResponse},
	{pki.FaultBadSignature, badCertificate},
	{pki.FaultMalformed, badCertificate},
	{pki.FaultNotCA, certificateUnknown},
	{pki.FaultWrongName, badCertificate},
	{pki.FaultUnsupported, unsupportedCertificate},
	{pki.FaultWrongUsage, unsupportedCertificate},
	{pki.FaultExpired, certificateExpired},
	{pki.FaultNotYetValid, certificateExpired},
	{pki.FaultUnknownCA, unknownAuthority},
}

// explain makes the Error that the caller receives from an error that wraps a reason, or an error
// of errorReasons. Any other error is an internal error.
func explain(err error) *Error {
	var made *Error
	if errors.As(err, &made) {
		return made
	}
	why := internalError
	if !errors.As(err, &why) {
		for _, f := range errorReasons {
			if errors.Is(err, f.err) {
				why = f.reason
				break
			}
		}
	}
	row := &reasons[why]
	e := &Error{Alert: row.alert, Fault: row.fault, Why: row.why, Section: row.section, Err: err}
	if err == error(why) {
		e.Err = nil
	}
	return e
}
