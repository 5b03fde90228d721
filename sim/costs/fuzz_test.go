package costs_test

import (
	"bytes"
	"reflect"
	"testing"

	"tlslab/engine/op"
	"tlslab/sim/costs"
)

// A text is an error or a table. A table has a price for each of its rows, and reads back as it is
// written.
func FuzzRead(f *testing.F) {
	f.Add([]byte(twoRows))
	table, err := costs.Reference()
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := table.Write(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(`{"schema":1,"name":"\u00e9\"","machine":{"cpu":"<&>"},"prices":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := costs.Read("fuzzed", bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, p := range table.Prices {
			o, err := op.Parse(p.Op)
			if err != nil {
				t.Fatal(err)
			}
			o.Size = 1 << 14
			if price, err := table.Price(o); err != nil || price < 0 {
				t.Errorf("%v costs %v, %v", o, price, err)
			}
		}
		var out bytes.Buffer
		if err := table.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := costs.Read("written", &out)
		if err != nil || again.Name != table.Name || again.Machine != table.Machine || len(again.Prices) != len(table.Prices) ||
			len(table.Prices) > 0 && !reflect.DeepEqual(again.Prices, table.Prices) {
			t.Errorf("%+v is read back as %+v, %v", table, again, err)
		}
	})
}
