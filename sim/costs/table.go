// Package costs prices the expensive operations of a TLS exchange (engine/op): how long one core is
// busy with each.
//
//	calibrate ──Measure──► Table ──Write──► reference.json
//	                         │ Price(op)
//	                         ▼
//	             CPU time charged to a simulated host
//
// A table may also price what the kernel of a host does for TCP (KernelOp). No engine reports that.
//
// A price has a fixed part and a part for each byte. The table that ships with tlslab is called
// reference; `tlslab calibrate` measures one on its machine. Each price names the library whose
// implementation was measured: another library has another price.
package costs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"tlslab/engine/op"
)

// Schema is the version of the file format.
const Schema = 1

// Price is what one operation costs: NS + PSPerByte·size/1000 nanoseconds of one core.
type Price struct {
	Op        string `json:"op"`                    // kind and algorithm, such as "sign rsa2048"
	NS        int64  `json:"ns"`                    // the fixed part in nanoseconds, 0 to 1 h
	PSPerByte int64  `json:"ps_per_byte,omitempty"` // of each byte in picoseconds, 0 to 10⁸
	Provider  string `json:"provider,omitempty"`    // the measured library, such as crypto/rsa
}

// Machine is where a table was measured.
type Machine struct {
	CPU  string `json:"cpu,omitempty"`  // the model, as Linux names it
	OS   string `json:"os,omitempty"`   // runtime.GOOS
	Arch string `json:"arch,omitempty"` // runtime.GOARCH
	Go   string `json:"go,omitempty"`   // runtime.Version
}

// Table is a cost table with its prices in the order of the file. Read and Measure make tables.
type Table struct {
	Schema  int     `json:"schema"`
	Name    string  `json:"name"`
	Machine Machine `json:"machine"`
	Prices  []Price `json:"prices"`

	byOp map[key]Price
}

type key struct {
	kind op.Kind
	alg  string
}

// Price returns how long one core is busy with an operation. It is an error if the table has no
// price for it.
func (t *Table) Price(o op.Op) (time.Duration, error) {
	p, err := t.Find(o.Kind, o.Alg)
	if err != nil {
		return 0, err
	}
	return p.Of(o.Size), nil
}

// Find returns the price of the operations of a kind and algorithm. It is an error if the table has
// none.
func (t *Table) Find(kind op.Kind, alg string) (Price, error) {
	p, ok := t.byOp[key{kind, alg}]
	if !ok {
		return p, fmt.Errorf("cost table %q has no price for %q: add a row, or measure one with `tlslab calibrate`", t.Name, kind.String()+" "+alg)
	}
	return p, nil
}

// Of returns how long one core is busy with an operation of a size in bytes.
func (p *Price) Of(size int) time.Duration {
	return time.Duration(p.NS + int64(size)*p.PSPerByte/1000)
}

//go:embed reference.json
var referenceJSON []byte

var reference = sync.OnceValues(func() (*Table, error) {
	return Read("reference.json", bytes.NewReader(referenceJSON))
})

// Reference returns the table that ships with tlslab.
func Reference() (*Table, error) { return reference() }

// Write writes the table as JSON with one price a line, so that tables can be compared line by
// line.
func (t *Table) Write(w io.Writer) error {
	var b bytes.Buffer
	machine, err := json.Marshal(t.Machine)
	if err != nil {
		return fmt.Errorf("write cost table: %w", err)
	}
	name, err := json.Marshal(t.Name)
	if err != nil {
		return fmt.Errorf("write cost table: %w", err)
	}
	fmt.Fprintf(&b, "{\n  \"schema\": %d,\n  \"name\": %s,\n  \"machine\": %s,\n  \"prices\": [", t.Schema, name, machine)
	for i, p := range t.Prices {
		line, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("write cost table: %w", err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    %s", line)
	}
	b.WriteString("\n  ]\n}\n")
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write cost table: %w", err)
	}
	return nil
}
