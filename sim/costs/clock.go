package costs

import (
	"slices"
	"time"
)

// stopwatch measures how long a call takes, by the machine's clock.
type stopwatch struct {
	batch   time.Duration // one batch of calls takes at least so long
	batches int
	now     func() time.Time
}

// call returns the median, over the batches, of the mean time of one call. The
// first batch, which finds caches cold, only tells how many calls make a batch.
func (s stopwatch) call(f func()) time.Duration {
	n := 1
	for {
		took := s.time(f, n)
		if took >= s.batch {
			break
		}
		n = max(2*n, min(100*n, int(float64(n)*1.2*float64(s.batch)/float64(took+1))))
	}
	means := make([]time.Duration, s.batches)
	for i := range means {
		means[i] = s.time(f, n) / time.Duration(n)
	}
	slices.Sort(means)
	return means[len(means)/2]
}

func (s stopwatch) time(f func(), n int) time.Duration {
	began := s.now()
	for range n {
		f()
	}
	return s.now().Sub(began)
}
