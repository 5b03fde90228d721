package document

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) *Node {
	t.Helper()
	n, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNodesKeepTheirTextAndPlace(t *testing.T) {
	n := parse(t, "name: \"a b\"\nlist:\n  - 1.0\n  - {x: true}\nempty:\nlast: 0x10")
	for i, want := range []string{"name 1:1 a b 1:7", "list 2:1 [1.0, {x: true}] 3:3", "empty 5:1  5:7", "last 6:1 0x10 6:7"} {
		p := n.Pairs[i]
		if got := fmt.Sprintf("%s %d:%d %s %d:%d", p.Name, p.Key.Line, p.Key.Column, p.Value, p.Value.Line, p.Value.Column); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if item := n.Pairs[1].Value.Items[1]; item.Kind != Mapping || item.Pairs[0].Value.Text != "true" {
		t.Errorf("got %+v", item)
	}
}

func TestATextWithoutAValueHasNoNode(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "\ufeff"} {
		if n := parse(t, text); n != nil {
			t.Errorf("%q: got %v", text, n)
		}
	}
}

// A text that would take the YAML parser minutes, or gigabytes, is refused before the parser sees
// it, at its place where it has one.
func TestTextsOutOfBoundsAreRefused(t *testing.T) {
	var unknown strings.Builder
	for i := range 400_000 {
		fmt.Fprintf(&unknown, "key%d: 1\n", i)
	}
	for _, row := range []struct{ text, says string }{
		{strings.Repeat("[", 400_000), "has more than 262144 bytes"},
		{unknown.String(), "has more than 262144 bytes"},
		{strings.Repeat("[", 200_000), "test.yaml:1:33: nested more than 32 deep"},
		{"a: " + strings.Repeat("{a: ", 60_000), "nested more than 32 deep"},
		{"a:\n" + strings.Repeat("- ", 120_000), "test.yaml:2:65: nested more than 32 deep"},
		{strings.Repeat("? ", 120_000), "nested more than 32 deep"},
		{strings.Repeat("\n", 10_001), "has more than 10000 lines"},
		{nestedBlocks(40), "nested more than 32 deep"},
		{"a: ü\nb: x\xffy\n", "test.yaml:2:5: byte 0xff is not UTF-8"},
		{"a: \xed\xa0\x80\n", "test.yaml:1:4: byte 0xed is not UTF-8"},
		{"# a\ttab\na: x\ty", "test.yaml:2:5: a tab: write spaces"},
		{"a: {b: \"x\ty\"}", "test.yaml:1:10: a tab: write spaces"},
		{"a: &x 1\nb: *x\n", "test.yaml:2:4: anchors, aliases"},
		{"a: !!str 1", "test.yaml:1:4: anchors, aliases"},
		{"? a\n: 2", "compound keys"},
	} {
		_, err := Parse("test.yaml", []byte(row.text))
		var found Errors
		if !errors.As(err, &found) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%.40q: got %v, want %q", row.text, err, row.says)
		}
	}
}

// nestedBlocks returns a text of mappings nested to a depth.
func nestedBlocks(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// A text within the bounds is parsed in little memory, although the parser's memory grows with the
// square of a mapping's length and of the nesting depth.
func TestTextsWithinBoundsTakeLittleMemory(t *testing.T) {
	var keys strings.Builder
	for i := range MaxLines {
		fmt.Fprintf(&keys, "key%d: 1\n", i)
	}
	for name, text := range map[string]string{
		"keys":   keys.String(),
		"flow":   "{" + strings.ReplaceAll(keys.String(), "\n", ", ") + "}",
		"lists":  "[" + strings.Repeat("[],", MaxBytes/3-1) + "]",
		"blocks": nestedBlocks(700),
		"text":   "a: " + strings.Repeat("x", MaxBytes-10),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Parse("test.yaml", []byte(text)) // blocks are an error
		runtime.ReadMemStats(&after)
		if allocated := (after.TotalAlloc - before.TotalAlloc) >> 20; allocated > 700 {
			t.Errorf("%s: %d MiB allocated", name, allocated)
		}
	}
}

func TestErrorsBeyondMaxErrorsAreLeftOutAndMentioned(t *testing.T) {
	var c Collector
	n := NewScalar("test.yaml", "x")
	for i := range MaxErrors + 5 {
		c.Add(n.Errorf("mistake %d", i%MaxErrors+i/MaxErrors*100))
	}
	var all Errors
	if err := c.Err(); !errors.As(err, &all) || len(all) != MaxErrors+1 || !strings.Contains(all[MaxErrors].Message, "or more") || !c.Full() {
		t.Errorf("%d errors", len(all))
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"a: 1", "[a, {b: c}]", "a: |\n  x\n", "? a\n: b", "&a b", "- - -", "{", "'", "a:\r\n  b", "--- a\n--- b"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := Parse("fuzz.yaml", text)
		var found Errors
		if err != nil && (n != nil || !errors.As(err, &found) || found.Error() == "") {
			t.Errorf("got %v and %v", n, err)
		}
		if n != nil {
			_ = n.String()
		}
	})
}
