package pki

import (
	"errors"
	"fmt"
	"strings"
)

// A ChainFault is a reason to refuse a certificate or a chain, or a set of such reasons. A single
// fault is an error: errors of Parse, ParseChain and Verifier.Verify wrap exactly one.
type ChainFault uint16

// The faults, each with the alert that it causes (RFC 9846 §6.2). The first five may be tolerated.
const (
	FaultUnknownCA    ChainFault = 1 << iota // no path leads to a trust anchor: unknown_ca
	FaultWrongName                           // the leaf is for other names: bad_certificate
	FaultExpired                             // after notAfter: certificate_expired
	FaultNotYetValid                         // before notBefore: certificate_expired
	FaultBadSignature                        // not signed by its issuer: bad_certificate
	FaultMalformed                           // not the DER of RFC 5280: bad_certificate
	FaultUnsupported                         // key, algorithm, extension: unsupported_certificate

	// Unverified is no fault: it marks a chain that nobody has verified.
	Unverified

	FaultNotCA      // an issuer that may not issue certificates: certificate_unknown
	FaultWrongUsage // key usage or extended key usage excludes this use: unsupported_certificate

	// TolerableFaults are those that Verifier.ToleratedFaults can let pass.
	TolerableFaults = FaultUnknownCA | FaultWrongName | FaultExpired | FaultNotYetValid | FaultBadSignature
)

// chainFaults gives each fault its name and its error text.
var chainFaults = [...]struct {
	fault      ChainFault
	name, text string
}{
	{FaultUnknownCA, "unknown-ca", "unknown certificate authority"},
	{FaultWrongName, "wrong-name", "certificate is for another name"},
	{FaultExpired, "expired", "certificate has expired"},
	{FaultNotYetValid, "not-yet-valid", "certificate is not valid yet"},
	{FaultBadSignature, "bad-signature", "certificate is not signed by its issuer"},
	{FaultMalformed, "malformed", "malformed certificate"},
	{FaultUnsupported, "unsupported", "unsupported certificate"},
	{FaultNotCA, "not-ca", "issuer is not a certificate authority"},
	{FaultWrongUsage, "wrong-usage", "certificate is for another use"},
	{Unverified, "unverified", "unverified certificate"},
}

// ChainFaultNames lists the names of the tolerable faults, in the order of the constants.
func ChainFaultNames() []string {
	var names []string
	for _, row := range chainFaults {
		if row.fault&TolerableFaults != 0 {
			names = append(names, row.name)
		}
	}
	return names
}

// ParseChainFault returns the tolerable fault of a name: one of ChainFaultNames.
func ParseChainFault(name string) (ChainFault, error) {
	for _, row := range chainFaults {
		if row.name == name && row.fault&TolerableFaults != 0 {
			return row.fault, nil
		}
	}
	return 0, fmt.Errorf("unknown chain fault %q: want one of %v", name, ChainFaultNames())
}

// String lists the faults' names: "unknown-ca, expired"; "none" for the empty set.
func (f ChainFault) String() string {
	return f.join("none", func(name, _ string) string { return name })
}

// Error describes the faults: "certificate has expired". Package fmt prints this text, not
// String's.
func (f ChainFault) Error() string {
	return f.join("no chain fault", func(_, text string) string { return text })
}

func (f ChainFault) join(none string, pick func(name, text string) string) string {
	var all []string
	for _, row := range chainFaults {
		if f&row.fault != 0 {
			all = append(all, pick(row.name, row.text))
		}
	}
	if all == nil {
		return none
	}
	return strings.Join(all, ", ")
}

// tolerate returns the fault that err wraps, and no error, if f contains that fault and it is
// tolerable. Otherwise it returns err.
func (f ChainFault) tolerate(err error) (ChainFault, error) {
	var fault ChainFault
	if errors.As(err, &fault) && f&fault&TolerableFaults != 0 {
		return fault, nil
	}
	return 0, err
}
