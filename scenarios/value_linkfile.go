package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tlslab/netem"
)

// A linkFile is read from a file that a link names: a *netem.Trace or a *netem.DistributionTable.
type linkFile interface {
	comparable
	Name() string
	Hash() string // "" if it has not been read
}

// A linkFileKey is the key of a link that names a file.
type linkFileKey[F linkFile] struct {
	name string
	of   func(*netem.Config) *F // where a link has it
}

var (
	traceKey = linkFileKey[*netem.Trace]{"trace", func(c *netem.Config) **netem.Trace { return &c.Trace }}
	tableKey = linkFileKey[*netem.DistributionTable]{"distribution",
		func(c *netem.Config) **netem.DistributionTable { return &c.Table }}
)

// Traces are the traces of all links, each once.
func (c *Config) Traces() []*netem.Trace { return traceKey.all(c) }

// DistributionTables are the tables of all links, each once.
func (c *Config) DistributionTables() []*netem.DistributionTable { return tableKey.all(c) }

// all returns the files of all links, each once.
func (k linkFileKey[F]) all(c *Config) (all []F) {
	var none F
	seen := map[F]bool{none: true}
	for _, way := range c.linksWith(k.name) {
		for i := range way.hops {
			if f := *k.of(&way.hops[i]); !seen[f] {
				seen[f] = true
				all = append(all, f)
			}
		}
	}
	return all
}

// linksWith returns the links of a configuration by direction, with the names of the keys that may
// set this key of a link, the most particular name first.
func (c *Config) linksWith(key string) []linkHops {
	return []linkHops{
		{c.Link.Up, blameLink(key, "link.up", "link")},
		{c.Link.Down, blameLink(key, "link.down", "link")},
		{c.CA.Link.Up, blameLink(key, "ca.link")},
		{c.CA.Link.Down, blameLink(key, "ca.link")},
	}
}

// linkHops are the links of one direction, and the keys that a conflict blames.
type linkHops struct {
	hops []netem.Config
	keys []string
}

// linkFiles reads the files of a key, each once.
type linkFiles[F linkFile] struct {
	key  linkFileKey[F]
	open func(name string) (F, error)
	read map[string]readFile[F] // by name
}

// A readFile is the result of reading a file.
type readFile[F linkFile] struct {
	file F
	err  error
}

func newLinkFiles[F linkFile](key linkFileKey[F], open func(string) (F, error)) *linkFiles[F] {
	return &linkFiles[F]{key, open, map[string]readFile[F]{}}
}

// load reads the files of all links. A file with a conflict stays as it is.
func (f *linkFiles[F]) load(c *Config) (conflicts []conflict) {
	var none F
	for _, way := range c.linksWith(f.key.name) {
		for i := range way.hops {
			at := f.key.of(&way.hops[i])
			if *at == none || (*at).Hash() != "" {
				continue
			}
			name := (*at).Name()
			known, there := f.read[name]
			if !there {
				known.file, known.err = f.open(name)
				f.read[name] = known
			}
			if known.err != nil {
				conflicts = append(conflicts, conflict{way.keys, strings.TrimPrefix(known.err.Error(), "netem: ")})
				continue
			}
			*at = known.file
		}
	}
	return conflicts
}

// filesBeside opens files that a scenario names. A relative path starts at the folder of the scenario's
// file.
func filesBeside[F linkFile](scenario string, read func(name string, r io.Reader) (F, error)) func(string) (F, error) {
	return func(name string) (none F, err error) {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(scenario), path)
		}
		r, err := openRegular(path)
		if err != nil {
			return none, err
		}
		defer r.Close()
		file, err := read(name, r)
		var wrong *netem.FileError
		if errors.As(err, &wrong) {
			wrong.Name = path
		}
		return file, err
	}
}

// openRegular opens a file, and neither a folder nor a device.
func openRegular(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return f, err
}
