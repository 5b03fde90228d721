package costs

import "time"

// stopwatch measures how long a call takes, by the machine's clock.
type stopwatch struct {
	batch   time.Duration // one batch of calls takes at least so long
	batches int
	now     func() time.Time
}

// call returns the time of one call: the mean of a batch's calls, in the batch
// where it is least. Whatever else the machine does only ever adds to a batch,
// so the least of many short ones is what the call itself takes. The first
// batches, which find caches cold, only tell how many calls make a batch.
func (s stopwatch) call(f func()) time.Duration {
	n := 1
	for {
		took := s.time(f, n)
		if took >= s.batch {
			break
		}
		n = max(2*n, min(100*n, int(float64(n)*1.2*float64(s.batch)/float64(took+1))))
	}
	best := s.time(f, n)
	for range s.batches - 1 {
		best = min(best, s.time(f, n))
	}
	return best / time.Duration(n)
}

func (s stopwatch) time(f func(), n int) time.Duration {
	began := s.now()
	for range n {
		f()
	}
	return s.now().Sub(began)
}
