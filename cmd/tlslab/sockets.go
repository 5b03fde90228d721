package main

import (
	"crypto"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"tlslab/engine"
	"tlslab/engine/netconn"
	"tlslab/engine/netconn/timing"
	"tlslab/engine/pki"
)

// socketFlags are the flags of both verbs on real sockets, serve and connect.
type socketFlags struct {
	addr string
	sets []string
	root string
	json bool
}

func (f *socketFlags) addTo(verb *cobra.Command, addr, root string) {
	verb.Flags().StringVar(&f.addr, "addr", addr, "`HOST:PORT` of the server")
	verb.Flags().StringArrayVar(&f.sets, "set", nil, "set a tls key of docs/scenarios.md (`tls.KEY=VALUE`; may be repeated)")
	verb.Flags().StringVar(&f.root, "root", "", root)
	verb.Flags().BoolVar(&f.json, "json", false, "print one JSON object a line for each connection")
}

// openKeyLog opens the file of the environment variable SSLKEYLOGFILE for appending; nil without
// one.
func openKeyLog() (*netconn.KeyLog, func() error, error) {
	path := os.Getenv("SSLKEYLOGFILE")
	if path == "" {
		return nil, func() error { return nil }, nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("SSLKEYLOGFILE: %w", err)
	}
	return netconn.NewKeyLog(f), f.Close, nil
}

// observed is a configuration for one connection that notes its timeline and logs its secrets.
func observed(cfg *engine.Config, timeline *timing.Timeline, keys *netconn.KeyLog) *engine.Config {
	own := *cfg
	own.Observe = func(n engine.Notice) {
		timeline.Observe(n)
		keys.Observe(n)
	}
	return &own
}

// printer prints measurements of concurrent connections one after the other.
type printer struct {
	app  *app
	json bool
	mu   sync.Mutex
}

// print writes JSON to standard output, and text to standard error or standard output.
func (p *printer) print(m timing.Measurement, textToStderr bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.json:
		return m.WriteJSON(p.app.stdout)
	case textToStderr:
		return m.WriteText(p.app.stderr)
	}
	return m.WriteText(p.app.stdout)
}

// writeRoots writes root certificates to a PEM file.
func writeRoots(path string, roots ...[]byte) error {
	var text []byte
	for _, der := range roots {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return os.WriteFile(path, text, 0o644)
}

// bundles are the files in which systems keep their trusted root certificates.
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // Alpine, macOS, BSD
}

// readRoots reads the root certificates of a PEM file, or the system's if path is empty. System
// roots whose algorithms the engine does not know are left out.
func readRoots(path string) (*pki.Roots, error) {
	text, err := readFirst(path)
	if err != nil {
		return nil, err
	}
	var known [][]byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := pki.Parse(block.Bytes); err == nil {
			known = append(known, block.Bytes)
		} else if path != "" {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("%s has no certificate in PEM", path)
	}
	return pki.NewRoots(known...)
}

// readCertificate reads a chain, leaf first, and its private key from one PEM file; nil where path
// is empty.
func readCertificate(path string) ([]*engine.Certificate, error) {
	if path == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s: the key cannot sign", path)
	}
	key, err := pki.NewKey(signer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	certificate, err := engine.NewCertificate(pair.Certificate, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return []*engine.Certificate{certificate}, nil
}

func readFirst(path string) ([]byte, error) {
	if path != "" {
		return os.ReadFile(path)
	}
	for _, path := range bundles {
		if text, err := os.ReadFile(path); err == nil {
			return text, nil
		}
	}
	return nil, errors.New("no file with the system's root certificates was found: name one with --root, or use --insecure")
}
