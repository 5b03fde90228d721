package netconn

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// What a client may be made to wait for and to read by whoever answers at the URL
// of a certificate.
const (
	statusPatience = 10 * time.Second
	maxStatus      = 1 << 16 // bytes of an OCSP response
)

// Types of the bodies (RFC 6960 §A).
const (
	typeStatusRequest  = "application/ocsp-request"
	typeStatusResponse = "application/ocsp-response"
)

// asker sends the questions. Each is a connection of its own.
var asker = http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}

// learnStatus asks the certificate's authority, for which the engine waits, and lets
// it go on: without an answer where there is none, which is for the engine to judge.
func (c *Conn) learnStatus(ctx context.Context) error {
	c.mu.Lock()
	address, request := c.tls.StatusWanted()
	c.mu.Unlock()
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, statusPatience)
	defer cancel()
	response, failure := askStatus(ctx, address, request)
	c.asked.Store(int64(time.Since(began)))
	c.mu.Lock()
	_, err := c.tls.CertificateStatus(response)
	c.mu.Unlock()
	if err != nil && failure != nil {
		err = fmt.Errorf("%w: %w", err, failure)
	}
	if err != nil {
		_ = c.flush() // the error is what matters
	}
	return err
}

// askStatus makes the POST of RFC 6960 §A.1.
func askStatus(ctx context.Context, address string, request []byte) ([]byte, error) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" {
		return nil, fmt.Errorf("OCSP responder %q: want a URL of http", address)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", typeStatusRequest)
	q.Header.Set("User-Agent", "tlslab")
	r, err := asker.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.StatusCode != http.StatusOK || kind != typeStatusResponse {
		return nil, fmt.Errorf("OCSP responder %s: %s, %q", address, r.Status, kind)
	}
	response, err := io.ReadAll(io.LimitReader(r.Body, maxStatus+1))
	if err == nil && (len(response) == 0 || len(response) > maxStatus) {
		err = fmt.Errorf("OCSP responder %s: %d bytes or more: want 1 to %d", address, len(response), maxStatus)
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

// fetched is how long a client waited for the authority; 0: it did not.
func (c *Conn) fetched() time.Duration { return time.Duration(c.asked.Load()) }

// Responder answers OCSP requests over HTTP: what answer returns for the body of a
// POST (RFC 6960 §A.1).
func Responder(answer func(request []byte) []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "want an OCSP request in a POST", http.StatusMethodNotAllowed)
			return
		}
		request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxStatus))
		if err != nil {
			http.Error(w, "want an OCSP request", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", typeStatusResponse)
		_, _ = w.Write(answer(request)) // whoever asks may have gone
	})
}
