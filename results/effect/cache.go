package effect

import "sync"

// Resamples holds resamples that several comparers share. It may be used concurrently.
type Resamples struct {
	mutex sync.Mutex
	drawn []*resamples // the most recently used one last
	seed  uint64
}

// mostKept is the number of replicates of all resamples together that are kept.
const mostKept = 2 * mostShared

// NewResamples returns an empty set.
func NewResamples() *Resamples { return &Resamples{} }

// of returns the resamples of n replicates.
func (r *Resamples) of(n int, seed uint64) *resamples {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if seed != r.seed {
		r.drawn, r.seed = nil, seed
	}
	for i, known := range r.drawn {
		if known.n == n {
			r.drawn = append(append(r.drawn[:i], r.drawn[i+1:]...), known)
			return known
		}
	}
	r.drawn = append(r.drawn, newResamples(n, seed))
	total := 0
	for i := len(r.drawn) - 1; i >= 0; i-- {
		if total += r.drawn[i].n; total > mostKept {
			r.drawn = r.drawn[i+1:]
			break
		}
	}
	return r.drawn[len(r.drawn)-1]
}
