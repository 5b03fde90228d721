package engine

import (
	"tlslab/engine/alert"
	"tlslab/engine/op"
	"tlslab/engine/record"
)

// A Notice is one thing that happened on a connection, as Config.Observe receives it. Its slices
// are valid during the call only. Kind says which of the other fields are set.
type Notice struct {
	Kind NoticeKind

	// MessageSent, MessageReceived: the message, with its length in Length. A message counts as
	// sent when it is written, before the record that carries it.
	Message Message

	// RecordSent, RecordReceived: the content type (in TLS 1.3 the one inside TLSInnerPlaintext),
	// the length of the plaintext in bytes, and the length of the record in Length. Level and Alert
	// are set if the record is an alert.
	Record ContentType
	Plain  int
	Level  alert.Level
	Alert  alert.Description

	// Length is in bytes: of a message with its 4-byte header, of a record with its 5-byte header,
	// or of the OCSP response (OCSPResponseTaken).
	Length int

	// KeyChange: whether the keys are those that this side sends with, and what they protect.
	Sent  bool
	Epoch Epoch

	// Operation: the operation, before it runs.
	Op op.Op

	// Secret: one line of an SSLKEYLOGFILE (RFC 9850): label, client random and secret.
	Label        string
	ClientRandom []byte
	Secret       []byte
}

// A NoticeKind says which fields of a Notice are set.
type NoticeKind uint8

// The kinds of notice.
const (
	MessageSent       NoticeKind = iota + 1 // a handshake message was written
	MessageReceived                         // an expected handshake message was received
	RecordSent                              // a record was sealed
	RecordReceived                          // a record was opened
	KeyChange                               // one direction has new keys
	Operation                               // an expensive operation
	Secret                                  // a secret for a key log
	OCSPResponseTaken                       // the client accepted the result of Conn.OCSPResponse
)

var noticeNames = [...]string{
	"none", "message-sent", "message-received", "record-sent", "record-received", "key-change", "operation", "secret", "ocsp-response-taken",
}

// String returns the kind's name: "message-sent".
func (k NoticeKind) String() string { return nameOf(noticeNames[:], k) }

// An Epoch names the keys that protect one direction.
type Epoch uint8

// The epochs, in the order in which a connection has them.
const (
	EpochClear       Epoch = iota // no protection
	EpochEarly                    // TLS 1.3: early data
	EpochHandshake                // TLS 1.3: from the ServerHello on
	EpochApplication              // from ChangeCipherSpec on; TLS 1.3: from Finished on
)

var epochNames = [...]string{"clear", "early", "handshake", "application"}

// String returns the epoch's name: "clear", "early", "handshake" or "application".
func (e Epoch) String() string { return nameOf(epochNames[:], e) }

func (cfg *Config) observeMessage(kind NoticeKind, m Message, length int) {
	if cfg.Observe != nil {
		cfg.Observe(Notice{Kind: kind, Message: m, Length: length})
	}
}

func (cfg *Config) observeRecord(kind NoticeKind, typ record.Type, plain []byte, length int) {
	if cfg.Observe == nil {
		return
	}
	n := Notice{Kind: kind, Record: ContentType(typ), Plain: len(plain), Length: length}
	if typ == record.Alert && len(plain) == 2 {
		n.Level, n.Alert = alert.Level(plain[0]), alert.Description(plain[1])
	}
	cfg.Observe(n)
}
