package scenarios

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"tlslab/netem"
)

// placeholderTable stands for a table that has not been read, in checks of a link's other settings.
var placeholderTable = sync.OnceValue(func() *netem.DistributionTable {
	table, err := netem.ReadTable("", strings.NewReader("0"))
	if err != nil {
		panic("scenarios: " + err.Error()) // the text is constant
	}
	return table
})

// DistributionTables are the tables of all links, each once.
func (c *Config) DistributionTables() (all []*netem.DistributionTable) {
	seen := map[*netem.DistributionTable]bool{}
	for _, way := range c.linksWith("distribution") {
		for i := range way.hops {
			if t := way.hops[i].Table; t != nil && !seen[t] {
				seen[t] = true
				all = append(all, t)
			}
		}
	}
	return all
}

// tableFiles reads the distribution tables of a scenario, each file once.
type tableFiles struct {
	open func(name string) (*netem.DistributionTable, error)
	read map[string]readTable // by name
}

// A readTable is the result of reading a table.
type readTable struct {
	table *netem.DistributionTable
	err   error
}

func newTableFiles(open func(string) (*netem.DistributionTable, error)) *tableFiles {
	return &tableFiles{open: open, read: map[string]readTable{}}
}

// load reads the tables of all links. A table with a conflict stays as it is.
func (f *tableFiles) load(c *Config) (conflicts []conflict) {
	for _, way := range c.linksWith("distribution") {
		for i := range way.hops {
			hop := &way.hops[i]
			if hop.Table == nil || hop.Table.Hash() != "" {
				continue
			}
			name := hop.Table.Name()
			known, there := f.read[name]
			if !there {
				known.table, known.err = f.open(name)
				f.read[name] = known
			}
			if known.err != nil {
				conflicts = append(conflicts, conflict{way.keys, strings.TrimPrefix(known.err.Error(), "netem: ")})
				continue
			}
			hop.Table = known.table
		}
	}
	return conflicts
}

// tablesBeside reads the tables of a scenario from their files. A relative path starts at the
// folder of the scenario's file.
func tablesBeside(file string) func(string) (*netem.DistributionTable, error) {
	return func(name string) (*netem.DistributionTable, error) {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		f, err := openRegular(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		table, err := netem.ReadTable(name, f)
		var wrong *netem.TableError
		if errors.As(err, &wrong) {
			wrong.Name = path
		}
		return table, err
	}
}
