package pki

import (
	"errors"
	"fmt"
	"strings"
)

// What there is to say against a certificate or a chain other than ErrBadSignature.
// Errors of Parse and Verify wrap one of these.
var (
	ErrMalformed        = errors.New("malformed certificate")              // bad_certificate
	ErrUnsupported      = errors.New("unsupported certificate")            // unsupported_certificate
	ErrUnknownAuthority = errors.New("unknown certificate authority")      // unknown_ca
	ErrNotAuthority     = errors.New("issuer is no certificate authority") // certificate_unknown
	ErrWrongName        = errors.New("certificate is for another name")    // bad_certificate
	ErrExpired          = errors.New("certificate has expired")            // certificate_expired
	ErrNotYetValid      = errors.New("certificate is not valid yet")       // certificate_expired
	ErrWrongUsage       = errors.New("certificate is for another use")     // unsupported_certificate
)

// Verdicts are a set of faults of a chain that a verifier can be told to put up with.
type Verdicts uint8

// The verdicts.
const (
	UnknownAuthority Verdicts = 1 << iota
	WrongName
	Expired
	NotYetValid
	BadSignature

	Unverified Verdicts = 1 << 7 // nobody has looked at the chain
)

// verdicts is the table of those that Verify finds.
var verdicts = [...]struct {
	bit  Verdicts
	name string
	err  error
}{
	{UnknownAuthority, "unknown-ca", ErrUnknownAuthority},
	{WrongName, "wrong-name", ErrWrongName},
	{Expired, "expired", ErrExpired},
	{NotYetValid, "not-yet-valid", ErrNotYetValid},
	{BadSignature, "bad-signature", ErrBadSignature},
}

// VerdictNames lists the names that ParseVerdict knows.
func VerdictNames() []string {
	names := make([]string, len(verdicts))
	for i, v := range verdicts {
		names[i] = v.name
	}
	return names
}

// ParseVerdict reads the name of one verdict.
func ParseVerdict(name string) (Verdicts, error) {
	for _, v := range verdicts {
		if v.name == name {
			return v.bit, nil
		}
	}
	return 0, fmt.Errorf("unknown verdict %q: want one of %v", name, VerdictNames())
}

// String lists the names: "unknown-ca, expired"; "unverified"; "none".
func (v Verdicts) String() string {
	var names []string
	for _, row := range verdicts {
		if v&row.bit != 0 {
			names = append(names, row.name)
		}
	}
	switch {
	case v&Unverified != 0:
		names = append(names, "unverified")
	case len(names) == 0:
		return "none"
	}
	return strings.Join(names, ", ")
}

// pass makes of a fault that is tolerated its verdict; any other it returns.
func (v Verdicts) pass(fault error) (Verdicts, error) {
	for _, row := range verdicts {
		if v&row.bit != 0 && errors.Is(fault, row.err) {
			return row.bit, nil
		}
	}
	return 0, fault
}
