package effect

import "sync"

// Resamples holds resamples that several comparers share. It may be used concurrently.
type Resamples struct {
	mutex sync.Mutex
	drawn []*resamples // the most recently used one last
	seed  uint64
}

// mostKept bounds the sum of n over the resamples that are kept. They take words · 8 bytes for each
// of these replicates.
const mostKept = 2 * mostShared

// NewResamples returns Resamples that hold nothing yet.
func NewResamples() *Resamples { return &Resamples{} }

// of returns the resamples of n replicates, and draws them if they are not held.
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
