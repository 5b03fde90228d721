package scenarios

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/netem"
	"tlslab/results"
	"tlslab/scenarios/document"
)

func parse(t *testing.T, text string, sets ...string) *Scenario {
	t.Helper()
	s, err := Parse(t.Context(), "test.yaml", []byte(text), Options{Sets: sets})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const twoByTwo = `
name: two-by-two
base:
  tls: {certificate: ecdsa-p256}
  link: {delay: 25ms, loss: 1%}
factors:
  tls.version: [1.2, "1.3"]
  tls.kind: [full, resumed]
compare: {factor: tls.kind, baseline: full}
`

func TestCellsAreAllCombinationsOfLevelsTheLastFactorFastest(t *testing.T) {
	s := parse(t, twoByTwo)
	var got []string
	for i := range s.Cells {
		got = append(got, s.Describe(&s.Cells[i]))
	}
	want := []string{
		"tls.version=1.2 tls.kind=full", "tls.version=1.2 tls.kind=resumed",
		"tls.version=1.3 tls.kind=full", "tls.version=1.3 tls.kind=resumed",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("cells %q, want %q", got, want)
	}
}

func TestKeysThatAreLeftOutHaveDefaults(t *testing.T) {
	s := parse(t, "name: little")
	if s.Seed != 1 || s.Replicates != 1000 || len(s.Cells) != 1 || s.Compare != nil {
		t.Errorf("got seed %d, %d replicates, %d cells, compare %v", s.Seed, s.Replicates, len(s.Cells), s.Compare)
	}
	c := s.Cells[0].Config
	if c.TLS.Versions != (Versions{engine.TLS13, engine.TLS13}) || c.TLS.Suites[0] != "TLS_AES_128_GCM_SHA256" || c.TLS.KeyShare != "x25519" {
		t.Errorf("got %+v", c.TLS)
	}
	if c.Transfer != (Transfer{Request: 500, Response: 10_000, Content: "text", Rounds: 1}) || c.Timeout != time.Minute || c.Client.Slowdown != 1 {
		t.Errorf("got %+v, timeout %v, client %+v", c.Transfer, c.Timeout, c.Client)
	}
}

func TestAByteOrderMarkIsNoPartOfTheText(t *testing.T) {
	text := "\ufeffname: marked\nreplicates: 3\n"
	if s := parse(t, text); s.Name != "marked" || string(s.Text) != text {
		t.Errorf("name %q, text %q", s.Name, s.Text)
	}
	_, err := Parse(t.Context(), "test.yaml", []byte("\ufeffnam: marked"), Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "test.yaml:1:1: ") {
		t.Errorf("got %v", err)
	}
}

func TestACipherIsResolvedToASuiteByVersionAndCertificate(t *testing.T) {
	for _, row := range []struct{ tls, want string }{
		{"version: 1.3, cipher: chacha20-poly1305", "TLS_CHACHA20_POLY1305_SHA256"},
		{"version: 1.2, cipher: chacha20-poly1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
		{"version: 1.2, cipher: aes-256-cbc-sha, certificate: rsa2048", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
		{"version: 1.2..1.3, cipher: aes-256-gcm, certificate: rsa2048", "TLS_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
		{"version: 1.2, suite: TLS_RSA_WITH_AES_128_CBC_SHA, certificate: rsa2048", "TLS_RSA_WITH_AES_128_CBC_SHA"},
	} {
		s := parse(t, "name: suites\nbase: {tls: {"+row.tls+"}}")
		if got := strings.Join(s.Cells[0].Config.TLS.Suites, " "); got != row.want {
			t.Errorf("%s: got %s, want %s", row.tls, got, row.want)
		}
	}
}

func TestALevelsCipherOverridesABaseSuiteAndViceVersa(t *testing.T) {
	s := parse(t, `
name: layers
base: {tls: {version: 1.2, certificate: rsa2048, suite: TLS_RSA_WITH_AES_128_CBC_SHA}}
factors: {tls.cipher: [aes-128-gcm]}`)
	if got := s.Cells[0].Config.TLS.Suites[0]; got != "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" {
		t.Errorf("cipher over suite: got %s", got)
	}
	s = parse(t, `
name: layers
base: {tls: {version: 1.2, certificate: rsa2048, cipher: aes-128-gcm}}
factors: {tls.suite: [TLS_RSA_WITH_AES_128_CBC_SHA]}`)
	if got := s.Cells[0].Config.TLS.Suites[0]; got != "TLS_RSA_WITH_AES_128_CBC_SHA" {
		t.Errorf("suite over cipher: got %s", got)
	}
}

func TestTheDefaultResumptionMechanismIsThatOfTheVersion(t *testing.T) {
	s := parse(t, twoByTwo)
	for i, want := range []string{"", "ticket", "", "psk-dhe"} {
		if got := s.Cells[i].Config.TLS.Resumption; got != want {
			t.Errorf("%s: resumption %q, want %q", s.Describe(&s.Cells[i]), got, want)
		}
	}
}

func TestALinkHasBothDirectionsUnlessOneIsNamed(t *testing.T) {
	s := parse(t, `
name: link
base:
  link:
    up: {rate: 1mbit, drops: [2]}
    down: delay 30ms loss gemodel 1% 20%
    delay: 10ms
    loss: 2%`)
	l := s.Cells[0].Config.Link
	up := netem.Config{Delay: 10 * time.Millisecond, Loss: 0.02, Rate: 1_000_000, Drops: []int{2}}
	if !reflect.DeepEqual(l.Up, []netem.Config{up}) {
		t.Errorf("up %+v, want %+v", l.Up, up)
	}
	if d := l.Down[0]; d.Delay != 30*time.Millisecond || d.Loss != 0 || d.Gemodel.P != 0.01 || d.Gemodel.R != 0.2 {
		t.Errorf("down %+v: want what the line of tc says", d)
	}
	if l.RTT() != 40*time.Millisecond {
		t.Errorf("rtt %v, want 40ms", l.RTT())
	}
}

func TestAFactorOfTheLinkOverridesALineOfTC(t *testing.T) {
	s := parse(t, `
name: link
base: {link: delay 10ms rate 5mbit}
factors: {link.delay: [20ms]}`)
	want := netem.Config{Delay: 20 * time.Millisecond, Rate: 5_000_000}
	if l := s.Cells[0].Config.Link; !reflect.DeepEqual(l.Up[0], want) || !reflect.DeepEqual(l.Down[0], want) {
		t.Errorf("got %+v, want %+v both ways", l, want)
	}
}

func TestPacketsFromTheServerCrossHopsInReverse(t *testing.T) {
	s := parse(t, `
name: hops
base: {link: {hops: [{delay: 1ms, up: {rate: 1mbit}}, delay 20ms]}}`)
	l := s.Cells[0].Config.Link
	ms := time.Millisecond
	want := Link{
		Up:   []netem.Config{{Delay: ms, Rate: 1_000_000}, {Delay: 20 * ms}},
		Down: []netem.Config{{Delay: 20 * ms}, {Delay: ms}},
	}
	if !reflect.DeepEqual(l, want) {
		t.Errorf("got %+v, want %+v", l, want)
	}
}

func TestExcludedCombinationsAreNotRun(t *testing.T) {
	s := parse(t, twoByTwo+"exclude: [{tls.version: 1.2, tls.kind: [resumed]}]")
	if len(s.Cells) != 3 {
		t.Errorf("%d cells, want 3", len(s.Cells))
	}
	for i := range s.Cells {
		if d := s.Describe(&s.Cells[i]); d == "tls.version=1.2 tls.kind=resumed" {
			t.Errorf("%s is there", d)
		}
	}
}

func TestSetOverridesBaseAndNarrowsFactors(t *testing.T) {
	s := parse(t, twoByTwo, "link.loss=5%", "tls.version=1.3")
	if len(s.Cells) != 2 || s.Cells[0].Config.Link.Up[0].Loss != 0.05 || s.Compare == nil {
		t.Errorf("got %d cells, loss %v, compare %v", len(s.Cells), s.Cells[0].Config.Link.Up[0].Loss, s.Compare)
	}
	if s = parse(t, twoByTwo, "tls.kind=resumed"); s.Compare != nil {
		t.Error("a comparison remains although its factor has one level")
	}
	if s = parse(t, patches, "stack=new"); len(s.Cells) != 1 || s.Cells[0].Levels[0] != "new" {
		t.Errorf("got %+v, want the one level", s.Cells)
	}
}

const patches = `
name: patches
factors:
  stack:
    old: {tls: {version: 1.2}, tls.certificate: rsa2048}
    new: {tls.version: 1.3}
`

func TestAPatchSetsSeveralKeysNestedOrDotted(t *testing.T) {
	s := parse(t, patches)
	older, newer := s.Cells[0].Config.TLS, s.Cells[1].Config.TLS
	if older.Versions.Max != engine.TLS12 || older.Certificate != "rsa2048" || newer.Versions.Max != engine.TLS13 || newer.Certificate != "ecdsa-p256" {
		t.Errorf("old %+v, new %+v", older, newer)
	}
}

func TestAnErrorOfASetNamesTheSet(t *testing.T) {
	var all strings.Builder
	for _, set := range []string{"link.loss=150%", "link.delay", "link.lost=1%", "tls.version=", "tls.version=1.4", "stack=modern", "tls.certificate=rsa2048", "link.up={", "tls={version: 1.3}",
		"seed=2", "title=x", "=5", "tls.chain.flaw=expired", "tls.alpn=\xff", "tls.server_name=a\tb", "tls.ticket_rotation=10s", "link.hops=[delay 1ms 5ms]", "rtt=50ms"} {
		s, err := Parse(t.Context(), "test.yaml", []byte(patches), Options{Sets: []string{set}})
		if err == nil {
			t.Errorf("--set %s is accepted: %v", set, s)
		}
		fmt.Fprintf(&all, "%v\n\n", err)
	}
	golden(t, "sets.golden", all.String())
}

func TestDelayIsShownAsTheRoundTripTimeThatFollows(t *testing.T) {
	s := parse(t, "name: rtt\nbase: {link: {up: {delay: 1ms}}}\nfactors: {link.delay: [100us, 25ms]}")
	want := results.Factor{Name: "rtt", Key: "link.delay", Levels: []string{"200us", "50ms"}, Values: []float64{200e3, 50e6}}
	if got := s.Header("v").Factors[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v: a level holds for both ways", got, want)
	}
	for why, text := range map[string]string{
		"it depends on another factor": "factors: {link.delay: [1ms, 2ms], link.up.delay: [2ms, 3ms]}",
		"two levels have the same":     "factors: {link.delay: [1ms, 2ms], ways: {both: {link.up.delay: 5ms, link.down.delay: 5ms}}}",
		"another factor is called rtt": "factors: {link.delay: [1ms, 2ms], rtt: {low: {link.loss: 1%}, high: {link.loss: 2%}}}",
	} {
		s = parse(t, "name: rtt\n"+text)
		if got := s.Header("v").Factors[0]; got.Name != "link.delay" || !reflect.DeepEqual(got.Values, []float64{1e6, 2e6}) {
			t.Errorf("got %+v, want the one-way delay: %s", got, why)
		}
	}
}

func TestShippedScenariosHaveValidHeaders(t *testing.T) {
	for _, name := range Shipped() {
		text, err := ShippedText(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(t.Context(), name, text, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		h := s.Header("v")
		if err := h.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s.Name != name || s.Title == "" || s.Replicates != 1000 || s.Compare == nil {
			t.Errorf("%s: name %q, title %q, %d replicates, compare %v", name, s.Name, s.Title, s.Replicates, s.Compare)
		}
	}
}

// Reading is linear: four times as many levels, cells and exclusions allocate about four times as
// much.
func TestReadingIsLinear(t *testing.T) {
	allocated := func(levels int) uint64 {
		var list, exclude strings.Builder
		for i := range levels {
			fmt.Fprintf(&list, "%dus, ", i+1)
		}
		for i := range levels / 10 {
			fmt.Fprintf(&exclude, "  - {link.delay: %dus, tls.kind: full}\n", i+1)
		}
		text := "name: levels\nfactors:\n  link.delay: [" + list.String() + "]\n  tls.kind: [full, resumed]\nexclude:\n" + exclude.String()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		parse(t, text).Header("v")
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(10) // what is made once
	if few, many := allocated(500), allocated(2000); many > 5*few {
		t.Errorf("%d bytes for 500 levels, %d for 2000", few, many)
	}
}

func TestReadingEndsAfterMaxErrorsAndWithItsContext(t *testing.T) {
	var unknown strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&unknown, "  key%d: 1\n", i)
	}
	_, err := Parse(t.Context(), "test.yaml", []byte("name: unknown\nbase:\n"+unknown.String()), Options{})
	var mistakes document.Errors
	if !errors.As(err, &mistakes) || len(mistakes) != document.MaxErrors+1 {
		t.Errorf("%d mistakes", len(mistakes))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Parse(ctx, "test.yaml", []byte(twoByTwo), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", s, err)
	}
}

// Only the engines find the error. It still has the line and column of its setting.
func TestAnErrorOfTheEnginesHasThePlaceOfItsSetting(t *testing.T) {
	s := parse(t, "name: chain\nbase: {tls.chain.size: 100B}\nfactors: {tls.version: [1.2, 1.3]}")
	_, err := s.Cells[1].Config.Exchange(1)
	var mistakes document.Errors
	if !errors.As(s.Locate(&s.Cells[1], err), &mistakes) || !strings.HasPrefix(mistakes.Error(), "test.yaml:2:24: tls.chain.size: chain of 100 bytes") ||
		!strings.Contains(mistakes.Error(), "in the cell tls.version=1.3") {
		t.Errorf("got %v", err)
	}
	other := errors.New("no setting")
	if err := s.Locate(&s.Cells[0], other); !errors.Is(err, other) || !strings.Contains(err.Error(), "cell tls.version=1.2") {
		t.Errorf("got %v", err)
	}
}

// With --set, settings of the file may be without effect. Settings of the command line may not.
func TestSettingsWithoutEffectAreRefusedWhereTheyAreWritten(t *testing.T) {
	const text = "name: records\nbase: {tls.record_threshold: 64kB}\nfactors: {tls.record: [16KiB, dynamic]}"
	parse(t, text)
	parse(t, text, "tls.record=16KiB")
	parse(t, text, "tls.reject_early_data=false") // a feature that is off may be set to off
	_, err := Parse(t.Context(), "test.yaml", []byte(text), Options{Sets: []string{"tls.early_data=1kB"}})
	if err == nil || !strings.Contains(err.Error(), "--set tls.early_data:1:1: tls.early_data: has no effect in any cell: no client sends early data") {
		t.Errorf("got %v", err)
	}
}
