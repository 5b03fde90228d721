package netem

// A flowHash maps flows to the queues of a discipline. Its key stands for the random key with which
// the kernel perturbs its hash of addresses and ports.
type flowHash struct{ key uint64 }

// of is a uniform hash of a flow.
func (h flowHash) of(flow uint32) uint32 { return uint32(stream(h).draw(uint64(flow)) >> 32) }

// bucket maps a flow to 0 … n−1, as fq_codel_hash() scales a hash.
func (h flowHash) bucket(flow, n uint32) int32 {
	return int32(uint64(h.of(flow)) * uint64(n) >> 32)
}

// bufferMemory is the memory of a socket buffer with a packet of size bytes: SKB_TRUESIZE() of
// include/linux/skbuff.h on a 64-bit machine, where struct sk_buff and struct skb_shared_info take
// whole cache lines of 64 bytes: 256 and 320 bytes.
func bufferMemory(size int32) int64 { return int64(size) + 256 + 320 }
