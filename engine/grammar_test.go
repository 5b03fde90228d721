package engine

import "testing"

// The grammar of every message as far as lengths go, written from the presentation language of the
// RFCs and not from the codec. Tests make every length field wrong.

// A piece is a part of a message.
type piece struct {
	skip   int     // bytes without a length
	length int     // bytes of a length field, before what it counts
	of     []piece // the counted pieces, repeated; nil: bytes
	choice bool    // body of the extension whose number precedes it
	last   bool    // it and everything after it may be left out
}

func fixed(n int) piece                   { return piece{skip: n} }
func opaque(length int) piece             { return piece{length: length} }
func listOf(length int, p ...piece) piece { return piece{length: length, of: p} }

var (
	extensionBlock = listOf(2, fixed(2), piece{length: 2, choice: true})
	names          = listOf(2, opaque(2))
)

// statusBody is the body of an OCSP response (RFC 6066 §8).
var statusBody = []piece{fixed(1), opaque(3)}

var helloExtensions = piece{length: 2, of: extensionBlock.of, last: true}

func serverHello(shape) []piece {
	return []piece{fixed(2 + 32), opaque(1), fixed(2 + 1), helloExtensions}
}

// grammars are the bodies of messages. If versions differ, the key says which.
var grammars = map[Message]func(h shape) []piece{
	ClientHello: func(shape) []piece {
		return []piece{fixed(2 + 32), opaque(1), opaque(2), opaque(1), helloExtensions}
	},
	ServerHello:         serverHello,
	HelloRetryRequest:   serverHello,
	EncryptedExtensions: func(shape) []piece { return []piece{extensionBlock} },
	Certificates: func(h shape) []piece {
		if h.version == TLS13 {
			return []piece{opaque(1), listOf(3, opaque(3), extensionBlock)}
		}
		return []piece{listOf(3, opaque(3))}
	},
	ServerKeyExchange: func(h shape) []piece {
		parameters := []piece{fixed(3), opaque(1)}
		if h.exchange == KeyExchangeDHE {
			parameters = []piece{opaque(2), opaque(2), opaque(2)}
		}
		if h.version == TLS12 {
			parameters = append(parameters, fixed(2))
		}
		return append(parameters, opaque(2))
	},
	CertificateRequest: func(h shape) []piece {
		switch h.version {
		case TLS13:
			return []piece{opaque(1), extensionBlock}
		case TLS12:
			return []piece{opaque(1), opaque(2), names}
		}
		return []piece{opaque(1), names}
	},
	CertificateVerify: func(h shape) []piece {
		if h.version < TLS12 {
			return []piece{opaque(2)}
		}
		return []piece{fixed(2), opaque(2)}
	},
	ClientKeyExchange: func(h shape) []piece {
		switch {
		case h.exchange == KeyExchangeECDHE:
			return []piece{opaque(1)}
		case h.exchange == KeyExchangeRSA && h.version == SSL30:
			return []piece{fixed(256)}
		}
		return []piece{opaque(2)}
	},
	NewSessionTicket: func(h shape) []piece {
		if h.version == TLS13 {
			return []piece{fixed(4 + 4), opaque(1), opaque(2), extensionBlock}
		}
		return []piece{fixed(4), opaque(2)}
	},
	CertificateStatus: func(shape) []piece { return statusBody },
	EndOfEarlyData:    func(shape) []piece { return nil },
	ServerHelloDone:   func(shape) []piece { return nil },
	KeyUpdate:         func(shape) []piece { return []piece{fixed(1)} },
	Finished: func(h shape) []piece {
		switch h.version {
		case TLS13:
			return []piece{fixed(h.hash)}
		case SSL30:
			return []piece{fixed(36)}
		}
		return []piece{fixed(12)}
	},
}

// A shape is what the grammar depends on.
type shape struct {
	version  Version
	exchange KeyExchange
	hash     int // bytes
	message  Message
}

// choices are the bodies of extensions. The body of an extension is shorter in a ServerHello or
// HelloRetryRequest than in a ClientHello.
func choices(id int, m Message) []piece {
	offered := m == ClientHello
	switch id {
	case extServerName:
		if offered {
			return []piece{listOf(2, fixed(1), opaque(2))}
		}
	case extSupportedGroups, extSignatureAlgorithms, extCookie:
		return []piece{opaque(2)}
	case extECPointFormats, extPSKKeyExchangeModes, extRenegotiationInfo:
		return []piece{opaque(1)}
	case extALPN:
		return []piece{listOf(2, opaque(1))}
	case extCertificateAuthorities:
		return []piece{names}
	case extSupportedVersions:
		if offered {
			return []piece{opaque(1)}
		}
		return []piece{fixed(2)}
	case extKeyShare:
		switch m {
		case ClientHello:
			return []piece{listOf(2, fixed(2), opaque(2))}
		case ServerHello:
			return []piece{fixed(2), opaque(2)}
		}
		return []piece{fixed(2)}
	case extPreSharedKey:
		if offered {
			return []piece{listOf(2, opaque(2), fixed(4)), listOf(2, opaque(1))}
		}
		return []piece{fixed(2)}
	case extStatusRequest:
		switch m {
		case ClientHello:
			return []piece{fixed(1), names, opaque(2)}
		case Certificates:
			return statusBody
		}
	case extMaxFragmentLength:
		return []piece{fixed(1)}
	case extRecordSizeLimit:
		return []piece{fixed(2)}
	}
	return nil // empty, or bytes
}

// A lengthField is the place of a length in a message.
type lengthField struct {
	at, size int
	inside   int // number of the extension that contains it; -1: none
}

// A walk follows a grammar through a message.
type walk struct {
	t       testing.TB
	shape   shape
	message []byte
	at      int
	inside  int
	fields  []lengthField
	ends    map[int]bool // where the message may end early
}

// walked follows the grammar of a message through its body and finds the length fields.
func walked(t testing.TB, h shape, message []byte) walk {
	t.Helper()
	w := walk{t: t, shape: h, message: message, at: headerSize, inside: -1, ends: map[int]bool{}}
	grammar, ok := grammars[h.message]
	if !ok {
		t.Fatalf("%v has no grammar", h.message)
	}
	w.once(grammar(h), len(message))
	if w.at != len(message) {
		t.Fatalf("%v of %d bytes ends at %d by its grammar", h.message, len(message), w.at)
	}
	return w
}

func (w *walk) once(pieces []piece, end int) {
	for _, p := range pieces {
		if p.last {
			if w.ends[w.at] = true; w.at == end {
				return
			}
		}
		w.at += p.skip
		if p.length == 0 {
			continue
		}
		w.vector(p)
	}
}

func (w *walk) vector(p piece) {
	n := 0
	if p.choice {
		w.inside = int(w.message[w.at-2])<<8 | int(w.message[w.at-1])
		p.of = choices(w.inside, w.shape.message)
	}
	w.fields = append(w.fields, lengthField{w.at, p.length, w.inside})
	for range p.length {
		n = n<<8 | int(w.message[w.at])
		w.at++
	}
	end := w.at + n
	if p.of == nil {
		w.at = end
	}
	for w.at < end {
		w.once(p.of, end)
	}
	if w.at != end {
		w.t.Fatalf("%v: a vector that ends at %d ends at %d by its grammar", w.shape.message, end, w.at)
	}
	if p.choice {
		w.inside = -1
	}
}
