package tlslab_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are the Markdown pages of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(pages, "README.md", "CONTRIBUTING.md")
}

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	pageLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// repoPath matches a file or folder of the repository; * stands for any part of a name.
	repoPath = regexp.MustCompile(`^(?:(?:cmd|docs|engine|netem|results|scenarios|sim|testdata|\.ci)(?:/[\w.*-]+)+/?|\w+_test\.go|README\.md|CONTRIBUTING\.md|go\.mod)$`)
	anchor   = regexp.MustCompile(`[^\w\- ]`)
)

// namedFiles are the files and folders of the repository that a page names in code spans.
func namedFiles(page string) (names []string) {
	for _, m := range codeSpan.FindAllStringSubmatch(page, -1) {
		if repoPath.MatchString(m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// headings are the anchors of a page's headings, as Markdown viewers make them.
func headings(page string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(page) {
		title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if ok && strings.HasPrefix(line, "#") {
			title = anchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all[strings.ReplaceAll(title, " ", "-")] = true
		}
	}
	return all
}

func TestFilesNamedInDocumentsExist(t *testing.T) {
	for _, document := range documents(t) {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range namedFiles(string(page)) {
			if found, err := filepath.Glob(filepath.FromSlash(name)); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which does not exist", document, name)
			}
		}
	}
}

func TestLinksBetweenDocumentsAreNotBroken(t *testing.T) {
	for _, document := range documents(t) {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pageLink.FindAllStringSubmatch(string(page), -1) {
			target, section, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := document
			if target != "" {
				file = path.Join(path.Dir(document), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: link %s leads nowhere", document, m[1])
				continue
			}
			if section == "" {
				continue
			}
			text, err := fs.ReadFile(os.DirFS("."), file)
			if err != nil {
				t.Fatal(err)
			}
			if !headings(string(text))[section] {
				t.Errorf("%s: link %s: %s has no such section", document, m[1], file)
			}
		}
	}
}

// The table of packages leaves out those that only tests use.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t) {
		pkg := p.name()
		if pkg == "" || strings.Contains("/"+pkg+"/", "/internal/") || onlyForTests(pkg) {
			continue
		}
		if !strings.Contains(string(page), "`"+pkg+"`") {
			t.Errorf("docs/architecture.md does not name the package %s", pkg)
		}
	}
}

// onlyForTests reports whether a package holds what tests of other packages share.
func onlyForTests(pkg string) bool {
	return strings.HasSuffix(pkg, "test") || pkg == "engine/secrets/rfc8448"
}

func TestNamedFilesAreFound(t *testing.T) {
	page := "Text `engine/flights.go`, `scenarios/key_*.go`, `go test ./...`, `tls.version` and `README.md`, `samples/`."
	want := "engine/flights.go scenarios/key_*.go README.md"
	if got := strings.Join(namedFiles(page), " "); got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	if !headings("# A b\n## What `x` is, 2\n")["what-x-is-2"] {
		t.Error("a heading's anchor is not found")
	}
}
