package engine_test

import (
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
)

// Two connections in memory: a full handshake, and one that resumes it.
func Example() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	chain, err := ca.Issue(ca.ChainSpec{
		Seed: "example", Algorithm: "ecdsa-p256", Length: 2, Names: []string{"example.test"},
		NotBefore: now, NotAfter: now.AddDate(1, 0, 0),
	})
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := engine.NewCertificate(chain.Certificates, chain.Key)
	if err != nil {
		log.Fatal(err)
	}
	roots, err := pki.NewRoots(chain.Root)
	if err != nil {
		log.Fatal(err)
	}
	clock := func() time.Time { return now }
	clientConfig := &engine.Config{Rand: rand.Reader, Now: clock, Roots: roots}
	serverConfig := &engine.Config{
		Rand: rand.Reader, Now: clock,
		Certificates: []*engine.Certificate{certificate},
		Tickets:      session.NewTicketKeys([32]byte{1}),
	}
	for range 2 {
		client, server := engine.Client(clientConfig, "example.test"), engine.Server(serverConfig)
		if err := client.Start(); err != nil {
			log.Fatal(err)
		}
		for up := client.Flush(nil); len(up) > 0; up = client.Flush(nil) {
			receive(server, up)
			receive(client, server.Flush(nil))
		}
		info := client.Info()
		fmt.Println(info.Kind, info.Resumption, info.Version, info.Suite.Name, info.Group)
		clientConfig.Session = client.Session()
	}
	// Output:
	// full none 1.3 TLS_AES_128_GCM_SHA256 x25519
	// resumed psk-dhe 1.3 TLS_AES_128_GCM_SHA256 x25519
}

// receive delivers all bytes that have arrived to a connection.
func receive(c *engine.Conn, in []byte) {
	for len(in) > 0 {
		n, _, err := c.Recv(in)
		if err != nil {
			log.Fatal(err)
		}
		in = in[n:]
	}
}
