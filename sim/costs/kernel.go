package costs

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/engine/op"
)

// KernelOp is work of a host's kernel for TCP. A table may price it, as the operations "kernel
// rx-segment" and so on; without a price it takes no time. Bytes are TCP payload.
type KernelOp uint8

// The work of the kernel. The last column is the main function of Linux.
const (
	KernelRxSegment KernelOp = iota // softirq of a received segment: up to tcp_v4_rcv
	KernelTxBurst                   // sending a GSO burst: __tcp_transmit_skb to the device
	KernelRead                      // read, of all bytes that have arrived: tcp_recvmsg
	KernelWrite                     // write, up to TCP's decision what to send: tcp_sendmsg
	KernelWakeup                    // scheduling a process that waits in epoll_wait: ep_poll
	NumKernelOps
)

var kernelNames = [NumKernelOps]string{"rx-segment", "tx-burst", "read", "write", "wakeup"}

// String returns the algorithm of the operation in the text form of op.Op, such as "rx-segment".
func (k KernelOp) String() string { return kernelNames[k] }

// Op returns the operation on a number of bytes.
func (k KernelOp) Op(bytes int) op.Op {
	return op.Op{Kind: op.Kernel, Alg: k.String(), Size: bytes}
}

// Kernel returns the prices of the kernel's work. It returns false if all are 0.
func (t *Table) Kernel() (prices [NumKernelOps]Price, priced bool) {
	for k := range prices {
		prices[k] = t.byOp[key{op.Kernel, kernelNames[k]}]
		priced = priced || prices[k].NS > 0 || prices[k].PSPerByte > 0
	}
	return prices, priced
}

// checkKernel checks a price of the kernel's work. An error comes with the field that is wrong.
func checkKernel(p *Price, alg string) (priceField, error) {
	k := slices.Index(kernelNames[:], alg)
	switch {
	case k < 0:
		return opField, fmt.Errorf("operation %q: the kernel's operations are %s", p.Op, strings.Join(kernelNames[:], ", "))
	case KernelOp(k) == KernelWakeup && p.PSPerByte != 0:
		return psPerByteField, fmt.Errorf("%s: ps_per_byte %d: a wake-up has no bytes: want 0", p.Op, p.PSPerByte)
	}
	return opField, nil
}
