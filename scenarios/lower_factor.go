package scenarios

import "tlslab/results"

// header lowers a factor to its description in the header.
func (f *Factor) header() results.Factor {
	described := results.Factor{Name: f.Name, Levels: f.levelNames()}
	if k := keyByName(f.Name); k != nil {
		described.Key, described.Label, described.Values = k.Name, k.Label, f.values()
	}
	return described
}

// values returns the quantity of each level of a factor of a key, or nil if any level is none.
func (f *Factor) values() []float64 {
	values := make([]float64, len(f.Levels))
	for i, l := range f.Levels {
		c := newConfig()
		for _, s := range l.settings {
			if s.apply(c) != nil {
				return nil
			}
		}
		q, ok := keyByName(f.Name).fields(c)[0].(quantity)
		if !ok {
			return nil
		}
		if values[i], ok = q.amount(); !ok {
			return nil
		}
	}
	return values
}
