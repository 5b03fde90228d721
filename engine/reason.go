package engine

import (
	"errors"

	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// A reason is why a connection fails. Steps return reasons, wrapped with
// what was seen; the reasons table says which alert each one is.
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
	noCommonField
	unknownField
	noCommonSignature
	noCommonProtocol
	unknownName
	badCompression
	downgraded
	needlessFallback
	unknownChoice
	changedChoice
	changedHello
	uselessRetry
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
	badStatus
	noStatus
	noAuthority
	statusUnwanted
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
	alert   Alert
	fault   Fault
	why     string
	section string
}{
	internalError: {AlertInternalError, FaultLocal, "internal error", ""},
	badConfig:     {AlertInternalError, FaultLocal, "configuration cannot work", ""},
	notStarted:    {AlertInternalError, FaultLocal, "connection not started", ""},
	notDone:       {AlertInternalError, FaultLocal, "application data before the handshake is complete", ""},
	closed:        {AlertInternalError, FaultLocal, "sending after Close", ""},
	noKeyUpdate:   {AlertInternalError, FaultLocal, "KeyUpdate outside an established TLS 1.3 connection", "RFC 9846 §4.7.3"},
	keysSpent:     {AlertInternalError, FaultLocal, "keys that have protected as many records as they may", "RFC 5246 §6.1"},
	truncated:     {AlertCloseNotify, FaultPeer, "transport ended without it", "RFC 9846 §6.1"},

	unexpectedMessage:   {AlertUnexpectedMessage, FaultPeer, "unexpected message", "RFC 9846 §4"},
	spansKeyChange:      {AlertUnexpectedMessage, FaultPeer, "handshake message across a change of keys", "RFC 9846 §5.1"},
	interleaved:         {AlertUnexpectedMessage, FaultPeer, "record inside a fragmented handshake message", "RFC 9846 §5.1"},
	emptyFragment:       {AlertUnexpectedMessage, FaultPeer, "empty handshake or alert record", "RFC 9846 §5.1"},
	badChangeCipherSpec: {AlertUnexpectedMessage, FaultPeer, "malformed change_cipher_spec", "RFC 9846 §5"},
	tooManyIdleRecords:  {AlertUnexpectedMessage, FaultPeer, "too many records without data", "RFC 9846 §5"},
	dataBeforeDone:      {AlertUnexpectedMessage, FaultPeer, "application data before the handshake is complete", "RFC 9846 §5"},

	earlyLimit:       {AlertInternalError, FaultLocal, "more early data than the ticket allows", "RFC 9846 §4.3.10"},
	earlyRejected:    {AlertInternalError, FaultLocal, "early data was rejected: application data waits for the handshake", "RFC 9846 §4.3.10"},
	tooMuchEarlyData: {AlertUnexpectedMessage, FaultPeer, "more early data than allowed", "RFC 9846 §4.3.10"},
	badEarlyData:     {AlertIllegalParameter, FaultPeer, "early data accepted that cannot have been", "RFC 9846 §4.3.10"},

	decodeError:         {AlertDecodeError, FaultPeer, "malformed message", "RFC 9846 §6.2"},
	messageTooLong:      {AlertDecodeError, FaultPeer, "handshake message too long", "RFC 9846 §6.2"},
	badRecordMAC:        {AlertBadRecordMAC, FaultPeer, "record does not authenticate", "RFC 9846 §5.2"},
	recordOverflow:      {AlertRecordOverflow, FaultPeer, "record too long", "RFC 9846 §5.2"},
	decompressionFailed: {AlertDecompressionFailure, FaultPeer, "record does not decompress", "RFC 5246 §6.2.2"},
	unexpectedRecord:    {AlertUnexpectedMessage, FaultPeer, "unexpected record", "RFC 9846 §5"},
	notTLS:              {AlertProtocolVersion, FaultPeer, "not a TLS record", "RFC 9846 §5.1"},

	noCommonVersion:   {AlertProtocolVersion, FaultPeer, "no common version", "RFC 9846 §4.3.1"},
	noCommonSuite:     {AlertHandshakeFailure, FaultPeer, "no common cipher suite", "RFC 9846 §4.2.1"},
	noCommonGroup:     {AlertHandshakeFailure, FaultPeer, "no common group", "RFC 9846 §4.2.1"},
	noCommonField:     {AlertInsufficientSecurity, FaultPeer, "no common finite-field group", "RFC 7919 §4"},
	unknownField:      {AlertInsufficientSecurity, FaultPeer, "finite field that is none of ours", "RFC 7919 §3.1"},
	noCommonSignature: {AlertHandshakeFailure, FaultPeer, "no certificate that suits the peer", "RFC 9846 §4.2.1"},
	noCommonProtocol:  {AlertNoApplicationProtocol, FaultPeer, "no common application protocol", "RFC 7301 §3.2"},
	unknownName:       {AlertUnrecognizedName, FaultPeer, "no certificate for the server's name", "RFC 6066 §3"},
	badCompression:    {AlertIllegalParameter, FaultPeer, "illegal compression method", "RFC 9846 §4.2.2"},
	downgraded:        {AlertIllegalParameter, FaultPeer, "downgrade sentinel in the server's random", "RFC 9846 §4.2.3"},
	needlessFallback:  {AlertInappropriateFallback, FaultPeer, "fallback to a version lower than need be", "RFC 7507 §3"},
	unknownChoice:     {AlertIllegalParameter, FaultPeer, "choice that was not offered", "RFC 9846 §4.2.3"},
	changedChoice:     {AlertIllegalParameter, FaultPeer, "choice changed after the HelloRetryRequest", "RFC 9846 §4.2.4"},
	changedHello:      {AlertIllegalParameter, FaultPeer, "second ClientHello differs from the first", "RFC 9846 §4.2.2"},
	uselessRetry:      {AlertIllegalParameter, FaultPeer, "HelloRetryRequest that changes nothing", "RFC 9846 §4.2.4"},
	badSessionID:      {AlertIllegalParameter, FaultPeer, "session ID not echoed", "RFC 9846 §4.2.3"},

	duplicateExtension:   {AlertIllegalParameter, FaultPeer, "extension repeated", "RFC 9846 §4.3"},
	misplacedExtension:   {AlertIllegalParameter, FaultPeer, "extension in the wrong message", "RFC 9846 §4.3"},
	unsolicitedExtension: {AlertUnsupportedExtension, FaultPeer, "extension that was not offered", "RFC 9846 §4.3"},
	missingExtension:     {AlertMissingExtension, FaultPeer, "extension missing", "RFC 9846 §9.2"},
	pskNotLast:           {AlertIllegalParameter, FaultPeer, "pre_shared_key is not last", "RFC 9846 §4.3.11"},
	badExtension:         {AlertIllegalParameter, FaultPeer, "illegal extension", "RFC 9846 §4.3"},

	unknownPSK:   {AlertUnknownPSKIdentity, FaultPeer, "no PSK that is known, and nothing to go on without", "RFC 9846 §6.2"},
	badBinder:    {AlertDecryptError, FaultPeer, "PSK binder does not verify", "RFC 9846 §4.3.11"},
	badShare:     {AlertIllegalParameter, FaultPeer, "bad key share", "RFC 9846 §4.3.8"},
	badShares:    {AlertIllegalParameter, FaultPeer, "key shares that are not for the groups offered, in their order", "RFC 9846 §4.3.8"},
	badFinished:  {AlertDecryptError, FaultPeer, "Finished does not verify", "RFC 9846 §4.5.3"},
	badSignature: {AlertDecryptError, FaultPeer, "handshake signature does not verify", "RFC 9846 §4.5.2"},

	noCertificate:          {AlertDecodeError, FaultPeer, "server without a certificate", "RFC 9846 §4.5.1.3"},
	certificateMissing:     {AlertHandshakeFailure, FaultPeer, "client without the certificate that is required", "RFC 5246 §7.4.6"},
	certificateRequired:    {AlertCertificateRequired, FaultPeer, "client without the certificate that is required", "RFC 9846 §4.5.1.3"},
	badCertificate:         {AlertBadCertificate, FaultPeer, "bad certificate", "RFC 9846 §4.5.1.3"},
	unsupportedCertificate: {AlertUnsupportedCertificate, FaultPeer, "unsupported certificate", "RFC 9846 §4.5.1.3"},
	certificateExpired:     {AlertCertificateExpired, FaultPeer, "certificate outside its validity", "RFC 9846 §6.2"},
	unknownAuthority:       {AlertUnknownCA, FaultPeer, "unknown certificate authority", "RFC 9846 §6.2"},
	certificateRevoked:     {AlertCertificateRevoked, FaultPeer, "certificate revoked by its authority", "RFC 9846 §6.2"},
	badStatus:              {AlertBadCertificateStatus, FaultPeer, "bad OCSP response", "RFC 6066 §8"},
	noStatus:               {AlertBadCertificateStatus, FaultPeer, "no OCSP response was stapled", "RFC 6066 §8"},
	noAuthority:            {AlertCertificateUnknown, FaultPeer, "no word from the certificate's authority", "RFC 6960 §3.2"},
	statusUnwanted:         {AlertInternalError, FaultLocal, "status of a certificate that is not waited for", ""},
	certificateUnknown:     {AlertCertificateUnknown, FaultPeer, "certificate that does not stand up", "RFC 9846 §6.2"},
	wrongKeyType:           {AlertIllegalParameter, FaultPeer, "certificate's key does not fit the suite", "RFC 5246 §7.4.2"},
	notAdmitted:            {AlertAccessDenied, FaultPeer, "peer that is not let in", "RFC 9846 §6.2"},

	masterSecretMismatch: {AlertHandshakeFailure, FaultPeer, "extended master secret differs from the session's", "RFC 7627 §5.3"},
	badKeyUpdate:         {AlertIllegalParameter, FaultPeer, "illegal KeyUpdate", "RFC 9846 §4.7.3"},
	badTicket:            {AlertIllegalParameter, FaultPeer, "illegal ticket lifetime", "RFC 9846 §4.7.1"},
	badRenegotiation:     {AlertHandshakeFailure, FaultPeer, "renegotiation_info is not empty", "RFC 5746 §3.4"},
	noRenegotiation:      {AlertNoRenegotiation, FaultPeer, "renegotiation", "RFC 5746 §4.5"},
	tooManyRequests:      {AlertUnexpectedMessage, FaultPeer, "too many requests for renegotiation", "RFC 5246 §7.2.2"},
	badAlert:             {AlertDecodeError, FaultPeer, "malformed alert", "RFC 9846 §6"},
	badAlertLevel:        {AlertIllegalParameter, FaultPeer, "alert that is neither a warning nor fatal", "RFC 5246 §7.2"},
	peerAlert:            {0, FaultRemote, "the peer sent an alert", "RFC 9846 §6"},
}

// Error returns the table's words.
func (r reason) Error() string { return reasons[r].why }

// foreign says which reason the errors of the packages below are.
var foreign = []struct {
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
	{pki.ErrRevoked, certificateRevoked}, // those of a status first: they may wrap others
	{pki.ErrStatusUnknown, badStatus},
	{pki.ErrStatusStale, badStatus},
	{pki.ErrStatusForged, badStatus},
	{pki.ErrStatusOther, badStatus},
	{pki.ErrStatusMalformed, badStatus},
	{pki.ErrStatusUnavailable, badStatus},
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

// explain finds the reason in an error and makes the Error that the caller
// sees.
func explain(err error) *Error {
	var made *Error
	if errors.As(err, &made) {
		return made
	}
	why := internalError
	if !errors.As(err, &why) {
		for _, f := range foreign {
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
