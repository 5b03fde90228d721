// Package tlslab_test tests the repository as a whole: which package may import which, and that the
// README's commands work. It also has the benchmarks that compare the engine with crypto/tls.
package tlslab_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tlslab"

// A rule lists the packages that a package must not import, directly or indirectly. Packages are
// import paths below the module; "…" at the end includes the packages below. The last rule that
// matches a package applies.
type rule struct {
	pkg    string
	never  []string
	except []string
}

var rules = []rule{
	{pkg: "engine…", never: []string{"…"}, except: []string{"engine…"}},
	{pkg: "engine", never: []string{"…", "engine/pki/ca"}, except: []string{"engine…"}},
	{pkg: "engine/op", never: []string{"…"}},
	{pkg: "engine/avx", never: []string{"…"}},
	{pkg: "engine/protocol", never: []string{"…"}},
	{pkg: "engine/alert", never: []string{"…"}, except: []string{"engine/protocol"}},
	{pkg: "engine/session…", never: []string{"…", "engine", "engine/netconn", "engine/pki/ca"}, except: []string{"engine/…"}},
	{pkg: "engine/wire…", never: []string{"…", "engine"}, except: []string{"engine/…"}},
	{pkg: "engine/record…", never: []string{"…", "engine"}, except: []string{"engine/…"}},
	{pkg: "engine/secrets…", never: []string{"…", "engine"}, except: []string{"engine/…"}},
	{pkg: "engine/kx…", never: []string{"…", "engine"}, except: []string{"engine/…"}},
	{pkg: "engine/pki…", never: []string{"…", "engine"}, except: []string{"engine/…"}},
	{pkg: "engine/pki", never: []string{"…", "engine", "engine/pki/ca"}, except: []string{"engine/…"}},
	{pkg: "engine/netconn…", never: []string{"sim…", "scenarios…", "results…", "cmd…"}},
	{pkg: "engine/netconn", never: []string{"sim…", "scenarios…", "results…", "cmd…", "engine/netconn/server", "engine/netconn/timing"}},
	{pkg: "engine/netconn/ocsphttp", never: []string{"…"}},
	{pkg: "netem…", never: []string{"…"}, except: []string{"netem…"}},
	{pkg: "netem/live…", never: []string{"engine…", "sim…", "scenarios…", "results…", "cmd…"}},
	{pkg: "sim…", never: []string{"scenarios…", "results…", "cmd…"}},
	{pkg: "sim/tcp…", never: []string{"…"}, except: []string{"sim/tcp…"}},
	{pkg: "sim/recording…", never: []string{"sim", "scenarios…", "results…", "cmd…"}},
	{pkg: "sim/costs…", never: []string{"sim", "scenarios…", "results…", "cmd…"}},
	{pkg: "results…", never: []string{"…"}, except: []string{"results…"}},
	{pkg: "results/effect…", never: []string{"…"}, except: []string{"results/effect…", "results/stat"}},
	{pkg: "scenarios…", never: []string{"cmd…"}},
	{pkg: "scenarios/document", never: []string{"…"}},
	{pkg: "cmd…"},
}

// matches reports whether a pattern of a rule matches a package.
func matches(pattern, pkg string) bool {
	prefix, below := strings.CutSuffix(pattern, "…")
	if !below {
		return pkg == pattern
	}
	if prefix == "" || pkg == prefix {
		return true
	}
	return strings.HasPrefix(pkg, strings.TrimSuffix(prefix, "/")+"/")
}

func anyMatches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// forbids reports whether the rule forbids importing a package.
func (r *rule) forbids(pkg string) bool {
	listed := slices.Contains(r.never, pkg) // then no exception applies
	return listed || anyMatches(r.never, pkg) && !anyMatches(r.except, pkg)
}

// ruleOf finds the rule of a package.
func ruleOf(pkg string) *rule {
	for i := len(rules) - 1; i >= 0; i-- {
		if matches(rules[i].pkg, pkg) {
			return &rules[i]
		}
	}
	return nil
}

// A goPackage is what go list prints about a package.
type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Deps       []string // direct and indirect imports
}

// name is the package's import path below the module.
func (p *goPackage) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// packages lists the module's packages, without tests.
func packages(t *testing.T) (all []goPackage) {
	t.Helper()
	openFolders(t)
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Deps", "./...")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
}

// openFolders opens every folder of the module. go test then knows that the test depends on the
// files in it. It does not know what go list reads, and would print a cached result after a change.
func openFolders(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(at string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && at != "." && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		r := ruleOf(p.name())
		if r == nil {
			t.Errorf("%s: no rule matches this package", p.ImportPath)
			continue
		}
		for _, dep := range p.Deps {
			pkg, ours := strings.CutPrefix(dep, module+"/")
			if ours && r.forbids(pkg) {
				t.Errorf("%s must not import %s", p.name(), pkg)
			}
		}
	}
}

func TestRulesForbid(t *testing.T) {
	for _, tt := range []struct {
		pkg, dep  string
		forbidden bool
	}{
		{"engine", "engine/op", false},
		{"engine", "netem", true},
		{"engine", "sim/costs", true},
		{"engine/op", "engine/wire", true},
		{"engine", "engine/pki", false},
		{"engine", "engine/pki/ca", true},
		{"engine/pki", "engine/pki/ca", true},
		{"engine/pki/ca", "engine/pki", false},
		{"engine/wire", "engine/op", false},
		{"engine/wire", "engine", true},
		{"engine/protocol", "engine/op", true},
		{"engine/alert", "engine/protocol", false},
		{"engine/alert", "engine/wire", true},
		{"engine/session", "engine/pki", false},
		{"engine/session", "engine", true},
		{"engine/session", "engine/netconn", true},
		{"engine/netconn", "engine", false},
		{"engine/netconn", "sim", true},
		{"netem", "engine/op", true},
		{"netem/live", "netem", false},
		{"netem/live", "results", true},
		{"sim", "engine", false},
		{"sim", "results", true},
		{"sim/tcp", "netem", true},
		{"sim/recording", "engine/op", false},
		{"sim/recording", "sim", true},
		{"results/plot", "results", false},
		{"results", "engine/op", true},
		{"scenarios", "sim", false},
		{"scenarios/run", "cmd/tlslab", true},
		{"scenarios/document", "scenarios", true},
		{"simulator", "sim", false},
	} {
		r := ruleOf(tt.pkg)
		if got := r != nil && r.forbids(tt.dep); got != tt.forbidden {
			t.Errorf("%s imports %s: forbidden %v, want %v", tt.pkg, tt.dep, got, tt.forbidden)
		}
	}
}

// In a large package most files have a prefix that names their family, as in "ext_alpn.go", and
// that another file has too.
func TestFilesOfLargePackagesFormFamilies(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) <= 40 {
			continue
		}
		families := map[string]int{}
		for _, name := range p.GoFiles {
			prefix, _, _ := strings.Cut(strings.TrimSuffix(name, ".go"), "_")
			families[prefix]++
		}
		alone := 0
		for _, files := range families {
			if files == 1 {
				alone++
			}
		}
		if 2*alone > len(p.GoFiles) {
			t.Errorf("%s: %d of %d files belong to no family", p.ImportPath, alone, len(p.GoFiles))
		}
	}
}

// deterministic are the packages whose results must depend on their inputs only. exempt are
// those among them that use real sockets, a real link or this machine's speed.
var (
	deterministic = []string{"engine…", "netem…", "sim…"}
	exempt        = []string{"engine/netconn…", "netem/live…", "sim/costs"}
)

// clock lists the functions of package time that read the wall clock or wait for it.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// seeded lists what math/rand exports besides its global source.
var seeded = []string{"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}

func TestResultsFollowFromInputsAlone(t *testing.T) {
	for _, p := range packages(t) {
		if !anyMatches(deterministic, p.name()) || anyMatches(exempt, p.name()) {
			continue
		}
		for _, name := range p.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range hiddenInputs(file) {
				at := fset.Position(f.pos)
				t.Errorf("%s:%d: %s", path.Join(p.name(), name), at.Line, f.what)
			}
		}
	}
}

func TestHiddenInputsAreFound(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`import "time"; var _ = time.Second`, ""},
		{`import "time"; var _ = time.Now()`, "time.Now"},
		{`import clock "time"; var _ = clock.Now`, "time.Now"},
		{`import "math/rand/v2"; var _ = rand.New(rand.NewPCG(1, 2))`, ""},
		{`import "math/rand/v2"; var _ = rand.IntN(3)`, "math/rand/v2.IntN"},
		{`import "math/rand"; var _ = rand.Int()`, "math/rand.Int"},
		{`import "crypto/rand"; func f(r io.Reader) bool { return r == rand.Reader }`, ""},
		{`import "crypto/rand"; var r = rand.Reader`, "crypto/rand.Reader"},
		{`func f() { go f() }`, "goroutine"},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p; "+tt.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range hiddenInputs(file) {
			got = append(got, f.what)
		}
		if s := strings.Join(got, " "); tt.want == "" && s != "" || !strings.Contains(s, tt.want) {
			t.Errorf("%s: found %q, want %q", tt.source, s, tt.want)
		}
	}
}

type finding struct {
	pos  token.Pos
	what string
}

// hiddenInputs finds in a file what a result could depend on besides its inputs: goroutines, the
// wall clock and unseeded random sources. Comparing a source with crypto/rand.Reader is allowed: it
// reads nothing.
func hiddenInputs(file *ast.File) (found []finding) {
	imported := make(map[string]string) // name in this file: path
	for _, spec := range file.Imports {
		at, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(strings.TrimSuffix(at, "/v2"))
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = at
	}
	compared := make(map[ast.Expr]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, finding{n.Pos(), "starts a goroutine"})
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				compared[n.X], compared[n.Y] = true, true
			}
		case *ast.SelectorExpr:
			name, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			at := imported[name.Name]
			hidden := at == "time" && slices.Contains(clock, n.Sel.Name) ||
				strings.HasPrefix(at, "math/rand") && !slices.Contains(seeded, n.Sel.Name) ||
				at == "crypto/rand" && !compared[n]
			if hidden {
				found = append(found, finding{n.Pos(), "uses " + at + "." + n.Sel.Name})
			}
		}
		return true
	})
	return found
}
