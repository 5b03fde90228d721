package results

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
)

// lineParser reads observation lines against a header. It accepts white space between tokens, and otherwise nothing but
// what a Writer writes: the same keys in the same order, and every level and metric one of the header's.
type lineParser struct {
	h    *Header
	keys [][]byte // metricKeys

	line []byte
	pos  int

	// prefix is the text of the last line up to the end of its cell, cell its levels, as indices into each factor's.
	prefix []byte
	cell   []int
	levels []string
	// outcome is the last line's outcome: most lines share theirs, so that one string serves them all.
	outcome string
}

func newLineParser(h *Header) *lineParser {
	return &lineParser{h: h, keys: metricKeys(h), cell: make([]int, len(h.Factors)), levels: make([]string, len(h.Factors))}
}

// parse reads a whole line into o, which keeps pointing to the parser's own memory for its cell until the next call.
func (p *lineParser) parse(line []byte, o *Observation) error {
	if err := p.parseCell(line); err != nil {
		return err
	}
	o.Cell = p.levels
	replicate, err := p.field(`"replicate"`, p.ordinal)
	if err != nil {
		return err
	}
	o.Replicate = int(replicate)
	if o.Seed, err = p.field(`"seed"`, p.hex); err != nil {
		return err
	}
	if o.Hash, err = p.field(`"hash"`, p.hex); err != nil {
		return err
	}
	if err := p.parseOutcome(); err != nil {
		return err
	}
	o.Outcome = p.outcome
	if err := p.parseMetrics(o); err != nil {
		return err
	}
	if err := p.expect("}"); err != nil {
		return err
	}
	if p.space(); p.pos != len(p.line) {
		return p.unexpected("the end of the line")
	}
	return nil
}

// parseCell reads the beginning of a line, as far as the end of its cell.
func (p *lineParser) parseCell(line []byte) error {
	p.line, p.pos = line, 0
	if len(p.prefix) > 0 && bytes.HasPrefix(line, p.prefix) {
		p.pos = len(p.prefix)
		return nil
	}
	p.prefix = p.prefix[:0]
	for _, token := range []string{"{", `"cell"`, ":", "{"} {
		if err := p.expect(token); err != nil {
			return err
		}
	}
	for i, f := range p.h.Factors {
		if i > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		level, err := p.member(f.Name)
		if err != nil {
			return err
		}
		if p.cell[i] = slices.Index(f.Levels, level); p.cell[i] < 0 {
			return fmt.Errorf("%q is not a level of factor %q, which has %s", level, f.Name, strings.Join(f.Levels, ", "))
		}
		p.levels[i] = f.Levels[p.cell[i]]
	}
	if err := p.expect("}"); err != nil {
		return err
	}
	p.prefix = append(p.prefix, line[:p.pos]...)
	return nil
}

// member reads `"name":"value"` of the cell and returns the value.
func (p *lineParser) member(name string) (string, error) {
	key, err := p.str()
	if err != nil {
		return "", err
	}
	if key != name {
		return "", fmt.Errorf("cell: want factor %q, found %q: factors stand in the header's order, each once", name, key)
	}
	if err := p.expect(":"); err != nil {
		return "", err
	}
	return p.str()
}

// field reads `,key:value`, with value read by the given function.
func (p *lineParser) field(key string, value func() (uint64, error)) (uint64, error) {
	for _, token := range [...]string{",", key, ":"} {
		if err := p.expect(token); err != nil {
			return 0, err
		}
	}
	v, err := value()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", strings.Trim(key, `"`), err)
	}
	return v, nil
}

func (p *lineParser) parseOutcome() error {
	for _, token := range [...]string{",", `"outcome"`, ":"} {
		if err := p.expect(token); err != nil {
			return err
		}
	}
	p.space()
	start := p.pos
	if text, ok := p.plain(); ok {
		if string(text) != p.outcome {
			p.outcome = string(text)
		}
	} else {
		p.pos = start
		s, err := p.str()
		if err != nil {
			return err
		}
		p.outcome = s
	}
	if p.outcome == "" {
		return fmt.Errorf("outcome is empty: want %q or what ended the replicate", OutcomeOK)
	}
	return nil
}

func (p *lineParser) parseMetrics(o *Observation) error {
	for _, token := range [...]string{",", `"metrics"`, ":", "{"} {
		if err := p.expect(token); err != nil {
			return err
		}
	}
	o.Values = o.Values[:0]
	for range p.h.Metrics {
		o.Values = append(o.Values, math.NaN())
	}
	next := 0
	if p.space(); p.peek() == '}' {
		p.pos++
		return nil
	}
	for {
		i, err := p.metric(next)
		if err != nil {
			return err
		}
		if o.Values[i], err = p.number(); err != nil {
			return fmt.Errorf("metric %q: %w", p.h.Metrics[i].Name, err)
		}
		next = i + 1
		p.space()
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return nil
		default:
			return p.unexpected("`,` or `}`")
		}
	}
}

// metric reads a metric's name and colon and returns its index, which is at least next.
func (p *lineParser) metric(next int) (int, error) {
	p.space()
	for i := next; i < len(p.keys); i++ {
		if bytes.HasPrefix(p.line[p.pos:], p.keys[i]) {
			p.pos += len(p.keys[i])
			return i, nil
		}
	}
	name, err := p.str()
	if err != nil {
		return 0, err
	}
	i := p.h.Metric(name)
	switch {
	case i < 0:
		return 0, fmt.Errorf("metric %q is not in the header", name)
	case i < next:
		return 0, fmt.Errorf("metric %q: metrics stand in the header's order, each once", name)
	}
	return i, p.expect(":")
}
