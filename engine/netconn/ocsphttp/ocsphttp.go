// Package ocsphttp carries OCSP requests and responses over HTTP (RFC 6960 §A): Fetch is the
// client's side, Responder the server's. Both move bytes; package pki reads them and package ca
// signs them.
package ocsphttp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxMessage bounds requests and responses, in bytes.
const maxMessage = 1 << 16

// Media types of the bodies (RFC 6960 §A.1, §A.2).
const (
	requestType  = "application/ocsp-request"
	responseType = "application/ocsp-response"
)

// client opens a new connection for each request.
var client = http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}

// Fetch sends an OCSPRequest in DER with POST (RFC 6960 §A.1) and returns the body of the answer:
// an OCSPResponse in DER, which is not parsed, of 1 to 65536 bytes. It returns an error for a URL
// that is not http, for a status other than 200 and for another media type.
func Fetch(ctx context.Context, responder string, request []byte) ([]byte, error) {
	if u, err := url.Parse(responder); err != nil || u.Scheme != "http" {
		return nil, fmt.Errorf("OCSP responder %q: want an http URL", responder)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, responder, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", requestType)
	q.Header.Set("User-Agent", "tlslab")
	r, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.StatusCode != http.StatusOK || mediaType != responseType {
		return nil, fmt.Errorf("OCSP responder %s: %s, %q", responder, r.Status, mediaType)
	}
	response, err := io.ReadAll(io.LimitReader(r.Body, maxMessage+1))
	if err == nil && (len(response) == 0 || len(response) > maxMessage) {
		err = fmt.Errorf("OCSP responder %s: response of %d bytes or more: want 1 to %d", responder, len(response), maxMessage)
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

// Responder returns a handler that answers each POST with what answer returns for the OCSPRequest
// in its body (RFC 6960 §A.1). Other methods get status 405, and a body over 65536 bytes gets 400.
// The handler calls answer from several goroutines.
func Responder(answer func(request []byte) []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "want an OCSP request in a POST", http.StatusMethodNotAllowed)
			return
		}
		request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
		if err != nil {
			http.Error(w, "want an OCSP request", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", responseType)
		_, _ = w.Write(answer(request)) // fails if the client has closed the connection
	})
}
