package pki

import (
	"errors"
	"time"
)

// A Spec says what chain to make. Equal Specs give equal bytes.
type Spec struct {
	Seed                string
	Algorithm           string   // of the leaf's key: "rsa2048", "ecdsa-p256", …
	Authority           string   // of the authorities' keys; Algorithm if empty
	Length              int      // certificates sent, leaf included and root not: at least 1
	Size                int      // bytes of all certificates sent; 0: as they come
	Names               []string // the leaf's DNS names
	NotBefore, NotAfter time.Time
}

// A Chain is what one side needs to show who it is, and the root to trust.
type Chain struct {
	Certificates [][]byte // DER, leaf first, without the root
	Root         []byte   // DER
	Key          *Key     // the leaf's
}

// Make makes the chain of a Spec.
func Make(spec Spec) (*Chain, error) { return nil, errors.New("make") }
