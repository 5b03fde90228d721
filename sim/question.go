package sim

import (
	"fmt"
	"net/url"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// question lets the client of an exchange ask the authority, in the middle of a
// step, and go on at once: in the world the step stands still until the answer
// could be there.
func (g *program) question() (engine.Event, error) {
	address, request := g.conn.StatusWanted()
	var answer []byte
	if g.answer != nil {
		answer = g.answer(request)
	}
	at, err := url.Parse(address)
	if err != nil {
		return engine.Event{}, fmt.Errorf("the certificate's OCSP responder: %w", err)
	}
	g.items = append(g.items, recording.Item{
		Action: recording.Fetch,
		Bytes:  len(fmt.Sprintf(httpQuestion, at.RequestURI(), at.Host, len(request))) + len(request),
		Back:   len(fmt.Sprintf(httpAnswer, len(answer))) + len(answer),
	})
	return g.conn.CertificateStatus(answer)
}

// The heads of request and response, as a client and a responder write them that
// hold to RFC 5019 §5 and §6.2.
const (
	httpQuestion = "POST %s HTTP/1.1\r\n" +
		"Host: %s\r\n" +
		"User-Agent: tlslab\r\n" +
		"Content-Type: application/ocsp-request\r\n" +
		"Content-Length: %d\r\n" +
		"Connection: close\r\n" +
		"\r\n"
	httpAnswer = "HTTP/1.1 200 OK\r\n" +
		"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n" +
		"Content-Type: application/ocsp-response\r\n" +
		"Content-Length: %d\r\n" +
		"Last-Modified: Wed, 31 Dec 2025 00:00:00 GMT\r\n" +
		"Expires: Wed, 07 Jan 2026 00:00:00 GMT\r\n" +
		"ETag: \"0123456789abcdef0123456789abcdef01234567\"\r\n" +
		"Cache-Control: max-age=518400, public, no-transform, must-revalidate\r\n" +
		"Connection: close\r\n" +
		"\r\n"
)
