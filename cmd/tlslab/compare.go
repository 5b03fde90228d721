package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/results"
	"tlslab/results/benchcompare"
	"tlslab/results/compare"
	"tlslab/results/durable"
	"tlslab/results/gate"
	"tlslab/results/table"
	scenariorun "tlslab/scenarios/run"
)

// errGate is the error of a comparison that does not meet its gate.
var errGate = errors.New("gate not met")

// compareFormats are the values of --format.
var compareFormats = []string{"text", "markdown", "csv", "json", "html"}

// compareFlagNames may have one hyphen, as benchstat's flags do.
var compareFlagNames = []string{"filter", "row", "col", "table", "ignore", "fail-on", "format", "out", "anyway"}

// comparison is what the flags of compare say.
type comparison struct {
	benchcompare.Options
	failOn      []string
	expressions []*gate.Expression
	format, out string
	anyway      bool
}

func (a *app) compareVerb() *cobra.Command {
	var c comparison
	verb := &cobra.Command{
		Use:   "compare OLD NEW...",
		Short: "Compare runs or Go benchmark files, and fail if a change is too large",
		Long: `Compare an old side with new ones. Each is the output folder of a run, or a file in Go's benchmark
format, - for standard input. LABEL=PATH names a side.

Runs with the same root seed are compared pair by pair. Benchmark files are compared as benchstat
does, with its options: --filter, --row, --col, --table and --ignore are in the language of
https://pkg.go.dev/golang.org/x/perf/benchproc/syntax.

--fail-on makes the comparison a gate with exit code 3:

  'p95(handshake)>+3%'      the p95 is more than 3 % higher
  'mean(goodput)<-50kB/s'   the mean is more than 50 kB/s lower
  'failed()>+1%'            the share of failed replicates is more than one percentage point higher
  'changed(bytes-*)'        any value of these metrics differs
  'median(sec/op)>+5%'      of benchmarks: a unit takes the metric's place

It also fails if one side lacks a cell, metric or benchmark, and if there is not enough data to tell.
docs/ci.md has the rule, and recipes for GitHub Actions.`,
		Example: `  tlslab compare tlslab-out/before tlslab-out/after --fail-on 'p95(handshake)>+3%'
  tlslab compare base=old.txt head=new.txt --fail-on 'median(sec/op)>+5%' --format markdown --out comment.md
  tlslab compare bench.txt --col /tls.kind --filter .unit:handshake-sim-sec`,
		Args: func(verb *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s: got no arguments, want two or more: OLD NEW", verb.Name())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.check(); err != nil {
				return usageError{err}
			}
			d, err := a.compare(cmd.Context(), &c, args)
			if err != nil {
				return err
			}
			if err := a.writeComparison(&c, d); err != nil {
				return err
			}
			return gateError(d.Gate)
		},
	}
	flags := verb.Flags()
	flags.StringVar(&c.Filter, "filter", "", "compare only what matches this benchproc `filter`, such as /link.loss:1%")
	flags.StringVar(&c.Row, "row", "", "of benchmark files: `keys` of a row (default .fullname)")
	flags.StringVar(&c.Col, "col", "", "of benchmark files: `keys` whose values are compared (default .file)")
	flags.StringVar(&c.Table, "table", "", "of benchmark files: `keys` of a table (default .config)")
	flags.StringVar(&c.Ignore, "ignore", "", "of benchmark files: `keys` that may differ within a row")
	flags.StringArrayVar(&c.failOn, "fail-on", nil, "exit with 3 unless every comparison is certainly within the threshold of this `expression` (may be repeated)")
	flags.StringVar(&c.format, "format", "text", "`FORMAT` to write: "+strings.Join(compareFormats, ", "))
	flags.StringVar(&c.out, "out", "", "`file` to write (default standard output)")
	flags.BoolVar(&c.anyway, "anyway", false, "compare runs of different scenarios, as far as their cells and metrics agree")
	return verb
}

// compareFlags gives the flags of compare a second hyphen where they have one.
func compareFlags(args []string) []string {
	if len(args) == 0 || args[0] != "compare" {
		return args
	}
	out := slices.Clone(args)
	for i, arg := range out {
		if arg == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && slices.Contains(compareFlagNames, name) {
			out[i] = "-" + arg
		}
	}
	return out
}

// check finds mistakes in the flags.
func (c *comparison) check() error {
	if !slices.Contains(compareFormats, c.format) {
		return fmt.Errorf("--format %s: want one of %s", c.format, strings.Join(compareFormats, ", "))
	}
	for _, text := range c.failOn {
		e, err := gate.Parse(text)
		if err != nil {
			return fmt.Errorf("--fail-on: %w", err)
		}
		c.expressions = append(c.expressions, e)
	}
	return c.Options.Check()
}

// compare compares folders or benchmark files.
func (a *app) compare(ctx context.Context, c *comparison, args []string) (*compare.Document, error) {
	inputs := benchcompare.ParseInputs(args)
	folders, stdin := 0, 0
	for _, in := range inputs {
		if in.Path == "-" {
			if stdin++; stdin > 1 {
				return nil, usageError{errors.New("standard input can be read once")}
			}
			continue
		}
		info, err := os.Stat(in.Path)
		if err != nil {
			return nil, readError("run folder or benchmark file", in.Path, err)
		}
		if info.IsDir() {
			folders++
		}
	}
	switch {
	case folders == 0:
		return a.compareBenchmarks(c, inputs)
	case folders < len(inputs):
		return nil, usageError{errors.New("want folders or benchmark files, not both: bench.txt in a run's folder is its benchmark file")}
	}
	return a.compareFolders(ctx, c, inputs)
}

func (a *app) compareBenchmarks(c *comparison, inputs []benchcompare.Input) (*compare.Document, error) {
	compared, err := benchcompare.Compare(inputs, a.stdin, c.Options)
	var option *benchcompare.OptionError
	if errors.As(err, &option) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	d := compared.Document()
	if len(c.expressions) > 0 {
		checks, err := compared.Checks(c.expressions)
		if err != nil {
			return nil, usageError{fmt.Errorf("--fail-on: %w", err)}
		}
		gate.Judge(checks)
		d.Gate = &compare.Gate{Expressions: c.expressions, Checks: checks}
	}
	return d, nil
}

func (a *app) compareFolders(ctx context.Context, c *comparison, inputs []benchcompare.Input) (*compare.Document, error) {
	for _, f := range []struct{ name, value string }{{"row", c.Row}, {"col", c.Col}, {"table", c.Table}, {"ignore", c.Ignore}} {
		if f.value != "" {
			return nil, usageError{fmt.Errorf("--%s groups benchmarks: folders are compared cell by cell; bench.txt in a folder is its benchmark file", f.name)}
		}
	}
	if len(inputs) < 2 {
		return nil, usageError{fmt.Errorf("%s is one run: name a second folder; tlslab report compares the cells of one run", inputs[0].Path)}
	}
	labels := map[string]string{}
	for _, in := range inputs {
		if other, found := labels[in.Label]; found {
			return nil, usageError{fmt.Errorf("%s and %s have the same label %s: give each side its own LABEL=PATH", other, in.Path, in.Label)}
		}
		labels[in.Label] = in.Path
	}
	var runs []compare.Run
	var headers []*results.Header
	var manifests []*scenariorun.Manifest
	var warnings []string
	for _, in := range inputs {
		store, m, err := scenariorun.Load(in.Path)
		if err != nil {
			return nil, err
		}
		if m == nil {
			warnings = append(warnings, in.Label+" has no manifest.json, so not every setting can be compared.")
		}
		if !store.Complete() {
			warnings = append(warnings, in.Label+" is the folder of an interrupted run: cells or replicates may be missing.")
		}
		runs = append(runs, compare.Run{Label: in.Label, Source: store})
		headers, manifests = append(headers, store.Header()), append(manifests, m)
	}
	d, err := compare.Runs(runs, compare.RunOptions{Filter: c.Filter, Anyway: c.anyway, Expressions: c.expressions})
	var question *compare.QuestionError
	var filter *compare.FilterError
	var expression *compare.ExpressionError
	switch {
	case errors.As(err, &question):
		return nil, fmt.Errorf("%w. --anyway compares what their cells and metrics have in common", err)
	case errors.As(err, &filter):
		return nil, usageError{err}
	case errors.As(err, &expression):
		return nil, usageError{fmt.Errorf("--fail-on: %w", err)}
	case err != nil:
		return nil, err
	}
	d.Settings, d.Warnings = differences(ctx, headers, manifests), warnings
	if len(d.Settings) == 0 && !slices.Contains(manifests, nil) {
		d.Facts = append(d.Facts, "No setting differs: scenario keys, version, seed and cost tables are the same.")
	}
	return d, nil
}

// writeComparison writes the document in its format.
func (a *app) writeComparison(c *comparison, d *compare.Document) error {
	write := map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return d.WriteText(w, table.StyleOf(w)) },
		"markdown": d.WriteMarkdown, "csv": d.WriteCSV, "json": d.WriteJSON, "html": d.WriteHTML,
	}[c.format]
	if c.out == "" {
		return write(a.stdout)
	}
	if err := durable.Write(filepath.Dir(c.out), c.out, write); err != nil {
		return fmt.Errorf("--out %s: %w", c.out, err)
	}
	return nil
}

// gateError is the error of a gate that is not met: it says how many checks of which expression did
// not pass, and why.
func gateError(g *compare.Gate) error {
	if g == nil || g.Met() {
		return nil
	}
	var all []string
	for _, e := range g.Expressions {
		var worst *gate.Check
		n, checks := 0, g.Of(e)
		for i := range checks {
			if c := &checks[i]; c.Outcome != gate.Passed {
				if n++; worst == nil || worst.Outcome != gate.Exceeded && c.Outcome == gate.Exceeded {
					worst = c
				}
			}
		}
		if worst != nil {
			all = append(all, fmt.Sprintf("%s fails in %d of %d comparisons, such as %s: %s", e.Text, n, len(checks), worst.Row, worst.Reason))
		}
	}
	return fmt.Errorf("%w: %s", errGate, strings.Join(all, "\n"))
}
