package engine

import (
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// Peers that never stop: what they send without end is refused at some point, or
// costs no memory.

// A flood is sent again and again by one side, after a handshake.
type flood struct {
	name  string
	of    string // of meddled
	from  side
	begin parcel // goes first, where it has a type
	again parcel
	alert alert.Description // in the end; 0: it is borne
}

func TestFloodsAreBounded(t *testing.T) {
	const tls13, tls12 = "tls13 full", "tls12 ecdhe"
	message := func(m Message, body ...byte) parcel {
		message := append([]byte{byte(m), 0, 0, 0}, body...)
		putLength(message)
		return parcel{typ: TypeHandshake, body: message}
	}
	data := func(n int) parcel { return parcel{typ: TypeApplicationData, body: make([]byte, n)} }
	warning := func(a alert.Description) parcel {
		return parcel{typ: TypeAlert, body: []byte{byte(alert.Warning), byte(a)}}
	}
	beginning := parcel{typ: TypeHandshake, body: []byte{byte(NewSessionTicket), 0, 0xff, 0xff}}
	piece := parcel{typ: TypeHandshake, body: make([]byte, 1<<10)}
	for _, x := range []flood{
		{"pieces of one message", tls13, server, beginning, piece, alert.DecodeError},
		{"pieces of one message in TLS 1.2", tls12, server, beginning, piece, alert.UnexpectedMessage},
		{"requests for new keys", tls13, client, parcel{}, message(KeyUpdate, 1), alert.UnexpectedMessage},
		{"new keys", tls13, server, parcel{}, message(KeyUpdate, 0), alert.UnexpectedMessage},
		{"tickets", tls13, server, parcel{}, message(NewSessionTicket, 0, 0, 14, 16, 1, 2, 3, 4, 1, 9, 0, 1, 'a', 0, 0), 0},
		{"tickets without a life", tls13, server, parcel{}, message(NewSessionTicket, 0, 0, 0, 0, 1, 2, 3, 4, 1, 9, 0, 1, 'a', 0, 0), 0},
		{"warnings", tls12, client, parcel{}, warning(alert.CertificateUnknown), alert.UnexpectedMessage},
		{"warnings of a server", "tls10 rsa", server, parcel{}, warning(41), alert.UnexpectedMessage},
		{"cancellations", tls13, client, parcel{}, warning(alert.UserCanceled), alert.UnexpectedMessage},
		{"records without data", tls13, client, parcel{}, data(0), alert.UnexpectedMessage},
		{"records without data in TLS 1.2", tls12, server, parcel{}, data(0), alert.UnexpectedMessage},
		{"records without data in SSL 3.0", "ssl30 rsa", client, parcel{}, data(0), alert.UnexpectedMessage},
		{"data", tls13, client, parcel{}, data(1 << 10), 0},
		{"data after the end", tls13, client, warning(alert.CloseNotify), data(1 << 10), 0},
	} {
		h := meddledBy(x.of)
		p := h(t)
		if err := p.meddle(untouched); err != nil {
			t.Fatal(err)
		}
		to := p.tap.sides[other(x.from)]
		var err error
		if x.begin.typ != 0 {
			err = p.hand(to, x.begin)
		}
		for n := 0; err == nil && n < 1000; n++ {
			err = p.feed(to, p.tap.record(x.from, x.again.typ, x.again.body))
			checkBounds(t, to)
		}
		if x.alert != 0 {
			wantAlert(t, x.name, err, x.alert)
		} else if err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

// untouched lets parcels pass.
func untouched(_ int, burst []parcel) []parcel { return burst }

// meddledBy is the meddled handshake of a name.
func meddledBy(name string) func(testing.TB) *pair {
	for _, h := range meddled {
		if h.name == name {
			return h.make
		}
	}
	panic("no handshake " + name)
}

// Before there are keys: what a stranger can make a server keep.
func TestStrangersAreBounded(t *testing.T) {
	for _, x := range []struct {
		name string
		body []byte
	}{
		{"a ClientHello of the greatest length", []byte{byte(ClientHello), 1, 0, 0}},
		{"a Certificate", []byte{byte(Certificates), 4, 0, 0}},
		{"a message of no kind", []byte{99, 0, 0xff, 0xff}},
	} {
		c := Server(serverConfig(t, "ecdsa-p256"))
		fed, err := 0, error(nil)
		for in := asRecord(TypeHandshake, x.body); err == nil && fed < 1<<20; in = asRecord(TypeHandshake, make([]byte, record.MaxPlaintext)) {
			fed += len(in)
			_, _, err = c.Recv(in)
			checkBounds(t, c)
		}
		if err == nil {
			t.Errorf("%s: %d bytes are taken", x.name, fed)
		}
	}
}
