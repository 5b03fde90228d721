package sim

import "tlslab/sim/recording"

// The rounds of an exchange: one request and its response, and then, where there
// are more, a pause of the client before each request that follows.

// responded tells the client that n more bytes of a response are readable.
func (g *program) responded(n int) error {
	first, last := recording.FirstByte, recording.LastByte
	if g.round > 1 {
		first, last = recording.LastRoundFirstByte, recording.LastRoundLastByte
	}
	counts := g.round == 1 || g.round == g.rounds
	if n > 0 && g.received == n && counts {
		g.mark(first)
	}
	if n == 0 || g.received < g.response {
		return nil
	}
	if counts {
		g.mark(last)
	}
	if g.round == g.rounds {
		g.close()
		return nil
	}
	g.round++
	g.received = 0
	if g.pause > 0 {
		g.items = append(g.items, recording.Item{Action: recording.Pause, Work: g.pause})
		g.paused = true
		return nil
	}
	return g.ask()
}

// ask sends the request of a round after the first.
func (g *program) ask() error {
	g.paused = false
	if g.round == g.rounds {
		g.mark(recording.LastRequest)
	}
	return g.send(g.request)
}

// reply sends the response once the request is complete.
func (g *program) reply() error {
	if g.received < g.request {
		return nil
	}
	g.received = 0
	return g.send(g.response)
}
