package benchcompare

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Input is a Go benchmark file.
type Input struct {
	// Path is the file, or "-" for standard input.
	Path string
	// Label is the value of the key .file.
	Label string
}

// ParseInputs reads arguments of the form FILE or LABEL=FILE. Files that are named twice without a
// label are told apart as FILE#0 and FILE#1, as benchstat does.
func ParseInputs(args []string) []Input {
	inputs := make([]Input, len(args))
	count, next := map[string]int{}, map[string]int{}
	for i, arg := range args {
		label, path, labelled := strings.Cut(arg, "=")
		if !labelled {
			label, path = "", arg
			count[path]++
		}
		inputs[i] = Input{Path: path, Label: label}
		if labelled && label == "" {
			inputs[i].Label = path
		}
	}
	for i := range inputs {
		in := &inputs[i]
		switch {
		case in.Label != "":
		case count[in.Path] == 1:
			in.Label = in.Path
		default:
			in.Label = fmt.Sprintf("%s#%d", in.Path, next[in.Path])
			next[in.Path]++
		}
	}
	return inputs
}

// each calls visit with every result of every input. It returns the metadata of the units, and a
// warning for each file in which go test reports a failure. An error names the file: the file
// cannot be read, has no result, has a line that is not in Go's benchmark format, or ends within a
// line.
func each(inputs []Input, stdin io.Reader, visit func(input int, r *benchfmt.Result)) (units benchfmt.UnitMetadataMap, warnings []string, err error) {
	var reader benchfmt.Reader
	for i, in := range inputs {
		failed, err := readInput(&reader, in, stdin, func(r *benchfmt.Result) { visit(i, r) })
		if err != nil {
			return nil, nil, err
		}
		if failed != "" {
			warnings = append(warnings, failed)
		}
	}
	return reader.Units(), warnings, nil
}

// readInput reads one file. failed says where go test reports a failure.
func readInput(reader *benchfmt.Reader, in Input, stdin io.Reader, visit func(*benchfmt.Result)) (failed string, err error) {
	source, name := stdin, "standard input"
	if in.Path != "-" {
		name = in.Path
		file, err := os.Open(in.Path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		source = file
	}
	watched := &watcher{from: source}
	reader.Reset(bufio.NewReaderSize(watched, 1<<16), name, ".file", in.Label)
	n := 0
	var broken []error
	for reader.Scan() {
		switch r := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			if len(broken) < 5 {
				broken = append(broken, fmt.Errorf("%s:%d: not a line in Go's benchmark format: %s", name, r.Line, r.Msg))
			}
		case *benchfmt.Result:
			n++
			visit(r)
		}
	}
	if err := reader.Err(); err != nil {
		return "", err
	}
	switch {
	case len(broken) > 0:
		return "", errors.Join(broken...)
	case n == 0:
		return "", fmt.Errorf("%s: no benchmark result: want lines of go test -bench, such as BenchmarkSeal-8 1000 812 ns/op", name)
	case watched.cut():
		return "", fmt.Errorf("%s: the last line has no end, so the file may be cut off: write it again, or end it with a newline", name)
	}
	if watched.failed > 0 {
		failed = fmt.Sprintf("%s:%d: go test reports a failure here, so results may be missing.", name, watched.failed)
	}
	return failed, nil
}

// watcher notes what the benchmark format ignores: lines of a failed test, and a last line without
// an end.
type watcher struct {
	from   io.Reader
	line   []byte // beginning of the current line
	number int    // lines that have ended
	failed int    // number of the first line that reports a failure
}

func (w *watcher) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		head, tail, ended := bytes.Cut(rest, []byte("\n"))
		w.line = append(w.line, head[:min(len(head), max(0, 16-len(w.line)))]...)
		if rest = tail; !ended {
			break
		}
		w.number++
		if w.failed == 0 && (bytes.HasPrefix(w.line, []byte("FAIL")) || bytes.HasPrefix(w.line, []byte("--- FAIL"))) {
			w.failed = w.number
		}
		w.line = w.line[:0]
	}
	return n, err
}

// cut reports whether the input ended within a line of a result.
func (w *watcher) cut() bool { return bytes.HasPrefix(w.line, []byte("Benchmark")) }
