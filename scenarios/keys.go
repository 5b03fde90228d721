package scenarios

import (
	"strings"

	"tlslab/netem"
	"tlslab/sim/content"
	"tlslab/sim/tcp"
)

// A Key is one setting of the language: a row of the table from which the reader, the defaults, --set, the JSON Schema and the
// documentation's test are made.
type Key struct {
	Name    string // dotted: tls.version
	Default string // as written in YAML; "": nothing, or what follows from other keys
	Doc     string // one sentence, or a part of one

	// fields are the places of a Config that the value goes to: two where it holds for both directions of the link.
	fields func(*Config) []value
}

// one is a key's single place in a Config.
func one[V value](place func(*Config) V) func(*Config) []value {
	return func(c *Config) []value { return []value{place(c)} }
}

// keys is the table of all keys under base, in the order in which they are documented and applied: a key that stands for several
// others (link, link.up) comes before them.
var keys = joinKeys(tlsKeys, linkKeys, hostKeys("client", client), hostKeys("server", server), serverKeys, caKeys, tcpKeys, exchangeKeys)

func joinKeys(groups ...[]Key) []Key {
	var all []Key
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

var tlsKeys = []Key{
	{"tls.version", "1.3", "version of TLS, or a range of which both sides choose the highest: 1.0, 1.1, 1.2, 1.3, 1.0..1.3; SSL 3.0 is ssl3.0",
		one(func(c *Config) *Versions { return &c.TLS.Versions })},
	{"tls.cipher", "", "bulk cipher; version, certificate and group make a suite of it (up to 1.2 with ECDHE or DHE, where there is one). Default: aes-128-gcm, before 1.2 aes-128-cbc-sha, unless tls.suite is set",
		one(func(c *Config) word { return word{&c.TLS.Cipher, ciphers()} })},
	{"tls.suite", "", "one cipher suite by its registered name, such as TLS_RSA_WITH_AES_128_CBC_SHA; excludes tls.cipher",
		one(func(c *Config) word { return word{&c.TLS.Suite, suiteNames()} })},
	{"tls.group", "x25519", "group of the (EC)DHE or hybrid key exchange; ffdhe2048 where tls.suite has DHE",
		one(func(c *Config) word { return word{&c.TLS.Group, groups()} })},
	{"tls.key_share", "", "group that a TLS 1.3 client sends its first key share for; another than tls.group costs a HelloRetryRequest, unless tls.key_shares is 2. Default: tls.group",
		one(func(c *Config) word { return word{&c.TLS.KeyShare, groups()} })},
	{"tls.key_shares", "1", "groups that a TLS 1.3 client sends shares for at once: 1 (tls.key_share), or 2 (tls.key_share and tls.group)",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.KeyShares) })},
	{"tls.certificate", "ecdsa-p256", "type of the keys of the server and of its certificate authorities",
		one(func(c *Config) word { return word{&c.TLS.Certificate, certificates()} })},
	{"tls.other_certificates", "", "types of the keys of further certificates that the server has for the same names, such as [rsa2048]: it shows the first, from tls.certificate on, that the client's suites and signature algorithms allow. Default: none",
		one(func(c *Config) words { return words{&c.TLS.OtherCertificates, certificates()} })},
	{"tls.other_names", "", "DNS names that the server has certificates of their own for, beside tls.server_name, which the client asks for; a name may begin with a wildcard. Default: none",
		one(func(c *Config) hosts { return hosts{&c.TLS.OtherNames} })},
	{"tls.unknown_name", "ignore", "what the server does about a client that asks for a name it has no certificate for: ignore (it shows another), warn (likewise, after an alert, up to 1.2) or refuse",
		one(func(c *Config) word { return word{&c.TLS.UnknownName, namePolicies} })},
	{"tls.signature_algorithms", "", "signature schemes that the client accepts from the server in 1.2 and 1.3, most preferred first, such as [rsa_pss_rsae_sha256]; [] leaves the extension out in 1.2, which means SHA-1. Default: all without SHA-1",
		one(func(c *Config) words { return words{&c.TLS.SignatureAlgorithms, signatureSchemes()} })},
	{"tls.chain.length", "2", "certificates that the server sends: its own and the intermediates, without the root",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.Chain.Length) })},
	{"tls.chain.size", "", "size that the sent certificates are padded to, all together. Default: not padded",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.Chain.Size) })},
	{"tls.chain.flaw", "", "what is wrong with the server's chain, such as expired or [expired, wrong-name]; tls.tolerate lets the client go on. Default: nothing",
		one(func(c *Config) words { return words{&c.TLS.Chain.Faults, chainFaultWords()} })},
	{"tls.client_auth", "none", "whether the server asks for the client's certificate: none, requested (served without one too) or required",
		one(func(c *Config) word { return word{&c.TLS.ClientAuth, clientAuths} })},
	{"tls.client_certificate", "", "type of the keys of the client and of its certificate authorities, or none. Default: tls.certificate where tls.client_auth asks for one",
		one(func(c *Config) word { return word{&c.TLS.ClientCertificate, clientCertificates()} })},
	{"tls.client_chain.length", "2", "certificates that the client sends: its own and the intermediates, without the root",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.ClientChain.Length) })},
	{"tls.client_chain.size", "", "size that the client's certificates are padded to, all together. Default: not padded",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.ClientChain.Size) })},
	{"tls.client_chain.flaw", "", "what is wrong with the client's chain. Default: nothing",
		one(func(c *Config) words { return words{&c.TLS.ClientChain.Faults, chainFaultWords()} })},
	{"tls.tolerate", "", "flaws that both sides look for in the other's chain, and put up with, such as [unknown-ca, expired]. Default: none",
		one(func(c *Config) words { return words{&c.TLS.Tolerate, chainFaultWords()} })},
	{"tls.revocation", "none", "how the client learns, in full handshakes, whether the server's certificate has been revoked: none, stapled (an OCSP response comes with the certificate, which the client asks for, needs and verifies; from 1.0 on), or fetched (the client asks the certificate authority, in the middle of the handshake)",
		one(func(c *Config) word { return word{&c.TLS.Revocation, revocations} })},
	{"tls.responder", "", "who signs OCSP responses: authority, the one that issued the certificate, or delegate, whose certificate comes along. Default: authority",
		one(func(c *Config) word { return word{&c.TLS.Responder, responders} })},
	{"tls.soft_fail", "", "a client goes on that learns nothing of revocation, because nothing was stapled or the authority does not answer. Default: false",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.SoftFail) })},
	{"tls.kind", "full", "kind of handshake that is measured: full, resumed, refused (the client offers a session that the server does not know any more: full at the price of the offer), or early-data, which is a resumed one of 1.3 whose client sends its request before the server has answered (0-RTT); the connection before that gives the session is not charged",
		one(func(c *Config) word { return word{&c.TLS.Kind, kinds} })},
	{"tls.resumption", "", "how a resumed handshake resumes, or one that is refused was to: ticket or session-id up to 1.2, session-id alone in SSL 3.0, psk-dhe or psk in 1.3. Default: ticket, session-id and psk-dhe",
		one(func(c *Config) word { return word{&c.TLS.Resumption, resumptions} })},
	{"tls.early_data", "16KiB", "early data that the server allows with its tickets; of a longer request the rest is sent after the handshake",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.EarlyData) })},
	{"tls.early_data_window", "10s", "how late, by the client's view of its ticket's age, a ClientHello may come for the server to accept its early data; what is rejected is sent again after the handshake",
		one(func(c *Config) *Duration { return (*Duration)(&c.TLS.EarlyDataWindow) })},
	{"tls.reject_early_data", "false", "the server rejects all early data",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.RejectEarlyData) })},
	{"tls.record", "16KiB", "plaintext bytes in a record of application data at most: a size; mss (the whole record fits into one TCP segment); dynamic (small at first, then large, as the keys below say); or what a program does, by its name in the table below",
		one(func(c *Config) recordSize { return recordSize{&c.TLS.Record.Size, recordWords()} })},
	{"tls.record_small", "", "of dynamic records: size of the first ones, or mss. Default: mss",
		one(func(c *Config) recordSize { return recordSize{&c.TLS.Record.Small, []string{recordMSS}} })},
	{"tls.record_threshold", "", "of dynamic records: application data that is sent in small ones. Default: 1MB",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.Record.Threshold) })},
	{"tls.record_large", "", "of dynamic records: size of those that follow. Default: 16KiB",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.Record.Large) })},
	{"tls.record_idle", "", "of dynamic records: time without application data sent after which they are small again; 0s: they stay large. Default: 1s",
		one(func(c *Config) *Duration { return (*Duration)(&c.TLS.Record.Idle) })},
	{"tls.padding", "", "multiple that TLS 1.3 records are padded to, their content type included. Default: not padded",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.Pad) })},
	{"tls.key_update_after", "", "records after which a TLS 1.3 sender changes its keys by a KeyUpdate. Default: as many as a key of the cipher may protect (RFC 9846 §5.5)",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.KeyUpdateAfter) })},
	{"tls.max_fragment", "", "max_fragment_length (RFC 6066) that the client asks for, and the server grants: 512B, 1KiB, 2KiB or 4KiB in all records of both sides. Default: not asked for",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.MaxFragment) })},
	{"tls.record_size_limit", "", "record_size_limit (RFC 8449) that both sides announce: the most they accept in a protected record, in 1.3 with content type and padding. Default: not announced",
		one(func(c *Config) *Size { return (*Size)(&c.TLS.RecordLimit) })},
	{"tls.compression", "false", "compress all records by DEFLATE (RFC 3749), up to 1.2; transfer.content says what there is to compress",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.Compression) })},
	{"tls.encrypt_then_mac", "false", "agree on encrypt-then-MAC (RFC 7366) where the suite is a block cipher's, up to 1.2",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.EncryptThenMAC) })},
	{"tls.split_records", "false", "put the first byte of a write into a record of its own where TLS 1.0 chains a block cipher from record to record (1/n-1 splitting)",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.SplitRecords) })},
	{"tls.fallback", "false", "the client signals that it has come down from a higher version (TLS_FALLBACK_SCSV); a server that knows a higher one refuses",
		one(func(c *Config) *Switch { return (*Switch)(&c.TLS.Fallback) })},
	{"tls.tickets", "2", "session tickets that the server sends after a TLS 1.3 handshake",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.Tickets) })},
	{"tls.tickets_offered", "1", "tickets that a TLS 1.3 client offers at once, each of which it uses up, from 1 to 4: the server takes the first that it can",
		one(func(c *Config) *Count { return (*Count)(&c.TLS.TicketsOffered) })},
	{"tls.ticket_rotation", "", "how often a server on real sockets changes the key of its tickets, in whole seconds; those under the key before are taken too, and renewed. Default: never",
		one(func(c *Config) *Duration { return (*Duration)(&c.TLS.TicketRotation) })},
	{"tls.alpn", "", "application protocol that is negotiated, such as h2. Default: none",
		one(func(c *Config) *Text { return (*Text)(&c.TLS.ALPN) })},
	{"tls.server_name", "server.tlslab.example", "name of the server, in its certificate and in the client's server_name extension",
		one(func(c *Config) *Text { return (*Text)(&c.TLS.ServerName) })},
}

func client(c *Config) *Host { return &c.Client }
func server(c *Config) *Host { return &c.Server }

func hostKeys(side string, host func(*Config) *Host) []Key {
	return []Key{
		{side + ".cores", "1", "cores that TLS work of the " + side + " can run on",
			one(func(c *Config) *Count { return (*Count)(&host(c).Cores) })},
		{side + ".costs", "reference", "cost table of the " + side + ": reference, or the path of a file made by tlslab calibrate",
			one(func(c *Config) *Text { return (*Text)(&host(c).Costs) })},
		{side + ".slowdown", "1", "how many times slower than its cost table the " + side + " is",
			one(func(c *Config) *Multiple { return (*Multiple)(&host(c).Slowdown) })},
	}
}

var serverKeys = []Key{
	{"server.write_chunk", "", "bytes that the server hands to TCP in one write at most; a write's end ends a segment. Default: a flight is one write",
		one(func(c *Config) *Size { return (*Size)(&c.Server.WriteChunk) })},
}

var tcpKeys = []Key{
	{"tcp.congestion", "reno", "congestion control",
		one(func(c *Config) word { return word{&c.TCP.CongestionControl, congestionControls} })},
	{"tcp.initial_window", "10", "first congestion window, in segments",
		one(func(c *Config) *Count { return (*Count)(&c.TCP.InitialWindow) })},
	{"tcp.mtu", "1500B", "largest IP packet",
		one(func(c *Config) *Size { return (*Size)(&c.TCP.MTU) })},
	{"tcp.nagle", "false", "hold a partial segment back while data is unacknowledged",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.Nagle) })},
	{"tcp.timestamps", "true", "offer timestamps",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.Timestamps) })},
	{"tcp.sack", "true", "offer selective acknowledgements",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.SACK) })},
	{"tcp.rack", "true", "find losses by time (RFC 8985); needs tcp.sack",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.RACK) })},
	{"tcp.tail_loss_probe", "true", "probe for the loss of a flight's tail (RFC 8985); needs tcp.sack",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.TailLossProbe) })},
	{"tcp.slow_start_after_idle", "true", "shrink the congestion window after an idle period",
		one(func(c *Config) *Switch { return (*Switch)(&c.TCP.SlowStartAfterIdle) })},
	{"tcp.initial_rto", "1s", "retransmission timeout before a round trip was measured",
		one(func(c *Config) *Duration { return (*Duration)(&c.TCP.InitialRTO) })},
	{"tcp.min_rto", "200ms", "least retransmission timeout; as in Linux it bounds the variance term",
		one(func(c *Config) *Duration { return (*Duration)(&c.TCP.MinRTO) })},
	{"tcp.syn_retries", "6", "retransmissions of a SYN with doubling timeouts before the client gives up",
		one(func(c *Config) *Count { return (*Count)(&c.TCP.SYNRetries) })},
	{"tcp.syn_linear_timeouts", "4", "retransmissions of a SYN before those, each after the first timeout",
		one(func(c *Config) *Count { return (*Count)(&c.TCP.SYNLinearTimeouts) })},
	{"tcp.receive_buffer", "131072B", "first size of the receive buffer; half of it is window",
		one(func(c *Config) *Size { return (*Size)(&c.TCP.ReceiveBuffer) })},
	{"tcp.hz", "250", "timer ticks per second of both hosts; 0: timers are exact",
		one(func(c *Config) *Count { return (*Count)(&c.TCP.HZ) })},
}

var exchangeKeys = []Key{
	{"transfer.request", "500B", "application data that the client sends once it may",
		one(func(c *Config) *Size { return (*Size)(&c.Transfer.Request) })},
	{"transfer.response", "10kB", "application data that the server answers with",
		one(func(c *Config) *Size { return (*Size)(&c.Transfer.Response) })},
	{"transfer.content", "text", "what request and response are like to a compressor: text (markup, of which DEFLATE leaves a third), or random, as images and archives are",
		one(func(c *Config) word { return word{&c.Transfer.Content, contents} })},
	{"transfer.rounds", "1", "requests on the connection, each after the last byte of the response to the one before; all have the same sizes",
		one(func(c *Config) *Count { return (*Count)(&c.Transfer.Rounds) })},
	{"transfer.pause", "", "time that the client lets go by between a response and its next request. Default: none",
		one(func(c *Config) *Duration { return (*Duration)(&c.Transfer.Pause) })},
	{"timeout", "60s", "virtual time after which a replicate is given up and counted as timed out",
		one(func(c *Config) *Duration { return (*Duration)(&c.Timeout) })},
}

// vocabularies that are the language's own.
var (
	clientAuths        = vocabulary{"a policy of client authentication", []string{"none", "requested", "required"}}
	namePolicies       = vocabulary{"a policy on names", []string{"ignore", "warn", "refuse"}}
	revocations        = vocabulary{"a way to learn of revocation", []string{"none", "stapled", "fetched"}}
	signings           = vocabulary{"a way to sign", []string{"ahead", "on-demand"}}
	responders         = vocabulary{"a kind of responder", []string{"authority", "delegate"}}
	kinds              = vocabulary{"a kind of handshake", []string{"full", "resumed", refused, earlyData}}
	resumptions        = vocabulary{"a way to resume", []string{"ticket", "session-id", "psk-dhe", "psk"}}
	contents           = vocabulary{"a kind of content", content.Names()}
	congestionControls = vocabulary{"a congestion control", []string{"reno"}}
)

// keyByName finds a key, or nil.
func keyByName(name string) *Key {
	for i := range keys {
		if keys[i].Name == name {
			return &keys[i]
		}
	}
	return nil
}

// isGroup reports whether name is the beginning of dotted keys: tls, tls.chain, link.up.
func isGroup(name string) bool {
	for i := range keys {
		if strings.HasPrefix(keys[i].Name, name+".") {
			return true
		}
	}
	return false
}

// siblings are the words that may stand where the last part of a dotted name stands.
func siblings(name string) []string {
	parent := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		parent = name[:i+1]
	}
	var words []string
	seen := map[string]bool{}
	for i := range keys {
		rest, ok := strings.CutPrefix(keys[i].Name, parent)
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(rest, ".")
		if !seen[first] {
			seen[first] = true
			words = append(words, first)
		}
	}
	return words
}

// newConfig is a configuration in which only defaults are set.
func newConfig() *Config {
	c := &Config{
		Link: Link{Up: make([]netem.Config, 1), Down: make([]netem.Config, 1)},
		CA:   CA{Link: Link{Up: make([]netem.Config, 1), Down: make([]netem.Config, 1)}},
		TCP:  tcp.DefaultConfig(),
	}
	for _, k := range keys {
		if k.Default == "" {
			continue
		}
		for _, field := range k.fields(c) {
			if err := field.UnmarshalYAML(textNode(k.Default)); err != nil {
				panic("scenarios: default of " + k.Name + ": " + err.Error()) // a defect of the table
			}
		}
	}
	return c
}
