package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/netem"
	"tlslab/sim/recording"
)

// fetched returns a handshake whose client fetches an OCSP response.
func fetched(version engine.Version) handshake {
	return handshake{version: version, kind: engine.Full, change: func(x *Exchange) {
		now := x.Client.Now()
		spec := ca.ChainSpec{
			Algorithm: "ecdsa-p256", OCSPURL: "http://ca.example/ocsp",
			NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		}
		x.presents(spec)
		spec.Seed, spec.Length, spec.Names = "sim", 2, []string{x.ServerName}
		chain, err := ca.Issue(spec)
		if err != nil {
			panic(err)
		}
		leaf, err := pki.Parse(chain.Certificates[0])
		if err != nil {
			panic(err)
		}
		responder, err := chain.OCSPResponder(false)
		if err != nil {
			panic(err)
		}
		answer, err := responder.Respond(leaf, ca.OCSPResponseSpec{ThisUpdate: now.AddDate(0, -1, 0), NextUpdate: now.AddDate(0, 1, 0)})
		if err != nil {
			panic(err)
		}
		x.OCSPResponder = func([]byte) []byte { return answer }
		x.Client.Revocation, x.Revocation = engine.RevocationFetched, engine.RevocationFetched
	}}
}

// withoutFetch returns the same handshake of TLS 1.3 without the fetch.
func withoutFetch() handshake {
	h := fetched(engine.TLS13)
	ask := h.change
	h.change = func(x *Exchange) {
		ask(x)
		x.Client.Revocation, x.Revocation = engine.RevocationNone, engine.RevocationNone
	}
	return h
}

// withResponder adds a responder behind a link of its own.
func withResponder(cfg Config, link netem.Config) Config {
	cfg.Responder = &ResponderConfig{Up: []netem.Config{link}, Down: []netem.Config{link}, Host: cfg.Server}
	return cfg
}

func TestFetchesLiveAndReplayedAgreeToTheNanosecond(t *testing.T) {
	plain := func(h handshake) handshake { return h }
	for _, row := range []struct {
		version engine.Version
		with    func(handshake) handshake
	}{
		{engine.TLS12, plain}, {engine.TLS13, plain},
		{engine.TLS13, func(h handshake) handshake { return inSizedRounds(t, h) }},
		{engine.TLS12, func(h handshake) handshake { // fetches again after a refused session
			ask := h.change
			h.resumption, h.change = engine.Ticket, func(x *Exchange) { ask(x); refusing(x) }
			return h
		}},
	} {
		version, h := row.version, row.with(fetched(row.version))
		rec, outcome := h.record(t)
		for where, link := range testLinks() {
			for _, soft := range []bool{false, true} {
				cfg := withResponder(priced(t, link), link)
				cfg.Responder.SoftFail, cfg.Responder.Timeout = soft, 300*ms
				cfg.Responder.Ops = []op.Op{{Kind: op.Sign, Alg: "ecdsa-p256"}}
				agree(t, fmt.Sprintf("%v, %s, soft %v", version, where, soft), cfg, rec, outcome, h.exchange(t))
			}
		}
	}
}

// Without losses a fetch takes two round trips on the responder's link, one for TCP and one for
// HTTP, and the responder's work.
func TestAFetchTakesTwoRoundTrips(t *testing.T) {
	h := fetched(engine.TLS13)
	rec, _ := h.record(t)
	plain, _ := withoutFetch().record(t)
	cfg := withResponder(priced(t, delayed(50*ms)), delayed(20*ms))
	cfg.Responder.Ops = []op.Op{{Kind: op.Sign, Alg: "rsa2048"}}
	work, err := cfg.Responder.Host.Time(cfg.Responder.Ops)
	if err != nil || work <= 0 {
		t.Fatalf("the responder works for %v: %v", work, err)
	}
	asked, without := mustReplicator(t, cfg, rec).Run(1), mustReplicator(t, cfg, plain).Run(1)
	if want := 80*ms + work; asked.Outcome != OK || asked.Revocation != want || asked.Causes[ResponderCPU] != work {
		t.Errorf("%s: waited %v, of which the responder computed %v; want %v and %v", asked.Outcome, asked.Revocation, asked.Causes[ResponderCPU], want, work)
	}
	if asked.RoundTrips != without.RoundTrips+2 || without.Revocation >= 0 {
		t.Errorf("%d round trips, and %d without a fetch; want 2 more. Revocation without a fetch: %v", asked.RoundTrips, without.RoundTrips, without.Revocation)
	}
	if slower := asked.TTLB - without.TTLB - asked.Revocation; slower < 0 || slower > 2*ms {
		t.Errorf("without the wait of %v the responder costs %v, want only the time to verify the response", asked.Revocation, slower)
	}
	if asked.BytesDown != without.BytesDown || asked.BytesUp != without.BytesUp {
		t.Errorf("the responder's bytes are counted as the server's: %d, want %d", asked.BytesDown, without.BytesDown)
	}
}

// The causes of TTLB add up to it, with losses on both links.
func TestCausesOfAFetchAddUp(t *testing.T) {
	rec, _ := fetched(engine.TLS12).record(t)
	lossy := netem.Config{Delay: 15 * ms, Jitter: 5 * ms, Loss: 0.1, Rate: 5_000_000, Limit: 20}
	cfg := withResponder(priced(t, lossy), lossy)
	w := mustReplicator(t, cfg, rec)
	waited := 0
	for seed := range uint64(300) {
		r := w.Run(seed)
		if r.TTLB < 0 {
			continue
		}
		var sum time.Duration
		for c, d := range r.Causes {
			if d < 0 {
				t.Errorf("seed %d: %v for %v", seed, d, Cause(c))
			}
			sum += d
		}
		if sum != r.TTLB {
			t.Fatalf("seed %d: the causes add up to %v, want %v", seed, sum, r.TTLB)
		}
		if r.Revocation > time.Second {
			waited++
		}
	}
	if waited < 10 {
		t.Errorf("%d fetches of 300 lost a SYN, want about 60", waited)
	}
}

// A responder does not change what happens to the packets of the connection before the fetch.
func TestTheResponderShiftsNoDrawOfTheLink(t *testing.T) {
	plain, _ := withoutFetch().record(t)
	rec, _ := fetched(engine.TLS13).record(t)
	lossy := netem.Config{Delay: 15 * ms, Loss: 0.2}
	alone := mustReplicator(t, priced(t, lossy), plain)
	beside := mustReplicator(t, withResponder(priced(t, lossy), lossy), plain)
	asked := mustReplicator(t, withResponder(priced(t, lossy), delayed(ms)), rec)
	for seed := range uint64(50) {
		a, b, c := alone.Run(seed), beside.Run(seed), asked.Run(seed)
		if a != b {
			t.Fatalf("seed %d:\nalone  %+v\nbeside %+v", seed, a, b)
		}
		if a.Connect != c.Connect {
			t.Errorf("seed %d: connected after %v, and after %v with a fetch", seed, a.Connect, c.Connect)
		}
	}
}

func TestAResponderThatDoesNotAnswerEndsTheHandshakeUnlessSoftFail(t *testing.T) {
	rec, _ := fetched(engine.TLS13).record(t)
	plain, _ := withoutFetch().record(t)
	dead := netem.Config{Delay: 10 * ms, Loss: 1}
	cfg := withResponder(priced(t, delayed(10*ms)), dead)
	cfg.Responder.Timeout = 2 * time.Second
	if r := mustReplicator(t, cfg, rec).Run(1); r.Outcome != Unanswered || r.Handshake >= 0 || r.Revocation >= 0 {
		t.Errorf("%+v, want the outcome %s", r, Unanswered)
	}
	cfg.Responder.SoftFail = true
	r, without := mustReplicator(t, cfg, rec).Run(1), mustReplicator(t, cfg, plain).Run(1)
	if r.Outcome != OK || r.Causes[ResponderTimeout] != 2*time.Second || r.Revocation >= 0 {
		t.Errorf("%+v", r)
	}
	if r.ClientCPU != without.ClientCPU {
		t.Errorf("the client computed for %v, want %v: there is no answer to verify", r.ClientCPU, without.ClientCPU)
	}
	// Without Responder.Timeout the client waits as long as its TCP, which retransmits
	// a SYN four times after 1 s and six times with doubling timeouts.
	cfg.Responder.Timeout, cfg.Timeout = 0, time.Hour
	if r := mustReplicator(t, cfg, rec).Run(1); r.Outcome != OK || r.Causes[ResponderTimeout] < 60*time.Second {
		t.Errorf("%+v", r)
	}
}

func TestAFetchAllocatesNothing(t *testing.T) {
	rec, _ := fetched(engine.TLS13).record(t)
	lossy := netem.Config{Delay: 15 * ms, Loss: 0.05}
	w := mustReplicator(t, withResponder(priced(t, lossy), lossy), rec)
	for seed := range uint64(50) {
		w.Run(seed)
	}
	seed := uint64(0)
	if n := testing.AllocsPerRun(50, func() { w.Run(seed); seed++ }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func TestAFetchNeedsAValidResponder(t *testing.T) {
	h := fetched(engine.TLS13)
	rec, _ := h.record(t)
	if _, err := NewReplicator(priced(t, delayed(ms)), rec, recording.Full); err == nil {
		t.Error("a replay fetches from a responder that the world does not have")
	}
	if _, err := NewLiveReplicator(priced(t, delayed(ms)), h.exchange(t)); err == nil {
		t.Error("an engine fetches from a responder that the world does not have")
	}
	for what, spoil := range map[string]func(*ResponderConfig){
		"no link":          func(a *ResponderConfig) { a.Up = nil },
		"no core":          func(a *ResponderConfig) { a.Host.Cores = 0 },
		"negative timeout": func(a *ResponderConfig) { a.Timeout = -1 },
		"unknown op":       func(a *ResponderConfig) { a.Ops = []op.Op{{Kind: op.Sign, Alg: "rot13"}} },
	} {
		cfg := withResponder(priced(t, delayed(ms)), delayed(ms))
		spoil(cfg.Responder)
		if _, err := NewReplicator(cfg, rec, recording.Full); err == nil {
			t.Errorf("%s: NewReplicator accepts the responder", what)
		}
	}
}

// The text form has the OCSP fetch and the operations that verify its response.
func TestTheTextFormHasTheFetch(t *testing.T) {
	rec, _ := fetched(engine.TLS13).record(t)
	var text strings.Builder
	if err := rec.Format(&text); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(text.String(), "  fetch ")
	cost, _, _ := strings.Cut(rest, "  fetched\n")
	if strings.Count(cost, "verify ecdsa-p256") != 1 || strings.Count(cost, "digest sha1") != 2 {
		t.Errorf("an answer costs %q", cost)
	}
	again, err := recording.Parse(strings.NewReader(text.String()))
	if err != nil || !again.Branches[0].Fetches() {
		t.Errorf("%v; fetches: %v", err, again.Branches[0].Fetches())
	}
	for _, c := range []struct{ old, new, want string }{
		{"  fetched\n", "", "between fetch and fetched: want only work there"},
		{"  fetch ", "  fetched\n  fetch ", "fetched without a fetch before it"},
		{"  fetched\n", "  fetched\n  fetch 1 1\n  fetched\n", "a second fetch"},
		{"  fetched\n", "  write 1\n  fetched\n", "write 1 between fetch and fetched: want only work there"},
		{"  fetched\n", "  known\n", "known is no action: want fetched"},
		{"  fetch ", "  fetch 0 ", "want: fetch BYTES BYTES"},
		{"server\nat", "server\nat 1\n  fetch 1 1\n  fetched\nat", "only the client fetches"},
	} {
		_, err := recording.Parse(strings.NewReader(strings.Replace(text.String(), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: error %v, want one with %q", c.new, c.old, err, c.want)
		}
	}
}

// Several clients fetch at the same time, each over a connection of its own. The responses queue
// for the responder's one core.
func TestConcurrentFetchesQueueAtTheResponder(t *testing.T) {
	rec, _ := fetched(engine.TLS13).record(t)
	cfg := withResponder(priced(t, delayed(10*ms)), delayed(10*ms))
	cfg.Client.Cores, cfg.Server.Cores, cfg.Responder.Host.Cores = 4, 4, 1
	cfg.Responder.Ops = []op.Op{{Kind: op.Sign, Alg: "rsa4096"}}
	work, err := cfg.Responder.Host.Time(cfg.Responder.Ops)
	if err != nil {
		t.Fatal(err)
	}
	for flow, r := range openAll(t, cfg, rec, 0, 0, 0, 0) {
		if want := 40*ms + time.Duration(flow+1)*work; r.Outcome != OK || r.Revocation != want {
			t.Errorf("connection %d: %s, waited %v, want %v", flow, r.Outcome, r.Revocation, want)
		}
		if got, want := r.Causes[CPUQueue], time.Duration(flow)*work; got != want {
			t.Errorf("connection %d: waited %v for a core, want %v", flow, got, want)
		}
	}
}
