package tlslab_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The recipes of docs/ci.md are its blocks "yaml NAME.yml". The test runs the steps of a recipe in
// a copy of this repository, as GitHub Actions does. First the head equals the base; then it
// computes three times as long.

type recipe struct {
	Jobs map[string]struct {
		Steps []struct {
			Name string
			Run  string
			If   string
			Env  map[string]any
		}
	}
}

// recipes are the recipes by their names.
func recipes(t *testing.T) map[string]recipe {
	t.Helper()
	page, err := os.ReadFile("docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]recipe{}
	for _, b := range fencedBlocks(string(page)) {
		name, isYAML := strings.CutPrefix(b.info, "yaml ")
		if !isYAML {
			continue
		}
		var r recipe
		if err := yaml.Unmarshal([]byte(strings.Join(b.lines, "\n")), &r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(name, ".yml")] = r
	}
	return all
}

// checkout is a copy of this repository with one commit.
type checkout struct {
	head string // the folder of the head; the recipes write beside it
	base string // the commit
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	c := &checkout{head: filepath.Join(t.TempDir(), "head")}
	err := filepath.WalkDir(".", func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (at == ".git" || entry.Name() == "tlslab-out"):
			return filepath.SkipDir
		case entry.Name() == ".git": // of a worktree
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(c.head, at), 0o777)
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(c.head, at), text, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.git(t, "init", "--quiet")
	c.git(t, "add", "--all")
	c.git(t, "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "base")
	c.base = strings.TrimSpace(c.git(t, "rev-parse", "HEAD"))
	return c
}

func (c *checkout) git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.head
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// reset removes what a recipe wrote, and what slow changed.
func (c *checkout) reset(t *testing.T) {
	t.Helper()
	c.git(t, "checkout", "--quiet", ".")
	c.git(t, "worktree", "prune")
	entries, err := os.ReadDir(filepath.Dir(c.head))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "head" {
			if err := os.RemoveAll(filepath.Join(filepath.Dir(c.head), e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.git(t, "worktree", "prune")
}

// slow replaces a piece of the head's code.
func (c *checkout) slow(t *testing.T, file, old, new string) {
	t.Helper()
	path := filepath.Join(c.head, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s has %q not once: let this test slow down another piece", file, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
}

// run executes the steps of a recipe, with some variables in place of its own. It returns the exit
// code of the first step that fails, and what the recipe shows.
func (c *checkout) run(t *testing.T, r recipe, variables map[string]string) (code int, shown string) {
	t.Helper()
	summary := filepath.Join(filepath.Dir(c.head), "summary.md")
	variables["BASE"], variables["GITHUB_STEP_SUMMARY"] = c.base, summary
	for _, job := range r.Jobs {
		for _, step := range job.Steps {
			if step.Run == "" || code != 0 && step.If != "always()" {
				continue
			}
			cmd := exec.Command("bash", "-e", "-c", step.Run)
			cmd.Dir = c.head
			cmd.Env = os.Environ()
			for name, value := range step.Env {
				if text, isText := value.(string); isText && variables[name] == "" {
					cmd.Env = append(cmd.Env, name+"="+text)
				}
			}
			for name, value := range variables {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			switch {
			case errors.As(err, &exit):
				code = exit.ExitCode()
				t.Logf("step %q: exit code %d\n%s", step.Name, code, out)
			case err != nil:
				t.Fatal(err)
			}
		}
	}
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatalf("the recipe shows nothing: %v", err)
	}
	return code, string(text)
}

func TestTheRecipesForCIFailAtASlowdown(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	all := recipes(t)
	c := newCheckout(t)
	for _, tt := range []struct {
		name           string
		variables      map[string]string
		file, old, new string // three times as slow
	}{
		{"simulated", map[string]string{"REPLICATES": "100"},
			"sim/costs/table.go", "return time.Duration(p.NS + int64(size)*p.PSPerByte/1000)", "return 3 * time.Duration(p.NS+int64(size)*p.PSPerByte/1000)"},
		// Few short rounds and a wide threshold: the machine may be busy with other tests.
		{"measured", map[string]string{"ROUNDS": "15", "LIMIT": "+80%"},
			"engine/record/halfconn.go", "if err := h.protection.seal(record, h.sequence, typ, len(plain)); err != nil {",
			"for range 2 {\n_ = h.protection.seal(record, h.sequence, typ, len(plain))\n}\nif err := h.protection.seal(record, h.sequence, typ, len(plain)); err != nil {"},
	} {
		r, there := all[tt.name]
		if !there {
			t.Fatalf("docs/ci.md has no recipe %s", tt.name)
		}
		c.reset(t)
		code, shown := c.run(t, r, tt.variables)
		// On a busy machine the measured recipe may have too little data to tell.
		if tt.name == "simulated" && code != 0 || strings.Contains(shown, "beyond the threshold") {
			t.Errorf("%s: exit code %d for a head that equals the base:\n%s", tt.name, code, shown)
		}
		c.reset(t)
		c.slow(t, tt.file, tt.old, tt.new)
		code, shown = c.run(t, r, tt.variables)
		if code != 3 || !strings.Contains(shown, "Gate: failed") {
			t.Errorf("%s: exit code %d for a head that is three times as slow:\n%s", tt.name, code, shown)
		}
	}
	if len(all) != 2 {
		t.Errorf("docs/ci.md has %d recipes, of which 2 are tested", len(all))
	}
}
