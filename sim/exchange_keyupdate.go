package sim

import (
	"errors"
	"slices"

	"tlslab/engine"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/sim/recording"
)

// keyUse is what a side of an exchange knows of its keys, so that Data items can have its
// KeyUpdates.
type keyUse struct {
	updateAfter uint64 // Config.KeyUpdateAfter
	sealed      uint64 // records that a replay has sealed with the sending keys
	received    bool   // the record in hand is a KeyUpdate of the peer
}

// notice takes what the engine of the side reports.
func (k *keyUse) notice(n *engine.Notice) {
	switch {
	case n.Kind == engine.RecordSent:
		k.sealed++
	case n.Kind == engine.KeyChange && n.Sent:
		k.sealed = 0
	case n.Kind == engine.MessageReceived && n.Message == engine.KeyUpdate:
		k.received = true
	}
}

// opensUpdate reports whether the record in hand is a KeyUpdate within Data. A replay adds its
// operations.
func (e *exchangeSide) opensUpdate() bool { return e.peers != nil && e.keys.received }

// errUnknownKeyUpdate is the error of Data in which a KeyUpdate is due after a number of bytes that
// depends on the network, because the record sizes do.
var errUnknownKeyUpdate = errors.New("the application data needs a KeyUpdate, but after how many bytes depends on the network, as the sizes of its records do")

// keyUpdates returns how this side changes its keys within n bytes of application data, or nil if
// it does not. It counts the records of the data as sealed.
func (e *exchangeSide) keyUpdates(n int) *recording.KeyUpdates {
	info, k := e.conn.Info(), &e.keys
	if info.Version != engine.TLS13 || !sameSizes(e.own) {
		return nil
	}
	cipher := record.ByName(info.Suite.Cipher)
	most := cipher.MaxRecords // that a key may protect; 0: no bound
	if k.updateAfter > 0 && (most == 0 || k.updateAfter < most) {
		most = k.updateAfter
	}
	size := e.conn.RecordSize()
	before, records := k.sealed, uint64((n+size-1)/size)
	k.sealed += records
	// The engine does not change a server's keys before the client's Finished.
	if most == 0 || k.sealed <= most || !info.Done {
		return nil
	}
	first := most - min(before, most)
	k.sealed = (records-first-1)%most + 1
	hash := secrets.Hashes()[slices.IndexFunc(secrets.Hashes(), func(h *secrets.Hash) bool { return h.Name == info.Suite.Hash })]
	return &recording.KeyUpdates{
		Every: int(most), First: int(first), Hash: hash.Name, Secret: hash.Size, Key: cipher.KeySize, IV: record.NonceSize,
	}
}

// sameSizes reports whether a sizing splits application data into records of the same size.
func sameSizes(s *record.Sizing) bool {
	return len(s.Stages) == 1 && s.Stages[0].Plain > 0 && !s.Stages[0].Growing
}
