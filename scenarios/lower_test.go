package scenarios

import (
	"slices"
	"strings"
	"testing"

	"tlslab/engine/op"
	"tlslab/sim"
	"tlslab/sim/recording"
)

// recorded records the exchange of a scenario with one cell.
func recorded(t *testing.T, root uint64, base string) *recording.Recording {
	t.Helper()
	s := parse(t, "name: one\nbase: {"+base+"}")
	x, err := s.Cells[0].Config.Exchange(root)
	if err != nil {
		t.Fatalf("%s: %v", base, err)
	}
	r, err := sim.Record(t.Context(), x)
	if err != nil {
		t.Fatalf("%s: %v", base, err)
	}
	return r
}

// facts lists what the engines negotiated, as the recording describes it.
func facts(r *recording.Recording) string {
	var parts []string
	for _, f := range r.About {
		parts = append(parts, f.Key+" "+f.Value)
	}
	return strings.Join(parts, ", ")
}

func TestTheEnginesNegotiateWhatTheScenarioSays(t *testing.T) {
	for _, row := range []struct{ base, says string }{
		{"tls: {version: ssl3.0, certificate: rsa2048}", "version ssl3.0, suite TLS_RSA_WITH_AES_128_CBC_SHA, group none, kind full"},
		{"tls: {version: ssl3.0, certificate: rsa2048, cipher: 3des-ede-cbc-sha, kind: resumed, split_records: true}", "version ssl3.0, suite TLS_RSA_WITH_3DES_EDE_CBC_SHA, group none, kind resumed, resumption session-id"},
		{"tls: {version: ssl3.0..1.3, certificate: rsa2048}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {version: 1.0}", "version 1.0, suite TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, group x25519, kind full"},
		{"tls: {version: 1.1, certificate: rsa2048, kind: resumed}", "version 1.1, suite TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, group none, kind resumed, resumption ticket"},
		{"tls: {version: 1.0, kind: resumed, resumption: session-id, split_records: true, fallback: true}", "group none, kind resumed, resumption session-id"},
		{"tls: {version: 1.0..1.3}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {version: 1.2}", "version 1.2, suite TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {version: 1.2..1.3, cipher: chacha20-poly1305}", "version 1.3, suite TLS_CHACHA20_POLY1305_SHA256, group x25519, kind full"},
		{"tls: {group: p384, certificate: ecdsa-p384}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group p384, kind full"},
		{"tls: {version: 1.2, group: ffdhe3072, certificate: rsa2048}", "version 1.2, suite TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, group ffdhe3072, kind full"},
		{"tls: {version: 1.2, suite: TLS_DHE_RSA_WITH_AES_256_CBC_SHA, certificate: rsa2048}", "suite TLS_DHE_RSA_WITH_AES_256_CBC_SHA, group ffdhe2048, kind full"},
		{"tls: {group: ffdhe2048}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group ffdhe2048, kind full"},
		{"tls: {certificate: ed25519}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {certificate: mldsa65, group: x25519mlkem768}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group x25519mlkem768, kind full"},
		{"tls: {certificate: mldsa87, kind: resumed}", "kind resumed, resumption psk-dhe"},
		{"tls: {certificate: mldsa44, chain: {length: 3, size: 20kB}}", "3 certificates, 20000 bytes"},
		{"tls: {version: 1.2, certificate: ed25519}", "version 1.2, suite TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {version: 1.2, certificate: ecdsa-p521}", "version 1.2, suite TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, group x25519, kind full"},
		{"tls: {group: x25519mlkem768}", "group x25519mlkem768, kind full"},
		{"tls: {group: x25519, key_share: secp384r1mlkem1024}", "group x25519, kind full"},
		{"tls: {group: x25519, key_share: x25519mlkem768, key_shares: 2}", "group x25519, kind full"},
		{"tls: {group: p256, key_share: x25519}", "group p256, kind full"},
		{"tls: {version: 1.2, suite: TLS_RSA_WITH_AES_128_CBC_SHA, certificate: rsa2048}", "suite TLS_RSA_WITH_AES_128_CBC_SHA, group none, kind full"},
		{"tls: {version: 1.2, cipher: aes-128-cbc-sha256}", "suite TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
		{"tls: {version: ssl3.0..1.1, cipher: des-cbc-sha, certificate: rsa2048}", "version 1.1, suite TLS_RSA_WITH_DES_CBC_SHA, group none"},
		{"tls: {version: 1.0, cipher: des-cbc-sha, certificate: rsa2048, group: ffdhe2048, kind: resumed}", "suite TLS_DHE_RSA_WITH_DES_CBC_SHA, group none, kind resumed"},
		{"tls: {version: 1.2, cipher: rc4-md5, certificate: rsa2048}", "suite TLS_RSA_WITH_RC4_128_MD5, group none"},
		{"tls: {cipher: aes-128-ccm8}", "suite TLS_AES_128_CCM_8_SHA256"},
		{"tls: {version: 1.2, kind: resumed}", "kind resumed, resumption ticket"},
		{"tls: {version: 1.2, kind: resumed, resumption: session-id}", "kind resumed, resumption session-id"},
		{"tls: {version: 1.3, kind: resumed}", "group x25519, kind resumed, resumption psk-dhe"},
		{"tls: {version: 1.3, kind: resumed, resumption: psk}", "group none, kind resumed, resumption psk"},
		{"tls: {version: 1.2..1.3, kind: resumed}", "version 1.3, suite TLS_AES_128_GCM_SHA256, group x25519, kind resumed"},
		{"tls: {kind: refused}", "group x25519, kind full, refused psk-dhe"},
		{"tls: {kind: refused, resumption: psk}", "group x25519, kind full, refused psk"},
		{"tls: {version: 1.2, kind: refused}", "kind full, refused ticket"},
		{"tls: {version: ssl3.0, certificate: rsa2048, kind: refused}", "kind full, refused session-id"},
		{"tls: {kind: refused, client_auth: required}", "client chain 2 certificates"},
		{"tls: {chain: {length: 3, size: 5kB}}", "3 certificates, 5000 bytes"},
		{"tls: {client_auth: required, client_certificate: rsa2048, client_chain: {length: 1, size: 2kB}}", "client chain 1 certificates, 2000 bytes"},
		{"tls: {version: ssl3.0, certificate: rsa2048, client_auth: required, kind: refused}", "refused session-id, certificate rsa2048, chain 2 certificates, 1575 bytes, client chain 2 certificates"},
		{"tls: {version: ssl3.0, certificate: rsa2048, client_auth: requested, client_certificate: none}", "version ssl3.0"},
		{"tls: {version: 1.2, client_auth: requested}", "client chain 2 certificates"},
		{"tls: {version: 1.1, client_auth: required, kind: resumed}", "client chain 2 certificates"},
		{"tls: {revocation: stapled}", "revocation stapled"},
		{"tls: {version: 1.0, certificate: rsa2048, revocation: stapled, responder: delegate}", "revocation stapled"},
		{"tls: {client_auth: required, kind: resumed}", "resumption psk-dhe, client chain 2 certificates"},
		{"tls: {other_certificates: [rsa2048, ed25519], signature_algorithms: rsa_pss_rsae_sha256}", "kind full, certificate rsa2048, chain 2 certificates"},
		{"tls: {version: 1.2, other_certificates: [rsa2048]}", "suite TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, group x25519, kind full, certificate ecdsa-p256"},
		{"tls: {version: 1.2, other_certificates: [rsa2048], signature_algorithms: [rsa_pkcs1_sha256]}", "suite TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, group x25519, kind full, certificate rsa2048"},
		{"tls: {version: 1.2, certificate: ecdsa-p384, other_certificates: [ecdsa-p256], signature_algorithms: []}", "certificate ecdsa-p384"},
		{"tls: {chain.fault: wrong-name, tolerate: wrong-name, unknown_name: warn, version: 1.2}", "tolerated wrong-name of the server's"},
		{"tls: {chain: {fault: [expired, wrong-name]}, tolerate: [wrong-name, expired, unknown-ca]}", "kind full, tolerated wrong-name, expired of the server's"},
		{"tls: {version: 1.1, chain: {fault: bad-signature}, tolerate: bad-signature, kind: refused}", "refused ticket, tolerated bad-signature of the server's"},
		{"tls: {client_auth: required, client_chain: {fault: unknown-ca}, tolerate: unknown-ca}", "tolerated unknown-ca of the client's"},
		{"tls: {client_auth: required, client_chain: {fault: not-yet-valid}, tolerate: not-yet-valid}", "tolerated not-yet-valid of the client's"},
		{"tls: {tickets: 0}", "tickets 0"},
		{"tls: {version: 1.2, cipher: aes-128-cbc-sha, encrypt_then_mac: true, compression: true}", "records encrypt-then-mac, deflate, "},
		{"tls: {version: 1.2, cipher: aes-128-gcm, encrypt_then_mac: true, max_fragment: 2KiB}", "records fragments of 2048 bytes, "},
		{"tls: {record_size_limit: 5kB}", "records limits of 5000 bytes up and 5000 down"},
		{"tls: {tickets: 4}", "tickets 4"},
		{"transfer: {request: 1B, response: 70kB}", "request 1 bytes, response 70000 bytes"},
	} {
		if got := facts(recorded(t, 1, row.base)); !strings.Contains(got, row.says) {
			t.Errorf("%s: got %s, want %s", row.base, got, row.says)
		}
	}
}

// writes lists the sizes of a side's writes.
func writes(steps []recording.Step) []int {
	var sizes []int
	for _, s := range steps {
		for _, item := range s.Items {
			if item.Action == recording.Write {
				sizes = append(sizes, item.Bytes)
			}
		}
	}
	return sizes
}

func TestAWrongKeyShareCostsAHelloRetryRequest(t *testing.T) {
	right := recorded(t, 1, "tls: {group: p256}").Branches[0]
	wrong := recorded(t, 1, "tls: {group: p256, key_share: x25519}").Branches[0]
	both := recorded(t, 1, "tls: {group: p256, key_share: x25519, key_shares: 2}").Branches[0]
	if len(both.Server) != len(right.Server) {
		t.Errorf("the server takes %d steps if the client sends both shares, %d if it sends one", len(both.Server), len(right.Server))
	}
	if len(wrong.Server) != len(right.Server)+1 {
		t.Errorf("the server takes %d steps after a HelloRetryRequest, %d without", len(wrong.Server), len(right.Server))
	}
}

func TestWriteChunkBoundsTheServersWrites(t *testing.T) {
	whole := writes(recorded(t, 1, "tls: {chain: {size: 9kB}}").Branches[0].Server)
	chunked := writes(recorded(t, 1, "tls: {chain: {size: 9kB}}, server: {write_chunk: 4096B}").Branches[0].Server)
	if whole[0] < 9000 || chunked[0] != 4096 || chunked[1] != 4096 {
		t.Errorf("whole flight %d, in chunks %d", whole, chunked)
	}
}

func TestRecordBoundsTheServersRecords(t *testing.T) {
	count := func(base string) int {
		return len(writes(recorded(t, 1, base+", transfer: {response: 64KiB}").Branches[0].Server))
	}
	if large, small := count("tls: {record: 16KiB}"), count("tls: {record: 1KiB}"); small-large != 60 {
		t.Errorf("%d writes with records of 16 KiB, %d of 1 KiB, want 60 more", large, small)
	}
}

// Negotiated record sizes bound records as tls.record does. Padding makes records longer.
func TestNegotiatedSizesBoundTheServersRecords(t *testing.T) {
	count := func(base string) int {
		return len(writes(recorded(t, 1, base+", transfer: {response: 64KiB}").Branches[0].Server))
	}
	plain := count("tls: {}")
	for _, row := range []struct {
		tls  string
		more int
	}{
		{"max_fragment: 4KiB", 12}, {"version: 1.2, max_fragment: 1KiB", 60},
		{"record_size_limit: 1025B", 60}, {"version: 1.2, record_size_limit: 1KiB", 60},
	} {
		if got := count("tls: {" + row.tls + "}"); got-plain < row.more || got-plain > row.more+1 {
			t.Errorf("%s: %d writes, %d without, want %d more", row.tls, got, plain, row.more)
		}
	}
	last := func(base string) int {
		all := writes(recorded(t, 1, base+", transfer: {response: 100B}").Branches[0].Server)
		return slices.Max(all[len(all)-2:])
	}
	if got, want := last("tls: {padding: 4KiB}"), 5+4096+16; got != want {
		t.Errorf("a padded record has %d bytes, want %d", got, want)
	}
}

// Compression shortens text to a third and does not shorten random data. Both sides are charged for
// it.
func TestCompressionShortensText(t *testing.T) {
	sent := func(base string) (bytes, operations int) {
		for _, step := range recorded(t, 1, base+", response: 200kB}").Branches[0].Server {
			for _, item := range step.Items {
				if item.Action == recording.Write {
					bytes += item.Bytes
				}
				if item.Action == recording.Compute && item.Op.Kind == op.Compress {
					operations++
				}
			}
		}
		return bytes, operations
	}
	plain, none := sent("tls: {version: 1.2}, transfer: {rounds: 1")
	text, some := sent("tls: {version: 1.2, compression: true}, transfer: {content: text")
	random, _ := sent("tls: {version: 1.2, compression: true}, transfer: {content: random")
	if text > plain*2/5 || random < plain || none != 0 || some < 200000/16384 {
		t.Errorf("%d bytes in clear, %d of text (%d operations), %d of random data", plain, text, some, random)
	}
}

func TestALPNAndNameAreSent(t *testing.T) {
	first := func(base string) int { return writes(recorded(t, 1, base).Branches[0].Client)[0] }
	plain := first("tls: {server_name: a.example}")
	if got := first("tls: {server_name: aa.example}"); got != plain+1 {
		t.Errorf("ClientHello of %d bytes with a name one letter longer, %d without", got, plain)
	}
	if got := first("tls: {server_name: a.example, alpn: h2}"); got <= plain {
		t.Errorf("ClientHello of %d bytes with ALPN, %d without", got, plain)
	}
}

func TestTheExchangeDoesNotDependOnTheNetwork(t *testing.T) {
	text := func(base string) string {
		var b strings.Builder
		if err := recorded(t, 1, base).Format(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if text("link: {delay: 1ms}") != text("link: {delay: 100ms, loss: 5%}, client: {slowdown: 3}") {
		t.Error("the exchange depends on the network")
	}
}
