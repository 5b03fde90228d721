package plot

func (set *Set) quantiles() ([]Figure, []Omitted)     { return nil, nil }
func (set *Set) distributions() ([]Figure, []Omitted) { return nil, nil }
func (set *Set) ratios() ([]Figure, []Omitted)        { return nil, nil }
func (set *Set) parts() ([]Figure, []Omitted)         { return nil, nil }
