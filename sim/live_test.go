package sim

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
	"tlslab/netem"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// handshake describes an exchange.
type handshake struct {
	version    engine.Version
	kind       engine.Kind
	resumption engine.Resumption
	change     func(x *Exchange)
}

func (h handshake) exchange(t testing.TB) Exchange {
	t.Helper()
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	chain, err := ca.Issue(ca.ChainSpec{
		Seed: "sim", Algorithm: "ecdsa-p256", Length: 2, Size: 2500, Names: []string{"lab.example"},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := engine.NewCertificate(chain.Certificates, chain.Key)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := pki.NewRoots(chain.Root)
	if err != nil {
		t.Fatal(err)
	}
	both := engine.Config{Now: func() time.Time { return now }, MinVersion: h.version, MaxVersion: h.version}
	c, s := both, both
	c.Roots = roots
	s.Certificates = []*engine.Certificate{certificate}
	s.SessionCache = session.NewCache(4, time.Hour)
	s.Tickets = session.NewTicketKeys([32]byte{1})
	if h.resumption != 0 {
		c.Resumption = []engine.Resumption{h.resumption}
		s.Resumption = c.Resumption
	}
	x := Exchange{
		Client: &c, Server: &s, ServerName: "lab.example", Kind: h.kind, Resumption: h.resumption,
		Request: 500, Response: 40_000, Seed: 7,
	}
	if h.change != nil {
		h.change(&x)
	}
	return x
}

// onRSA gives the server an RSA key: the engine has no SSL 3.0 suite for another.
func onRSA(x *Exchange) {
	now := x.Client.Now()
	x.presents(ca.ChainSpec{Algorithm: "rsa2048", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)})
}

// presents gives the server another certificate chain, which the client trusts.
func (x *Exchange) presents(spec ca.ChainSpec) {
	spec.Seed, spec.Length, spec.Names = "sim", 2, []string{x.ServerName}
	chain, err := ca.Issue(spec)
	if err != nil {
		panic(err)
	}
	certificate, err1 := engine.NewCertificate(chain.Certificates, chain.Key)
	roots, err2 := pki.NewRoots(chain.Root)
	if err1 != nil || err2 != nil {
		panic(errors.Join(err1, err2))
	}
	x.Server.Certificates, x.Client.Roots = []*engine.Certificate{certificate}, roots
}

// handshakes returns handshakes of all versions and kinds, by name.
func handshakes() map[string]handshake {
	return map[string]handshake{
		"1.3 full":      {version: engine.TLS13, kind: engine.Full},
		"1.3 psk-dhe":   {version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSKDHE},
		"1.3 psk":       {version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSK},
		"1.3 retry":     {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.Client.KeyShares = engine.NoKeyShares }},
		"1.3 in chunks": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.WriteChunk = 1000 }},
		"1.3 hybrid": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Client.Groups = []engine.Group{engine.SecP384r1MLKEM1024} // a hello of two segments
			x.Server.Groups = x.Client.Groups
		}},
		"ssl3.0 full": {version: engine.SSL30, kind: engine.Full, change: onRSA},
		"1.0 session-id, split": {version: engine.TLS10, kind: engine.Resumed, resumption: engine.SessionID, change: func(x *Exchange) {
			x.Client.SplitRecords, x.Server.SplitRecords = true, true
		}},
		"1.2 full":       {version: engine.TLS12, kind: engine.Full},
		"1.2 ticket":     {version: engine.TLS12, kind: engine.Resumed, resumption: engine.Ticket},
		"1.2 session-id": {version: engine.TLS12, kind: engine.Resumed, resumption: engine.SessionID},
		"1.3 padded under a limit": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Server.PadTo, x.Client.RecordSizeLimit = 300, 2000
		}},
		"1.3 psk-dhe refused":    {version: engine.TLS13, kind: engine.Full, resumption: engine.PSKDHE, change: refusing},
		"1.3 psk refused":        {version: engine.TLS13, kind: engine.Full, resumption: engine.PSK, change: refusing},
		"1.2 ticket refused":     {version: engine.TLS12, kind: engine.Full, resumption: engine.Ticket, change: refusing},
		"1.2 session-id refused": {version: engine.TLS12, kind: engine.Full, resumption: engine.SessionID, change: refusing},
		"1.3 with new keys": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Server.KeyUpdateAfter, x.Server.RecordSize = 4, 1000
		}},
		"1.3 new keys, many records": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Request, x.Rounds = 30_000, 3
			x.Client.KeyUpdateAfter, x.Client.RecordSize = 1, 300
			x.Server.KeyUpdateAfter, x.Server.RecordSize = 7, 500
		}},
		"1.3 new keys, many padded records": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Client.Suites = []engine.SuiteID{0x1302}
			x.Server.KeyUpdateAfter, x.Server.RecordSizeLimit, x.Client.RecordSizeLimit, x.Server.PadTo = 30, 500, 500, 300
			x.Response = 64*16384 + 1
		}},
		"1.2 compressed": {version: engine.TLS12, kind: engine.Full, change: func(x *Exchange) {
			x.Content, x.Client.Compression, x.Server.Compression = "text", true, true
		}},
		"1.3 rounds":         {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.Rounds, x.Pause = 4, 150*ms }},
		"1.2 rounds at once": {version: engine.TLS12, kind: engine.Full, change: func(x *Exchange) { x.Rounds = 3 }},
		"1.3 many records": {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
			x.Server.RecordSize, x.Server.RecordSizeLimit = 500, 400
		}},
		"1.0 many records, split": {version: engine.TLS10, kind: engine.Full, change: func(x *Exchange) {
			x.Request, x.Rounds = 30_000, 2
			x.Client.RecordSize, x.Server.RecordSize = 300, 300
			x.Client.SplitRecords, x.Server.SplitRecords = true, true
		}},
		"1.2 records of 1000": {version: engine.TLS12, kind: engine.Full, change: func(x *Exchange) {
			x.Client.RecordSize, x.Server.RecordSize = 1000, 1000
		}},
	}
}

// priced returns a configuration whose hosts have the reference cost table.
func priced(t testing.TB, link netem.Config) Config {
	t.Helper()
	table, err := costs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	cfg := wire(t, link, link)
	cfg.Client.Costs, cfg.Client.Slowdown = table, 3.3
	cfg.Server.Costs, cfg.Server.Cores = table, 2
	return cfg
}

func (h handshake) record(t testing.TB) (*recording.Recording, recording.Outcome) {
	t.Helper()
	rec, err := Record(t.Context(), h.exchange(t))
	if err != nil {
		t.Fatal(err)
	}
	return rec, rec.Branches[0].Outcome
}

func TestLiveEnginesAndTheirRecordingAgreeToTheNanosecond(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	all := handshakes()
	maps.Copy(all, sizedHandshakes(t))
	maps.Copy(all, earlyHandshakes(t))
	for name, h := range all {
		rec, outcome := h.record(t)
		for where, link := range testLinks() {
			agree(t, fmt.Sprintf("%s, %s", name, where), priced(t, link), rec, outcome, h.exchange(t))
		}
	}
}

// agree compares replicates of a recording with those of live engines.
func agree(t *testing.T, what string, cfg Config, rec *recording.Recording, outcome recording.Outcome, x Exchange) {
	t.Helper()
	replayed, err := NewReplicator(cfg, rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	liveReplicator, err := NewLiveReplicator(cfg, x)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(4) {
		if a, b := replayed.Run(seed), liveReplicator.Run(seed); a != b {
			t.Fatalf("%s, seed %d:\nreplayed %+v\nlive     %+v", what, seed, a, b)
		}
	}
}

// In a world, a client refuses a certificate that expires before it arrives. A connection that is
// recorded takes no time.
func TestLiveEnginesUseTheVirtualTime(t *testing.T) {
	h := handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
		now := x.Client.Now()
		x.presents(ca.ChainSpec{Algorithm: "ecdsa-p256", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.Add(2 * time.Second)})
	}}
	if _, err := Record(t.Context(), h.exchange(t)); err != nil {
		t.Fatal(err)
	}
	for delay, want := range map[time.Duration]string{450 * ms: OK, 600 * ms: "alert certificate_expired"} {
		// The client checks the certificate after two round trips.
		w, err := NewLiveReplicator(priced(t, delayed(delay)), h.exchange(t))
		if err != nil {
			t.Fatal(err)
		}
		if r := w.Run(1); r.Outcome != want {
			t.Errorf("with a delay of %v the outcome is %s, want %s", delay, r.Outcome, want)
		}
	}
}

// The server chooses the branch once, when it has the ClientHello.
func TestAServerTakesABranchByTheTimeOfTheClientHello(t *testing.T) {
	rec, _ := handshakes()["1.3 full"].record(t)
	late := rec.Branches[0]
	late.Outcome = recording.Refused
	late.Server = slices.Clone(late.Server)
	late.Server[0].Items = append([]recording.Item{{Action: recording.Work, Work: time.Second}}, late.Server[0].Items...)
	rec.Branches = append(rec.Branches, late)
	if err := rec.Validate(); err != nil {
		t.Fatal(err)
	}
	asked := 0
	cfg := priced(t, delayed(100*ms))
	from, err := newReplay(rec, cfg.Client, cfg.Server, func(_, came instant) recording.Outcome {
		asked++
		if came.now > 300*ms {
			return recording.Refused
		}
		return recording.Full
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := newReplicator(cfg, from)
	if err != nil {
		t.Fatal(err)
	}
	const seed = 1
	for range 2 { // the second run decides again
		if r := w.Run(seed); r.ServerCPU < time.Second {
			t.Errorf("the server took %v for a ClientHello that came after 300ms, want 1 s or more", r.ServerCPU)
		}
	}
	if asked != 2 {
		t.Errorf("two runs choose a branch %d times, want 2", asked)
	}
	if n := testing.AllocsPerRun(10, func() { w.Run(seed) }); n != 0 {
		t.Errorf("a run with a decision makes %v allocations", n)
	}
}

func TestRoundTripsUntilTheClientMaySend(t *testing.T) {
	for name, want := range map[string]int{
		"1.3 full": 2, "1.3 psk-dhe": 2, "1.3 psk": 2, "1.3 retry": 3,
		"1.2 full": 3, "1.2 ticket": 2, "1.2 session-id": 2,
		"1.3 psk-dhe refused": 2, "1.3 psk refused": 3, "1.2 ticket refused": 3, "1.2 session-id refused": 3,
	} {
		h := handshakes()[name]
		rec, outcome := h.record(t)
		cfg := priced(t, delayed(500*ms))
		w, err := NewReplicator(cfg, rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		r := w.Run(1)
		if r.RoundTrips != want {
			t.Errorf("%s: %d round trips, want %d", name, r.RoundTrips, want)
		}
		// A second is so long that computation cannot hide a round trip.
		if got := int(r.Handshake / time.Second); got != want {
			t.Errorf("%s: the handshake takes %v, want %d round trips of 1 s", name, r.Handshake, want)
		}
		if r.Connect != time.Second {
			t.Errorf("%s: connected after %v, want 1s", name, r.Connect)
		}
	}
}

func TestTheTimeOfAHandshakeIsItsRoundTripsAndItsOperations(t *testing.T) {
	for name, h := range handshakes() {
		rec, outcome := h.record(t)
		cfg := priced(t, delayed(10*ms))
		w, err := NewReplicator(cfg, rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		r := w.Run(1)
		computed := r.Causes[ClientCPU] + r.Causes[ServerCPU]
		if r.TTLB != r.Causes[Propagation]+r.Causes[Window]+computed {
			t.Errorf("%s: %v to the last byte, of which %v are explained: %v", name, r.TTLB, r.Causes[Propagation]+r.Causes[Window]+computed, r.Causes)
		}
		if computed <= 0 || computed > r.ClientCPU+r.ServerCPU {
			t.Errorf("%s: %v of computation on the critical path, %v in all", name, computed, r.ClientCPU+r.ServerCPU)
		}
	}
}

func TestARecordingReadFromItsTextIsTheSame(t *testing.T) {
	all := handshakes()
	maps.Copy(all, sizedHandshakes(t))
	maps.Copy(all, earlyHandshakes(t))
	for name, h := range all {
		rec, _ := h.record(t)
		var text bytes.Buffer
		if err := rec.Format(&text); err != nil {
			t.Fatal(err)
		}
		again, err := recording.Parse(&text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(again, rec) {
			t.Errorf("%s: read back as %+v, want %+v", name, again, rec)
		}
	}
}

func TestARecordingDescribesItsExchange(t *testing.T) {
	rec, _ := handshakes()["1.3 psk-dhe"].record(t)
	var text bytes.Buffer
	if err := rec.Format(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"about version 1.3", "about kind resumed", "about resumption psk-dhe", "about response 40000 bytes", "keygen x25519", "seal aes-128-gcm 16384"} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("no line %q in\n%s", want, &text)
		}
	}
	if strings.Contains(text.String(), "verify ecdsa") {
		t.Error("a resumed handshake checks a signature")
	}
}

func TestAServersHandshakeIsWrittenInChunks(t *testing.T) {
	rec, _ := handshakes()["1.3 in chunks"].record(t)
	var writes []int
	for _, it := range rec.Branches[0].Server[0].Items {
		if it.Action == recording.Write {
			writes = append(writes, it.Bytes)
		}
	}
	if len(writes) < 2 {
		t.Fatalf("the first flight is %d writes, want more", len(writes))
	}
	for i, n := range writes {
		if last := i == len(writes)-1; n > 1000 || !last && n != 1000 {
			t.Errorf("write %d of %d is of %d bytes, want 1000", i+1, len(writes), n)
		}
	}
}

func TestAHandshakeThatIsNotOfTheWantedKindIsNotRecorded(t *testing.T) {
	for want, h := range map[string]handshake{
		"Kind is resumed: want full with Refused": {version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSKDHE, change: refusing},
		"gave the client nothing to resume": {version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSKDHE,
			change: func(x *Exchange) { x.Server.TicketCount = engine.NoTickets }},
		"the handshake was full, want resumed": {version: engine.TLS12, kind: engine.Resumed, resumption: engine.Ticket,
			change: func(x *Exchange) {
				now := x.Server.Now()
				x.Server.Now = func() time.Time { // the ticket expires between the two connections
					now = now.Add(24 * time.Hour)
					return now
				}
			}},
		"resumed by ticket, want session-id": {version: engine.TLS12, kind: engine.Resumed, resumption: engine.SessionID,
			change: func(x *Exchange) {
				x.Client.Resumption = []engine.Resumption{engine.Ticket}
				x.Server.Resumption = x.Client.Resumption
			}},
		"unknown_ca": {version: engine.TLS13, kind: engine.Full,
			change: func(x *Exchange) { x.Client.Roots, _ = pki.NewRoots() }},
		"early data was none, want accepted": {version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSKDHE,
			change: func(x *Exchange) { x.Client.EarlyData = true }},
		"must be in whole milliseconds": early(func(x *Exchange) { x.Server.Now = func() time.Time { return time.Unix(0, 1) } }),
		"request of 0 bytes":            {version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.Request = 0 }},
	} {
		if _, err := Record(t.Context(), h.exchange(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestALiveConnectionThatAnEngineEndsHasTheAlertAsItsOutcome(t *testing.T) {
	h := handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) { x.ServerName = "other.example" }}
	w, err := NewLiveReplicator(priced(t, delayed(10*ms)), h.exchange(t))
	if err != nil {
		t.Fatal(err)
	}
	if r := w.Run(1); r.Outcome != "alert bad_certificate" || r.Handshake >= 0 {
		t.Errorf("outcome %q, handshake %v; want alert bad_certificate and none", r.Outcome, r.Handshake)
	}
}

func TestRecordingsDependOnTheirSeedAlone(t *testing.T) {
	h := handshakes()["1.2 full"]
	var texts [2]bytes.Buffer
	for i := range texts {
		rec, err := Record(t.Context(), h.exchange(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := rec.Format(&texts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if texts[0].String() != texts[1].String() {
		t.Errorf("two recordings differ:\n%s\n%s", &texts[0], &texts[1])
	}
}
