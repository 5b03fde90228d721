package sim

import "tlslab/sim/recording"

// An exchange has one or more rounds: a request and its response. Before each round but the first
// the client may pause.

// receivedResponse is called after n more bytes of a response have become readable.
func (e *exchangeSide) receivedResponse(n int) {
	first, last := recording.FirstByte, recording.LastByte
	if e.round > 1 {
		first, last = recording.LastRoundFirstByte, recording.LastRoundLastByte
	}
	counts := e.round == 1 || e.round == e.rounds
	if n > 0 && e.received == n && counts {
		e.mark(first)
	}
	if n == 0 || e.received < e.response {
		return
	}
	if counts {
		e.mark(last)
	}
	if e.round == e.rounds {
		e.close()
		return
	}
	e.round++
	e.received = 0
	if e.pause > 0 {
		e.items = append(e.items, recording.Item{Action: recording.Pause, Work: e.pause})
		e.paused = true
		return
	}
	e.beginRound()
}

// beginRound sends the request of a round after the first.
func (e *exchangeSide) beginRound() {
	e.paused = false
	if e.round == e.rounds {
		e.mark(recording.LastRequest)
	}
	e.send(e.request)
}

// receivedRequest is called after more bytes of a request have become readable. The server responds
// to the whole request.
func (e *exchangeSide) receivedRequest() {
	if e.received < e.request {
		return
	}
	e.received = 0
	e.send(e.response)
}
