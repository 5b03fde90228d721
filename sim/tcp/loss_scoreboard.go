package tcp

import "time"

// scoreboard is the state of SACK processing beside the marks on the packets of the
// retransmission queue (RFC 6675, kernel tcp_sacktag_write_queue).
type scoreboard struct {
	sackedOut, lostOut, retransOut int // packets with the mark

	lostTotal   int   // packets found lost so far, retransmissions too (kernel tcp_sock.lost)
	highestSACK int64 // end of the highest SACKed packet (kernel highest_sack)
	reordering  int   // packets by which the network may reorder (kernel reordering)
	reorderSeen bool

	// Offsets where scans of the queue go on. Every packet that is lost and not sent again
	// ends after retransmitHint (kernel retransmit_skb_hint). Every packet that ends at
	// lostHint or before is SACKed or lost; lostCount of them are SACKed (kernel
	// lost_skb_hint, lost_cnt_hint).
	retransmitHint int64
	lostHint       int64
	lostCount      int
	// sackCache holds the blocks of the last ACK in ascending order: the packets within a
	// block are SACKed (kernel recv_sack_cache).
	sackCache  [maxBlocks]Block
	sackCached int
}

// forgetSACKs drops the hints and the cache: the packets have lost their SACK marks.
func (b *scoreboard) forgetSACKs() {
	b.sackCached, b.lostHint, b.lostCount = 0, 0, 0
}

const maxReordering = 300 // packets (tcp_max_reordering)

// ackSummary is what the processing of one ACK finds out (kernel tcp_sacktag_state, and the
// flags of tcp_ack).
type ackSummary struct {
	flags      ackFlags
	priorUna   int64
	reordered  int64 // lowest offset newly SACKed below a higher SACK
	sackSample bool  // a packet is newly SACKed and was never retransmitted
	// Transmissions of the first and of the last packet of sackSample.
	firstSent, lastSent time.Duration
}

// ackFlags are facts about one ACK (kernel FLAG_ constants of tcp_input.c).
type ackFlags uint16

const (
	ackData         ackFlags = 1 << iota // FLAG_DATA: the segment carries data
	ackWindowUpdate                      // FLAG_WIN_UPDATE: it updates the window
	ackDataAcked                         // FLAG_DATA_ACKED: it acknowledges data cumulatively
	ackDataSACKed                        // FLAG_DATA_SACKED: it SACKs data for the first time
	ackUnaAdvanced                       // FLAG_SND_UNA_ADVANCED: sndUna moves
	ackDSACK                             // FLAG_DSACKING_ACK: it reports a duplicate
	ackDSACKTLP                          // FLAG_DSACK_TLP: the duplicate is the tail loss probe
	ackOrigAcked                         // FLAG_ORIG_SACK_ACKED: it ACKs or SACKs data sent once
	ackRetransAcked                      // FLAG_RETRANS_DATA_ACKED: it ACKs retransmitted data
	ackReneging                          // FLAG_SACK_RENEGING: the first packet is SACKed
	ackSetTimer                          // FLAG_SET_XMIT_TIMER: the RTO or TLP timer must be set
	ackLostRetrans                       // FLAG_LOST_RETRANS: a retransmission is found lost
	ackECE                               // FLAG_ECE: the segment carries ECE
	ackNotDup       = ackData | ackWindowUpdate | ackDataAcked
	ackCAAlert      = ackDataSACKed | ackDSACK | ackECE
)

// fack is the end of the highest packet known to have arrived (forward acknowledgement, kernel
// tcp_highest_sack_seq).
func (e *Endpoint) fack() int64 {
	if e.scoreboard.sackedOut == 0 {
		return e.sndUna
	}
	return max(e.scoreboard.highestSACK, e.sndUna)
}

// tagSACK marks the packets that the segment's SACK blocks cover. It takes the blocks in stream
// order: a block below another one is no sign of reordering if both arrive with one ACK (kernel
// tcp_sacktag_write_queue).
func (e *Endpoint) tagSACK(s *Segment, a *ackSummary) {
	blocks := s.SACK[:min(int(s.Blocks), maxBlocks)]
	if e.scoreboard.sackedOut == 0 {
		e.scoreboard.highestSACK = e.sndUna
	}
	a.reordered = e.sndNxt
	dup := e.checkDSACK(s, blocks, a)
	var tagged [maxBlocks]Block
	n, duplicate := 0, -1
	for i, b := range blocks {
		if b.Start < 0 || b.End <= b.Start || b.End > e.sndNxt || b.End <= a.priorUna {
			continue
		}
		k := n
		for ; k > 0 && tagged[k-1].Start > b.Start; k-- {
			tagged[k] = tagged[k-1]
		}
		tagged[k] = b
		switch {
		case dup && i == 0:
			duplicate = k
		case k <= duplicate:
			duplicate++
		}
		n++
	}
	for i, b := range tagged[:n] {
		e.tagBlock(b, i == duplicate, a)
	}
	e.scoreboard.sackCache, e.scoreboard.sackCached = tagged, n
	if e.rec.caState != caLoss || e.rec.hasUndoMarker {
		e.checkReordering(a.reordered)
	}
}

// tagBlock marks the packets that lie within one block. It skips the packets within the blocks of
// the last ACK, which are SACKed, unless the block is a D-SACK.
func (e *Endpoint) tagBlock(b Block, dup bool, a *ackSummary) {
	from := b.Start
	if !dup {
		for _, t := range e.scoreboard.sackCache[:e.scoreboard.sackCached] {
			if t.End <= from || t.Start >= b.End {
				continue
			}
			// Also for adjacent blocks: a packet may lie across the edge between them.
			if t.Start > b.Start {
				e.tagWithin(b, from, t.Start, false, a)
			}
			from = t.End
		}
	}
	if from < b.End {
		e.tagWithin(b, from, b.End, dup, a)
	}
}

// tagWithin marks the packets of a block that end after from and begin before to.
func (e *Endpoint) tagWithin(b Block, from, to int64, dup bool, a *ackSummary) {
	for i := e.queue.find(from); i < e.queue.n; i++ {
		p := e.queue.at(i)
		if p.seq >= to {
			return
		}
		if p.seq < b.Start || p.end() > b.End {
			continue
		}
		e.tagPacket(p, dup, a)
		if e.rate.sample != nil {
			e.rate.arrived(p)
		}
	}
}

// tagPacket marks one packet as arrived out of order (kernel tcp_sacktag_one).
func (e *Endpoint) tagPacket(p *packet, dup bool, a *ackSummary) {
	sb := &e.scoreboard
	if dup && p.state&packetRetransmitted != 0 {
		e.countDSACKForUndo(p.end())
		if p.state&packetSACKed != 0 {
			a.reordered = min(a.reordered, p.seq)
		}
	}
	if p.end() <= e.sndUna {
		return
	}
	if p.state&packetSACKed == 0 {
		e.rackAdvance(p)
		if p.state&packetRetransInFlight != 0 {
			// Unless the packet is lost, its retransmission still counts as in flight.
			if p.state&packetLost != 0 {
				p.state &^= packetLost | packetRetransInFlight
				sb.lostOut--
				sb.retransOut--
			}
		} else {
			if p.state&packetEverRetrans == 0 {
				if p.seq < e.fack() {
					a.reordered = min(a.reordered, p.seq)
				}
				if p.end() <= e.rec.highSeq {
					a.flags |= ackOrigAcked
				}
				if !a.sackSample {
					a.firstSent = p.sent
				}
				a.sackSample = true
				a.lastSent = p.sent
			}
			if p.state&packetLost != 0 {
				p.state &^= packetLost
				sb.lostOut--
			}
		}
		e.queue.list(e.sndNxt)
		e.queue.unlist(p)
		p.state |= packetSACKed
		if p.end() <= sb.lostHint {
			sb.lostCount++
		}
		a.flags |= ackDataSACKed
		sb.sackedOut++
		e.countDelivered(1, a.flags)
		sb.highestSACK = max(sb.highestSACK, p.end())
	}
	if dup && p.state&packetRetransInFlight != 0 {
		p.state &^= packetRetransInFlight
		sb.retransOut--
	}
}

// checkDSACK reports whether the first block is a D-SACK: it lies below the cumulative ACK or
// within the second block (RFC 2883 §4, kernel tcp_check_dsack).
func (e *Endpoint) checkDSACK(s *Segment, blocks []Block, a *ackSummary) bool {
	if len(blocks) == 0 {
		return false
	}
	b := blocks[0]
	below := b.Start < s.Ack
	within := len(blocks) > 1 && b.Start >= blocks[1].Start && b.End <= blocks[1].End
	if !below && !within || b.End <= b.Start || b.End-b.Start > e.maxWindow {
		return false
	}
	if e.tlp.highSeq != 0 && e.tlp.highSeq == b.End {
		a.flags |= ackDSACKTLP
	}
	a.flags |= ackDSACK
	e.countDelivered(1, a.flags)
	if e.scoreboard.reorderSeen && a.flags&ackDSACKTLP == 0 {
		e.rack.dsackSeen = true
	}
	if below && e.rec.undoRetrans > 0 && b.End > e.rec.undoMarker && b.End <= a.priorUna {
		e.rec.undoRetrans--
	}
	return true
}

// checkReordering raises the reordering distance: the packet at offset low arrived after the
// highest SACKed one (kernel tcp_check_sack_reordering).
func (e *Endpoint) checkReordering(low int64) {
	distance := e.fack() - low
	if distance <= 0 {
		return
	}
	if distance > int64(e.scoreboard.reordering)*int64(e.mss) {
		e.scoreboard.reordering = int(min((distance+int64(e.mss)-1)/int64(e.mss), maxReordering))
	}
	e.scoreboard.reorderSeen = true
}

// markLost marks a packet lost. If it is marked already, its retransmission is lost (kernel
// tcp_mark_skb_lost).
func (e *Endpoint) markLost(p *packet) {
	if p.state&packetSACKed != 0 {
		return
	}
	e.queue.list(e.sndNxt)
	if p.state&packetLost == 0 {
		p.state |= packetLost
		e.scoreboard.lostOut++
		e.countLost(p)
	} else if p.state&packetRetransInFlight != 0 {
		p.state &^= packetRetransInFlight
		e.scoreboard.retransOut--
		e.countLost(p)
	}
	// After an undo a packet may be newly lost while its retransmission is in flight.
	if p.state&packetRetransInFlight == 0 {
		e.queue.unlist(p)
		e.scoreboard.retransmitHint = min(e.scoreboard.retransmitHint, p.seq)
	}
}

// countLost counts a packet that is found lost (kernel tcp_notify_skb_loss_event).
func (e *Endpoint) countLost(p *packet) {
	e.scoreboard.lostTotal++
	if e.cc.markedLost != nil {
		e.cc.markedLost(e, p)
	}
}

// markLostByCount marks a packet lost if at least reordering packets above it are SACKed (RFC 6675
// §4 IsLost, kernel tcp_update_scoreboard). When recovery begins, the first packet is always
// marked.
func (e *Endpoint) markLostByCount(begins bool) {
	above := e.scoreboard.sackedOut - e.scoreboard.reordering
	if above < 0 {
		if begins && e.queue.n > 0 {
			e.markLost(e.queue.at(0))
		}
		return
	}
	sb := &e.scoreboard
	for i := e.queue.find(sb.lostHint); i < e.queue.n && sb.lostCount <= above; i++ {
		p := e.queue.at(i)
		if p.state&packetSACKed != 0 {
			sb.lostCount++
		} else if p.state&packetLost == 0 {
			e.markLost(p)
		}
		sb.lostHint = p.end()
	}
}

// addRenoSACK counts a duplicate ACK as one packet that arrived out of order, on a connection
// without SACK (RFC 6582, kernel tcp_add_reno_sack).
func (e *Endpoint) addRenoSACK(flags ackFlags) {
	holes := min(max(e.scoreboard.lostOut, 1), e.queue.n)
	if e.scoreboard.sackedOut+1+holes > e.queue.n {
		return
	}
	e.scoreboard.sackedOut++
	e.countDelivered(1, flags)
}

// removeRenoSACKs subtracts cumulatively acknowledged packets from the number of packets that
// arrived out of order, on a connection without SACK (kernel tcp_remove_reno_sacks).
func (e *Endpoint) removeRenoSACKs(acked int, flags ackFlags) {
	e.countDelivered(max(acked-e.scoreboard.sackedOut, 1), flags)
	e.scoreboard.sackedOut = max(e.scoreboard.sackedOut-(acked-1), 0)
	holes := min(max(e.scoreboard.lostOut, 1), e.queue.n)
	e.scoreboard.sackedOut = min(e.scoreboard.sackedOut, e.queue.n-holes)
}

// newRenoMarkLost marks the first packet lost on the third duplicate ACK, and on each partial ACK
// in recovery (RFC 6582 §3.2, kernel tcp_newreno_mark_lost).
func (e *Endpoint) newRenoMarkLost(advanced bool) {
	recovering := e.rec.caState == caRecovery
	begins := e.rec.caState < caRecovery && e.scoreboard.sackedOut >= e.scoreboard.reordering
	if begins || (recovering && advanced) {
		if p := e.queue.at(0); p.state&packetLost == 0 {
			e.markLost(p)
		}
	}
}
