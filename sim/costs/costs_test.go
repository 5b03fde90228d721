package costs_test

import (
	"bytes"
	"context"
	"errors"
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
		t.Errorf("written again, the table differs (%v):\n%s\n%s", err, &out, &again)
	}
}

// The text is twoRows, in which wrong replaces right.
func TestErrorsInATableHaveTheirLineAndColumn(t *testing.T) {
	for _, c := range []struct{ right, wrong, want string }{
		{`"schema": 1`, `"schema": 2`, `t.json:1:12: schema 2: this version reads schema 1`},
		{`"schema": 1`, `"schema": "1"`, `t.json:1:12: want a number`},
		{`"schema": 1, `, ``, `t.json:1:1: schema 0`},
		{`"two rows"`, `""`, `t.json:1:1: the table has no name`},
		{`"machine": {}`, `"machine": {"cpu": 5}`, `t.json:1:54: want a string`},
		{`"machine": {}`, `"machine": 5`, `t.json:1:46: want an object`},
		{`"prices": [`, `"prices": ["µ", `, `t.json:1:61: want an object`},
		{`"prices": [`, `"µ": 1, "prices": [`, `t.json:1:50: unknown key "µ"`},
		{`"prices": [`, `"cost": 1, "prices": [`, `t.json:1:50: unknown key "cost"`},
		{`sign rsa2048`, `sing rsa2048`, `t.json:2:9: operation "sing rsa2048": unknown kind "sing"`},
		{`sign rsa2048`, `sign rsa2048 5`, `t.json:2:9: operation "sign rsa2048 5": want a kind and an algorithm`},
		{`"op": "sign rsa2048", `, ``, `t.json:2:2: operation "": want a kind and an algorithm`},
		{`970000`, `-1`, `t.json:2:31: sign rsa2048: ns -1: want 0 to 3600000000000 (1 h)`},
		{`970000`, `970000.5`, `t.json:2:31: want a whole number`},
		{`250`, `100000001`, `t.json:3:55: seal aes-128-gcm: ps_per_byte 100000001: want 0 to 100000000`},
		{`seal aes-128-gcm`, `sign rsa2048`, `t.json:3:9: sign rsa2048 appears twice`},
		{`sign rsa2048`, `kernel rx`, `t.json:2:9: operation "kernel rx": the kernel's operations are rx-segment, tx-burst, read, write, wakeup`},
		{`seal aes-128-gcm`, `kernel wakeup`, `t.json:3:52: kernel wakeup: ps_per_byte 250: a wake-up has no bytes: want 0`},
		{`"provider"`, `"vendor"`, `t.json:2:39: unknown key "vendor"`},
		{`970000`, `970000x`, `t.json:2:37: not valid JSON: invalid character 'x'`},
		{`]}`, `]`, `t.json:3:60: the file ends before the table does`},
		{`]}`, `]}{}`, `t.json:3:61: not valid JSON: invalid character '{' after top-level value`},
	} {
		_, err := costs.Read("t.json", strings.NewReader(strings.Replace(twoRows, c.right, c.wrong, 1)))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s for %s: error %v, want %s", c.wrong, c.right, err, c.want)
		}
		if at := new(costs.Error); !errors.As(err, &at) || at.File != "t.json" || at.Line == 0 || at.Column == 0 {
			t.Errorf("%s for %s: the error %v has no line and column", c.wrong, c.right, err)
		}
	}
	if _, err := costs.Read("t.json", strings.NewReader(strings.Repeat(" ", 5<<20))); err == nil || !strings.Contains(err.Error(), "more than 4 MB") {
		t.Errorf("5 MB: error %v", err)
	}
	if _, err := costs.Load("no-such-table.json"); err == nil || !strings.Contains(err.Error(), "no-such-table.json") {
		t.Errorf("a missing file gives %v", err)
	}
}

// The clock of this test advances at each reading: the test shows the arithmetic of a calibration,
// not the speed of the machine.
func TestCalibrationPricesWhatTheShippedTablePrices(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
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
		t.Error("a cancelled calibration returns no error")
	}
}

func TestTheKernelTakesTheTimeThatATablePrices(t *testing.T) {
	reference, err := costs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	if _, priced := reference.Kernel(); priced {
		t.Error("the shipped table prices the kernel, whose work nobody has measured")
	}
	table, err := costs.Read("kernel", strings.NewReader(strings.Replace(twoRows, "seal aes-128-gcm", "kernel write", 1)))
	if err != nil {
		t.Fatal(err)
	}
	prices, priced := table.Kernel()
	if got := prices[costs.KernelWrite].Of(1000); !priced || got != 350 {
		t.Errorf("a write of 1000 bytes takes %v (%v), want 350ns", got, priced)
	}
	if got := prices[costs.KernelRead].Of(1000); got != 0 {
		t.Errorf("a read without a price takes %v, want 0", got)
	}
}
