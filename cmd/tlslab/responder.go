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

// responder is the certificate authority's, which serve runs beside its server for clients that ask
// it of revocation.
type responder struct{ net.Listener }

// listenResponder takes the address of a flag; nil where there is none.
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

// url is where certificates say that the responder is.
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

// check holds the flag to what certificates say.
func (r *responder) check(sockets *scenarios.Sockets) error {
	switch fetched := sockets.Client.Revocation == engine.RevocationFetched; {
	case fetched && r == nil:
		return usageError{errors.New("tls.revocation=fetched: --responder says where clients are to ask")}
	case !fetched && r != nil:
		return usageError{errors.New("--responder: tls.revocation does not let clients ask")}
	}
	return nil
}

// answer serves until close, which is safe for a responder that is none.
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
