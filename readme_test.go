package tlslab_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The test runs the README's fenced code blocks of two kinds in one empty folder:
//
//	sh            commands: each line is run, in order
//	yaml NAME     files: they are written first
//
// Other blocks are not run. In a command, "go run ./cmd/tlslab" runs a program that is built once.
// A line that begins with "go test" is not run; it must be a step of .ci/run. "git clone" and "cd"
// are skipped.

// A block is a fenced code block: the words after the opening fence, and the lines.
type block struct {
	info  string
	lines []string
}

var fence = regexp.MustCompile("^ *```+ *(.*)$")

// fencedBlocks returns the fenced code blocks of a Markdown page.
func fencedBlocks(page string) (blocks []block) {
	open := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\r\n")
		m := fence.FindStringSubmatch(line)
		switch {
		case m != nil && open:
			open = false
		case m != nil:
			open = true
			blocks = append(blocks, block{info: strings.TrimSpace(m[1])})
		case open:
			b := &blocks[len(blocks)-1]
			b.lines = append(b.lines, line)
		}
	}
	return blocks
}

// commands returns the command lines of the sh blocks, without comments, and with continued lines
// joined.
func commands(blocks []block) (all []string) {
	for _, b := range blocks {
		if b.info != "sh" {
			continue
		}
		script := strings.ReplaceAll(strings.Join(b.lines, "\n"), "\\\n", " ")
		for line := range strings.Lines(script) {
			line, _, _ = strings.Cut(" "+line, " #")
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

func TestReadmeCommandsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fencedBlocks(string(page))
	dir := readmeFolder(t, blocks)
	for _, line := range commands(blocks) {
		switch {
		case strings.HasPrefix(line, "git clone "), strings.HasPrefix(line, "cd "):
		case strings.HasPrefix(line, "go test "):
			if !slices.Contains(ciSteps(t), line) {
				t.Errorf("%s: .ci/run does not run this", line)
			}
		default:
			runLine(t, dir, line)
		}
	}
}

// readmeFolder makes the folder in which the commands run: with the README's files, the program,
// and go.mod, which "go tool" needs.
func readmeFolder(t *testing.T, blocks []block) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	for _, b := range blocks {
		if name, ok := strings.CutPrefix(b.info, "yaml "); ok {
			files[name] = []byte(strings.Join(b.lines, "\n") + "\n")
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", "tlslab"), "./cmd/tlslab")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// runLine runs one command line in the folder.
func runLine(t *testing.T, dir, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(line, "go run ./cmd/tlslab", "tlslab"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// ciSteps returns the commands that .ci/run runs.
func ciSteps(t *testing.T) (steps []string) {
	t.Helper()
	script, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(script)) {
		if step, ok := strings.CutPrefix(strings.TrimSpace(line), "step "); ok {
			steps = append(steps, step)
		}
	}
	return steps
}

func TestCommandsOfAPage(t *testing.T) {
	page := strings.Join([]string{
		"Text.", "```sh", "# a comment", "tlslab run a   # more", "tlslab run \\", "  b", "```",
		"```yaml q.yaml", "name: q", "```", "```", "not a command", "```", "```sh", "tlslab run c#d", "```",
	}, "\n")
	blocks := fencedBlocks(page)
	want := []string{"tlslab run a", "tlslab run    b", "tlslab run c#d"}
	if got := commands(blocks); !slices.Equal(got, want) {
		t.Errorf("commands %q, want %q", got, want)
	}
	if len(blocks) != 4 || blocks[1].info != "yaml q.yaml" || blocks[1].lines[0] != "name: q" {
		t.Errorf("blocks %q", blocks)
	}
}
