package main

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"tlslab/engine"
	"tlslab/engine/netconn/ocsphttp"
	"tlslab/scenarios"
)

// responder is the OCSP responder that serve runs beside its server. A nil responder does nothing.
type responder struct{ net.Listener }

// listenResponder listens at the address of --responder; nil if that is empty.
func listenResponder(addr string) (*responder, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &responder{l}, nil
}

// url is the responder's URL in certificates; "" without a responder.
func (r *responder) url() string {
	if r == nil {
		return ""
	}
	host, port, _ := net.SplitHostPort(r.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// check compares the flag with tls.revocation.
func (r *responder) check(sockets *scenarios.Sockets) error {
	switch fetched := sockets.Client.Revocation == engine.RevocationFetched; {
	case fetched && r == nil:
		return usageError{errors.New("tls.revocation=fetched needs --responder: the address of the OCSP responder")}
	case !fetched && r != nil:
		return usageError{errors.New("--responder needs tls.revocation=fetched: no client asks the responder")}
	}
	return nil
}

// answer serves requests until close.
func (r *responder) answer(sockets *scenarios.Sockets, idle time.Duration) {
	if r == nil {
		return
	}
	s := http.Server{Handler: ocsphttp.Responder(sockets.Answer), ReadTimeout: idle, WriteTimeout: idle, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(r.Listener) // returns when the listener is closed
}

func (r *responder) close() {
	if r != nil {
		r.Listener.Close()
	}
}
