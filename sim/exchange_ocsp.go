package sim

import (
	"fmt"
	"net/url"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// fetchOCSP gives the client's engine the OCSP response that it waits for, and lets it go on. The
// engine does not wait here: in a world, the process stops at the Fetch item until the response
// could be there.
func (e *exchangeSide) fetchOCSP() (engine.Event, error) {
	address, request := e.conn.OCSPRequest()
	var response []byte
	if e.ocsp != nil {
		response = e.ocsp(request)
	}
	at, err := url.Parse(address)
	if err != nil {
		return engine.Event{}, fmt.Errorf("the certificate's OCSP responder: %w", err)
	}
	e.items = append(e.items, recording.Item{
		Action:   recording.Fetch,
		Bytes:    len(fmt.Sprintf(ocspRequestHead, at.RequestURI(), at.Host, len(request))) + len(request),
		Response: len(fmt.Sprintf(ocspResponseHead, len(response))) + len(response),
	})
	return e.conn.OCSPResponse(response)
}

// The HTTP heads of an OCSP request and response (RFC 6960 §A.1), with the headers of RFC 5019 §5
// and §6.2.
const (
	ocspRequestHead = "POST %s HTTP/1.1\r\n" +
		"Host: %s\r\n" +
		"User-Agent: tlslab\r\n" +
		"Content-Type: application/ocsp-request\r\n" +
		"Content-Length: %d\r\n" +
		"Connection: close\r\n" +
		"\r\n"
	ocspResponseHead = "HTTP/1.1 200 OK\r\n" +
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
