package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/pki/ca"
	"tlslab/netem"
	"tlslab/scenarios/document"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// effectBases are the configurations in which every key is tried. Together they use every feature.
var effectBases = []string{
	"tls: {version: 1.3}, link: {delay: 10ms, loss: 5%}, transfer: {response: 100kB, rounds: 2, pause: 2s}",
	"tls: {version: 1.2}, link: {delay: 5ms, jitter: 2ms, loss: 3%, rate: 20mbit, limit: 20}",
	"tls: {version: 1.2..1.3}",
	"tls: {version: 1.0, cipher: aes-128-cbc-sha, chain: {fault: [wrong-name, unknown-ca]}, tolerate: [wrong-name, unknown-ca]}",
	"tls: {version: ssl3.0, certificate: rsa2048}",
	"tls: {version: ssl3.0, certificate: rsa2048, kind: resumed, client_auth: required}",
	"tls: {version: 1.1, certificate: rsa2048, cipher: aes-128-cbc-sha, kind: resumed}",
	"tls: {version: 1.2, kind: resumed, resumption: session-id, client_auth: required}",
	"tls: {version: 1.2, kind: resumed, client_auth: required, client_certificate: rsa2048}",
	"tls: {kind: resumed}",
	"tls: {kind: resumed, resumption: psk, client_auth: required}",
	"tls: {kind: refused, certificate: ed25519, key_share: p256, client_auth: requested}",
	"tls: {kind: early-data}, transfer: {request: 30kB}, link: {delay: 10ms, loss: 3%}, tcp: {slow_start_after_idle: false}",
	"tls: {kind: early-data, reject_early_data: true}",
	"tls: {kind: refused, version: 1.2, resumption: session-id}",
	"tls: {version: 1.2, client_auth: requested, client_certificate: none}",
	"tls: {revocation: stapled, client_auth: required, client_chain: {fault: unknown-ca}, tolerate: [unknown-ca]}",
	"tls: {revocation: fetched}, link: {delay: 5ms, loss: 20%}, ca: {link: {delay: 5ms, loss: 40%, rate: 1mbit}, timeout: 2s}, tcp: {ecn: 1}",
	"tls: {version: 1.2, revocation: fetched, responder: delegate}, ca: {signing: on-demand, link: {delay: 5ms, jitter: 2ms}}",
	"tls: {kind: resumed, revocation: fetched}",
	"tls: {certificate: mldsa44, revocation: fetched, responder: delegate}, ca: {link: {delay: 5ms, loss: 30%}}",
	"tls: {record: dynamic, record_threshold: 20kB}, transfer: {response: 100kB, rounds: 2, pause: 1500ms}, link: {delay: 1ms, rate: 10mbit}",
	"tls: {record: dynamic}",
	"tls: {version: 1.2, compression: true}",
	"tls: {version: 1.2, suite: TLS_RSA_WITH_AES_128_CBC_SHA, certificate: rsa2048}",
	"tcp: {sack: false}, link: {delay: 5ms, loss: 10%}, transfer: {response: 200kB}",
	"link: {delay: 5ms, up: {jitter: 1ms, loss: 10%, rate: 1mbit, limit: 3}, down: {jitter: 1ms, rate: 1mbit, limit: 3}}, transfer: {response: 100kB, request: 50kB}",
	"link: {delay: 5ms, loss: 10%}, tcp: {ecn: 1}, transfer: {response: 50kB}",
	"link: {hops: [delay 1ms, delay 5ms loss 3%]}",
	"link: {delay: 5ms, rate: 5mbit, limit: 20}, background: {uploads: 1, lead: 1s}",
	"tcp: {rmem: 8kB}, transfer: {response: 100kB}, link: {delay: 5ms}",
	"link: {delay: 5ms, trace: 20ms}",
	"link: {delay: 5ms, up: {rate: [5mbit for 20ms, 1mbit for 20ms, repeat]}, down: {trace: 20ms}}",
	"tls: {revocation: fetched}, ca: {link: {trace: 20ms}}",
}

// dependsOnTimes reports whether the effect of a key depends on losses and times, so that a few
// replicates of one configuration need not show it. The replicates of some configuration must.
func dependsOnTimes(key string) bool {
	return !strings.HasPrefix(key, "tls.") && !strings.HasPrefix(key, "transfer.") ||
		key == "tls.certificate" || // it also decides which suites there are
		key == "tls.soft_fail" || key == "tls.early_data_window" || key == "tls.record_idle"
}

// candidates are values of a key, as they are written.
func candidates(k *Key) []string {
	switch k.Name {
	case "tls.server_name":
		return []string{"a.example", "a.longer.example"}
	case "tls.other_names":
		return []string{"a.example", "[a.example, '*.b.example']"}
	case "tls.alpn":
		return []string{"h2", "http/1.1"}
	case "tls.signature_algorithms":
		return []string{"[ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256]", "[ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, ed25519]", "[rsa_pkcs1_sha256, ecdsa_secp256r1_sha256]"}
	case "tls.max_fragment":
		return []string{"512B", "2KiB"}
	case "tls.chain.length", "tls.client_chain.length":
		return []string{"1", "2", "3", "5"} // each certificate needs a key, and RSA keys take long
	case "tls.ticket_rotation":
		return []string{"10s", "20s"}
	}
	switch v := k.fields(newConfig())[0].(type) {
	case boolean:
		return []string{"false", "true"}
	case enum:
		switch v.of.what {
		case certificates().what, clientCertificates().what:
			return []string{"rsa2048", "ecdsa-p256", "ecdsa-p384", "ed25519", "mldsa44"}
		case ciphers().what:
			return []string{"aes-128-gcm", "chacha20-poly1305", "aes-128-cbc-sha", "aes-256-cbc-sha", "rc4-sha"}
		}
		if k.Name == "tls.suite" {
			return []string{"TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"}
		}
		return v.of.names
	case enumList:
		if v.of.what == certificates().what {
			return []string{"rsa2048", "ecdsa-p256", "ecdsa-p384", "ed25519", "[]"}
		}
		return append(slices.Clone(v.of.names), "[]")
	case versionRange:
		return append(namesOf(versions...), "1.2..1.3")
	case recordSize:
		return append([]string{"500B", "16KiB"}, v.words...)
	case count:
		return inRange(v.min, v.most(), []int{0, 1, 2, 3, 20, 1000}, "")
	case size:
		most := v.max
		if most == 0 {
			most = maxSize
		}
		return inRange(v.min, most, []int{1, 200, 1500, 5000, 9000, 60000}, "B")
	case duration:
		most := int(v.max.Microseconds())
		if most == 0 {
			most = int(durationLimit.Microseconds())
		}
		return inRange(int(v.min.Microseconds()), most, []int{0, 1000, 1500, 20_000, 400_000, 1_000_000, 3_000_000, 30_000_000}, "us")
	case multiple:
		return []string{"0.5", "1", "100"}
	case loss:
		return []string{"0%", "10%", "gemodel 5% 20%", "20% 25%", "state 5% 20% 5% 50% 1%", "gilbert 20ms 5ms"}
	case fraction:
		return []string{"0%", "25%"}
	case tcOption:
		if v.of != nil {
			return v.of
		}
		return map[string][]string{
			"reorder": {"0%", "25%", "25% 50% gap 5"}, "duplicate": {"0%", "10%"}, "corrupt": {"0%", "10%"},
			"outage":   {"100ms at 0s", "10ms every 1s", "10ms random 20ms"},
			"slot":     {"5ms", "5ms 10ms packets 4", "distribution normal 10ms 2ms"},
			"overhead": {"0", "100", "10 48 5"},
		}[v.word]
	case linkRate:
		return []string{"500kbit", "5mbit", "[5mbit for 20ms, 0bit for 20ms, repeat]"}
	case linkTrace:
		return []string{"10ms", "50ms"}
	case linkStart:
		return []string{"random", "0ms", "7ms"}
	case distribution:
		return distributions().names
	case drops:
		return []string{"[1]", "[2, 3]"}
	case crossTrafficLine:
		return []string{"poisson load 50%", "constant rate 400kbit", "poisson load 90% imix"}
	case queueLine:
		return []string{"pfifo limit 2", "cake bandwidth 200kbit", "cake bandwidth 100kbit"}
	case linkLine:
		return []string{"lte", "delay 1ms", "delay 20ms loss 5%"}
	case hops:
		return []string{"[delay 1ms]", "[delay 1ms, delay 20ms]"}
	case text:
		return []string{"reference", "slow"}
	}
	panic("no values of " + k.Name)
}

func inRange(least, most int, numbers []int, unit string) (texts []string) {
	for _, n := range numbers {
		if n >= least && n <= most {
			texts = append(texts, fmt.Sprint(n, unit))
		}
	}
	return texts
}

// tableOf is the reference table, or for another name one with many times its prices.
func tableOf(name string) (*costs.Table, error) {
	t, err := costs.Reference()
	if err != nil || name == "reference" {
		return t, err
	}
	var text strings.Builder
	if err := t.Write(&text); err != nil {
		return nil, err
	}
	return costs.Read(name, strings.NewReader(strings.NewReplacer(`"ns":`, `"ns":9`).Replace(text.String())))
}

// traceOf has an opportunity for each time of the length of its name.
func traceOf(name string) (*netem.Trace, error) {
	return netem.ParseTrace(name, []byte(strings.TrimSuffix(name, "ms")))
}

// A laboratory runs configurations. It keeps chains, recordings and cost tables.
type laboratory struct {
	chains     map[string]*ca.Chain
	recordings map[string]*recording.Recording
	tables     map[string]*costs.Table
}

// issue is ca.Issue, called once for each ChainSpec in range.
func (l *laboratory) issue(spec ca.ChainSpec) (*ca.Chain, error) {
	name := fmt.Sprintf("%#v", spec)
	if chain := l.chains[name]; chain != nil {
		return chain, nil
	}
	chain, err := ca.Issue(spec)
	l.chains[name] = chain
	return chain, err
}

// table is tableOf, called once for each name.
func (l *laboratory) table(name string) (*costs.Table, error) {
	if t := l.tables[name]; t != nil {
		return t, nil
	}
	t, err := tableOf(name)
	l.tables[name] = t
	return t, err
}

// configureForEffects applies a setting to a base. ok is false if the combination is impossible.
func configureForEffects(t *testing.T, base, key, value string) (c *Config, ok bool) {
	t.Helper()
	node, err := document.Parse("base", []byte("{"+base+"}"))
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t.Context(), document.NewSource("base", nil), tableOf)
	r.layers.traces = newLinkFiles(traceKey, traceOf)
	s := &Scenario{}
	r.layers.base = inTableOrder(r.checked(flatten("", node)))
	if key != "" {
		r.applyOverrides(s, []string{key + "=" + value})
	}
	s.layers = r.layers
	resolved := r.resolve(s, nil, nil)
	return &resolved, r.err() == nil
}

// observe returns the results of some replicates as text. The seeds of the network do not depend on
// the configuration.
func (l *laboratory) observe(t *testing.T, c *Config) (string, bool) {
	t.Helper()
	key, err := c.ExchangeKey()
	if err != nil {
		t.Fatal(err)
	}
	rec, known := l.recordings[key]
	if !known {
		environment := simulated(1)
		environment.issue = l.issue
		e, err := c.lowerEngines(environment)
		if err == nil {
			rec, _ = sim.Record(t.Context(), *e.exchange)
		}
		l.recordings[key] = rec
	}
	if rec == nil {
		return "", false
	}
	world, err := c.World(l.table)
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.NewReplicator(world, rec, rec.Branches[0].Outcome)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for seed := range uint64(8) {
		r := w.Run(seed)
		r.Hash = 0
		fmt.Fprintf(&b, "%+v\n", r)
	}
	return b.String(), true
}

// A key applies to a configuration if and only if two of its values give different results.
func TestKeysApplyWhereTheirValuesMakeADifference(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	l := &laboratory{map[string]*ca.Chain{}, map[string]*recording.Recording{}, map[string]*costs.Table{}}
	shown := map[string]bool{}
	for _, base := range effectBases {
		if c, ok := configureForEffects(t, base, "", ""); !ok {
			t.Fatalf("%s is not a valid configuration: %+v", base, c)
		}
		for _, k := range keys {
			var reasons []string
			outcomes := map[string]bool{}
			for _, value := range candidates(k) {
				c, ok := configureForEffects(t, base, k.Name, value)
				if !ok {
					continue
				}
				why := ""
				if k.applies != nil {
					why = k.applies(c)
				}
				// Once two values differ, a further one matters only if k.applies says something
				// else of it.
				if len(outcomes) > 1 && slices.Contains(reasons, why) {
					continue
				}
				if outcome, ok := l.observe(t, c); ok {
					reasons, outcomes[outcome] = append(reasons, why), true
				}
			}
			if len(reasons) < 2 {
				continue
			}
			applies := slices.Contains(reasons, "")
			if applies && slices.ContainsFunc(reasons, func(why string) bool { return why != "" }) {
				t.Errorf("%s: whether %s applies depends on its own value: %q", base, k.Name, reasons)
			}
			different := len(outcomes) > 1
			shown[k.Name] = shown[k.Name] || different
			switch {
			case different && !applies:
				t.Errorf("%s: %s makes a difference, though %s", base, k.Name, reasons[0])
			case !different && applies && !dependsOnTimes(k.Name):
				t.Errorf("%s: %s applies, but none of %v makes a difference", base, k.Name, candidates(k))
			}
		}
	}
	for _, k := range keys {
		if shown[k.Name] == neverApplies(k) && len(candidates(k)) > 1 {
			t.Errorf("%s makes a difference in some configuration: %v, want %v", k.Name, shown[k.Name], !neverApplies(k))
		}
	}
}

// neverApplies reports whether a key is for real sockets, or for several connections at a time.
func neverApplies(k *Key) bool {
	return slices.Contains([]string{"tls.other_names", "tls.ticket_rotation", "client.cores", "server.cores", "ca.cores"}, k.Name)
}
