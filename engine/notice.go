package engine

import (
	"tlslab/engine/alert"
	"tlslab/engine/op"
	"tlslab/engine/record"
)

// A Notice is one thing that Config.Observe is told. It is passed by value
// and its slices are valid during the call only.
type Notice struct {
	Kind NoticeKind

	// MessageSent, MessageReceived: the message and its length with the
	// four-byte header. A message is sent when it is written, which is
	// before the record that carries it.
	Message Message

	// RecordSent, RecordReceived: the content type (inside TLS 1.3's
	// protection the real one), the plaintext's length, and in Length the
	// bytes on the wire with the five-byte header.
	Record ContentType
	Plain  int

	// RecordSent, RecordReceived of an alert besides: what it says.
	Level alert.Level
	Alert alert.Description

	// OCSPResponseTaken: of what CertificateStatus was given, in bytes. The client has
	// judged it, and goes on.
	Length int

	// KeyChange: the direction that changes, Sent for what this side
	// writes, and the keys that are used from here on.
	Sent  bool
	Epoch Epoch

	// Operation: what was done.
	Op op.Op

	// Secret: the label of the SSLKEYLOGFILE format, the client's random and
	// the secret.
	Label        string
	ClientRandom []byte
	Secret       []byte
}

// A NoticeKind says which fields of a Notice are set.
type NoticeKind uint8

// The kinds of notice.
const (
	MessageSent NoticeKind = iota + 1
	MessageReceived
	RecordSent
	RecordReceived
	KeyChange
	Operation
	Secret
	OCSPResponseTaken
)

var noticeNames = [...]string{
	"none", "message-sent", "message-received", "record-sent", "record-received", "key-change", "operation", "secret", "status-taken",
}

// String returns the kind's name.
func (k NoticeKind) String() string { return nameOf(noticeNames[:], k) }

// An Epoch names the keys that protect one direction.
type Epoch uint8

// The epochs, in the order in which a connection passes through them.
const (
	EpochClear       Epoch = iota // no protection
	EpochEarly                    // TLS 1.3: of early data, behind the ClientHello
	EpochHandshake                // TLS 1.3: from the ServerHello
	EpochApplication              // TLS 1.2: from ChangeCipherSpec; TLS 1.3: from Finished and each KeyUpdate
)

var epochNames = [...]string{"clear", "early", "handshake", "application"}

// String returns the epoch's name.
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
