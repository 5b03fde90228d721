package costs_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"tlslab/engine/op"
	"tlslab/sim/costs"
)

const twoRows = `{"schema": 1, "name": "two rows", "machine": {}, "prices": [
	{"op": "sign rsa2048", "ns": 970000, "provider": "crypto/rsa"},
	{"op": "seal aes-128-gcm", "ns": 100, "ps_per_byte": 250}]}`

func TestAPriceHasAFixedPartAndOneForEachByte(t *testing.T) {
	table, err := costs.Read("two rows", strings.NewReader(twoRows))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]time.Duration{
		"sign rsa2048":           970 * time.Microsecond,
		"seal aes-128-gcm 16384": 100 + 4096,
		"seal aes-128-gcm 0":     100,
	} {
		o, err := op.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := table.Price(o); err != nil || got != want {
			t.Errorf("%s costs %v, %v; want %v", text, got, err, want)
		}
	}
	if _, err := table.Price(op.Op{Kind: op.Sign, Alg: "rsa4096"}); err == nil || !strings.Contains(err.Error(), "sign rsa4096") {
		t.Errorf("a missing price gives %v, want an error that names it", err)
	}
}

func TestATableIsWrittenAsItIsRead(t *testing.T) {
	table, err := costs.Read("two rows", strings.NewReader(twoRows))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := table.Write(&out); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if table, err = costs.Read("again", bytes.NewReader(out.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := table.Write(&again); err != nil || again.String() != out.String() {
		t.Errorf("written twice, it differs (%v):\n%s\n%s", err, &out, &again)
	}
}

func TestMistakesInATableAreNamed(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"schema": 1`, `"schema": 2`, "schema 2"},
		{`"two rows"`, `""`, "no name"},
		{`sign rsa2048`, `sing rsa2048`, "unknown kind \"sing\""},
		{`sign rsa2048`, `sign rsa2048 5`, "want a kind and an algorithm"},
		{`970000`, `-1`, "less than nothing"},
		{`seal aes-128-gcm`, `sign rsa2048`, "stands twice"},
		{`"provider"`, `"vendor"`, "vendor"},
		{`]}`, `]`, "two rows: the file ends before the table does"},
		{`]}`, `]}{}`, "more than one value"},
	} {
		_, err := costs.Read("two rows", strings.NewReader(strings.Replace(twoRows, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: error %v, want one with %q", c.new, c.old, err, c.want)
		}
	}
	if _, err := costs.Load("no-such-table.json"); err == nil || !strings.Contains(err.Error(), "no-such-table.json") {
		t.Errorf("a missing file gives %v", err)
	}
}

// The clock below advances by itself, so that the test shows the arithmetic of
// a calibration and not the speed of the machine.
func TestCalibrationPricesWhatTheShippedTablePrices(t *testing.T) {
	var now time.Time
	tick := func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
	measured, err := costs.Measure(context.Background(), costs.Options{Name: "ticking", Batch: 1, Batches: 1, Now: tick})
	if err != nil {
		t.Fatal(err)
	}
	reference, err := costs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	if len(measured.Prices) != len(reference.Prices) {
		t.Errorf("%d prices measured, %d shipped", len(measured.Prices), len(reference.Prices))
	}
	for i, p := range measured.Prices {
		if i < len(reference.Prices) && p.Op != reference.Prices[i].Op {
			t.Errorf("row %d is %q, shipped is %q", i+1, p.Op, reference.Prices[i].Op)
		}
		want := int64(time.Millisecond)
		if strings.HasPrefix(p.Op, "sign mldsa") {
			want /= 128 // messages, over which the mean is taken
		}
		if strings.HasPrefix(p.Op, "sign") && p.NS != want {
			t.Errorf("%s costs %d ns by a clock that moves 1 ms a reading, want %d", p.Op, p.NS, want)
		}
		if p.Provider == "" {
			t.Errorf("%s has no provider", p.Op)
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := costs.Measure(cancelled, costs.Options{Batch: 1, Batches: 1, Now: tick}); err == nil {
		t.Error("a cancelled calibration goes on to its end")
	}
}
