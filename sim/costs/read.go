package costs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"tlslab/engine/op"
)

// Error is an error in the text of a cost table, with its place.
type Error struct {
	File         string
	Line, Column int // from 1; the column counts characters
	Err          error
}

// Error returns FILE:LINE:COLUMN and the error there.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Load returns the shipped table by its name, reference, or reads a file. The error of a file whose
// text is wrong is an *Error.
func Load(nameOrPath string) (*Table, error) {
	if nameOrPath == "reference" {
		return Reference()
	}
	f, err := os.Open(nameOrPath)
	if err != nil {
		if os.IsNotExist(err) {
			return nil, fmt.Errorf("cost table %q: neither the shipped table (reference) nor a file: %w", nameOrPath, fs.ErrNotExist)
		}
		return nil, fmt.Errorf("cost table: %w", err)
	}
	defer f.Close()
	return Read(nameOrPath, f)
}

// maxText bounds the text of a table, in bytes. The shipped table has some 10 kB.
const maxText = 4 << 20

// Read reads and checks a table. The error of a wrong text is an *Error, with the given name as its
// file.
func Read(name string, r io.Reader) (*Table, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("cost table %s: %w", name, err)
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("cost table %s: more than %d MB", name, maxText>>20)
	}
	p := parser{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	p.decoder.UseNumber()
	t := &Table{byOp: map[key]Price{}}
	if err := p.parse(t); err != nil {
		line, column := position(text, p.offset)
		return nil, &Error{name, line, column, err}
	}
	return t, nil
}

// position returns the line and the column of an offset in a text, from 1.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	last := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[last:])
}

// parser reads a table and knows the offset in the text that it has come to: that of the error, if
// there is one.
type parser struct {
	text    []byte
	decoder *json.Decoder
	offset  int
}

// parse reads the whole text.
func (p *parser) parse(t *Table) error {
	var whole json.RawMessage
	if err := json.Unmarshal(p.text, &whole); err != nil {
		return p.syntaxError(err)
	}
	if err := p.object(map[string]func() error{
		"schema": func() error {
			if err := p.value("a number", &t.Schema); err != nil {
				return err
			}
			return t.checkSchema()
		},
		"name":    func() error { return p.value("a string", &t.Name) },
		"machine": func() error { return p.machine(&t.Machine) },
		"prices":  func() error { return p.prices(t) },
	}); err != nil {
		return err
	}
	p.offset = 0
	if err := t.checkSchema(); err != nil {
		return err
	}
	return t.checkName()
}

func (p *parser) machine(m *Machine) error {
	text := func(to *string) func() error {
		return func() error { return p.value("a string", to) }
	}
	return p.object(map[string]func() error{
		"cpu": text(&m.CPU), "os": text(&m.OS), "arch": text(&m.Arch), "go": text(&m.Go),
	})
}

// prices reads the rows of the table.
func (p *parser) prices(t *Table) error {
	if null, err := p.begin('[', "a list of prices"); null || err != nil {
		return err
	}
	for p.decoder.More() {
		if err := p.price(t); err != nil {
			return err
		}
	}
	_, err := p.decoder.Token()
	return err
}

// price reads a row.
func (p *parser) price(t *Table) error {
	var row Price
	p.skip()
	offsets := map[priceField]int{}
	field := func(f priceField, what string, to any) func() error {
		return func() error {
			p.skip()
			offsets[f] = p.offset
			return p.value(what, to)
		}
	}
	begins := p.offset
	if err := p.object(map[string]func() error{
		"op":          field(opField, "a string", &row.Op),
		"ns":          field(nsField, "a whole number", &row.NS),
		"ps_per_byte": field(psPerByteField, "a whole number", &row.PSPerByte),
		"provider":    func() error { return p.value("a string", &row.Provider) },
	}); err != nil {
		return err
	}
	f, err := t.add(row)
	if err != nil {
		p.offset = begins
		if at, ok := offsets[f]; ok {
			p.offset = at
		}
	}
	return err
}

// object reads an object, or null. Each key has a function that reads its value.
func (p *parser) object(keys map[string]func() error) error {
	if null, err := p.begin('{', "an object"); null || err != nil {
		return err
	}
	for p.decoder.More() {
		p.skip()
		token, err := p.decoder.Token()
		if err != nil {
			return err
		}
		read, ok := keys[token.(string)]
		if !ok {
			return fmt.Errorf("unknown key %q", token)
		}
		if err := read(); err != nil {
			return err
		}
	}
	_, err := p.decoder.Token()
	return err
}

// begin reads the delimiter that begins an object or a list, or null.
func (p *parser) begin(d json.Delim, what string) (null bool, err error) {
	p.skip()
	token, err := p.decoder.Token()
	if err == nil && token != nil && token != d {
		err = fmt.Errorf("want %s", what)
	}
	return token == nil, err
}

// value reads a single value.
func (p *parser) value(what string, to any) error {
	p.skip()
	if err := p.decoder.Decode(to); err != nil {
		return fmt.Errorf("want %s", what)
	}
	return nil
}

// skip moves on to the beginning of the next value or key.
func (p *parser) skip() {
	p.offset = int(p.decoder.InputOffset())
	for p.offset < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[p.offset]) >= 0 {
		p.offset++
	}
}

// syntaxError returns the error for a text that is not valid JSON.
func (p *parser) syntaxError(err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	p.offset = int(syntax.Offset)
	if p.offset >= len(p.text) && strings.Contains(err.Error(), "unexpected end") {
		return errors.New("the file ends before the table does: write it again with `tlslab calibrate`")
	}
	p.offset-- // the error is at the last byte that was read
	return fmt.Errorf("not valid JSON: %w", err)
}

// checkSchema reports a table of another version.
func (t *Table) checkSchema() error {
	if t.Schema != Schema {
		return fmt.Errorf("schema %d: this version reads schema %d", t.Schema, Schema)
	}
	return nil
}

func (t *Table) checkName() error {
	if t.Name == "" {
		return errors.New("the table has no name")
	}
	return nil
}

// priceField is a field of a Price that can be wrong.
type priceField uint8

const (
	opField priceField = iota
	nsField
	psPerByteField
)

// The most that an operation may cost: no sum of a step's operations overflows.
const (
	maxNS        = int64(time.Hour)
	maxPSPerByte = 100_000_000
)

// add checks a price and adds it to the table. An error comes with the field that is wrong.
func (t *Table) add(p Price) (priceField, error) {
	if len(strings.Fields(p.Op)) != 2 {
		return opField, fmt.Errorf("operation %q: want a kind and an algorithm, as in \"sign rsa2048\"", p.Op)
	}
	o, err := op.Parse(p.Op)
	switch {
	case err != nil:
		return opField, err
	case p.NS < 0 || p.NS > maxNS:
		return nsField, fmt.Errorf("%s: ns %d: want 0 to %d (1 h)", p.Op, p.NS, maxNS)
	case p.PSPerByte < 0 || p.PSPerByte > maxPSPerByte:
		return psPerByteField, fmt.Errorf("%s: ps_per_byte %d: want 0 to %d (100 µs)", p.Op, p.PSPerByte, maxPSPerByte)
	}
	if o.Kind == op.Kernel {
		if f, err := checkKernel(&p, o.Alg); err != nil {
			return f, err
		}
	}
	k := key{o.Kind, o.Alg}
	if _, ok := t.byOp[k]; ok {
		return opField, fmt.Errorf("%s appears twice", p.Op)
	}
	t.byOp[k] = p
	t.Prices = append(t.Prices, p)
	return opField, nil
}
