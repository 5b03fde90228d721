package engine

import (
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// Peers that send without end: a side ends the connection at some point, or they cost no memory.

// A flood is a message that one side sends again and again after a handshake.
type flood struct {
	name  string
	of    string // of handshakeCases
	from  side
	first message // sent first, unless its type is 0
	again message
	alert alert.Description // that ends the flood; 0: none
}

func TestFloodsAreBounded(t *testing.T) {
	const tls13, tls12 = "tls13 full", "tls12 ecdhe"
	handshake := func(m Message, body ...byte) message {
		whole := append([]byte{byte(m), 0, 0, 0}, body...)
		putLength(whole)
		return message{typ: TypeHandshake, body: whole}
	}
	data := func(n int) message { return message{typ: TypeApplicationData, body: make([]byte, n)} }
	warning := func(a alert.Description) message {
		return message{typ: TypeAlert, body: []byte{byte(alert.Warning), byte(a)}}
	}
	header := message{typ: TypeHandshake, body: []byte{byte(NewSessionTicket), 0, 0xff, 0xff}}
	fragment := message{typ: TypeHandshake, body: make([]byte, 1<<10)}
	for _, x := range []flood{
		{"fragments of one message", tls13, server, header, fragment, alert.DecodeError},
		{"fragments of one message in TLS 1.2", tls12, server, header, fragment, alert.UnexpectedMessage},
		{"KeyUpdates that request one", tls13, client, message{}, handshake(KeyUpdate, 1), alert.UnexpectedMessage},
		{"KeyUpdates", tls13, server, message{}, handshake(KeyUpdate, 0), alert.UnexpectedMessage},
		{"tickets", tls13, server, message{}, handshake(NewSessionTicket, 0, 0, 14, 16, 1, 2, 3, 4, 1, 9, 0, 1, 'a', 0, 0), 0},
		{"tickets with lifetime 0", tls13, server, message{}, handshake(NewSessionTicket, 0, 0, 0, 0, 1, 2, 3, 4, 1, 9, 0, 1, 'a', 0, 0), 0},
		{"warnings", tls12, client, message{}, warning(alert.CertificateUnknown), alert.UnexpectedMessage},
		{"warnings of a server", "tls10 rsa", server, message{}, warning(41), alert.UnexpectedMessage},
		{"user_canceled", tls13, client, message{}, warning(alert.UserCanceled), alert.UnexpectedMessage},
		{"records without data", tls13, client, message{}, data(0), alert.UnexpectedMessage},
		{"records without data in TLS 1.2", tls12, server, message{}, data(0), alert.UnexpectedMessage},
		{"records without data in SSL 3.0", "ssl30 rsa", client, message{}, data(0), alert.UnexpectedMessage},
		{"data", tls13, client, message{}, data(1 << 10), 0},
		{"data after close_notify", tls13, client, warning(alert.CloseNotify), data(1 << 10), 0},
	} {
		h := caseOf(x.of)
		p := h(t)
		if err := p.runTampered(unchanged); err != nil {
			t.Fatal(err)
		}
		to := p.tap.sides[other(x.from)]
		var err error
		if x.first.typ != 0 {
			err = p.deliver(to, x.first)
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

// caseOf returns the constructor of the pairs of a handshake case.
func caseOf(name string) func(testing.TB) *pair { return handshakeCases[caseNamed(name)].make }

// A peer without keys makes a server keep no more than one message.
func TestMessagesBeforeKeysAreBounded(t *testing.T) {
	for _, x := range []struct {
		name string
		body []byte
	}{
		{"a ClientHello of the maximum length", []byte{byte(ClientHello), 1, 0, 0}},
		{"a Certificate", []byte{byte(Certificates), 4, 0, 0}},
		{"a message of an unknown type", []byte{99, 0, 0xff, 0xff}},
	} {
		c := Server(serverConfig(t, "ecdsa-p256"))
		fed, err := 0, error(nil)
		for in := asRecord(TypeHandshake, x.body); err == nil && fed < 1<<20; in = asRecord(TypeHandshake, make([]byte, record.MaxPlaintext)) {
			fed += len(in)
			_, _, err = c.Recv(in)
			checkBounds(t, c)
		}
		if err == nil {
			t.Errorf("%s: the server reads %d bytes without an error", x.name, fed)
		}
	}
}
