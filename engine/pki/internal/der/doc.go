// Package der holds the object identifiers, tags and small encoders that reading certificates and
// OCSP messages (package pki) and writing them (package ca) have in common. Identifiers are the
// content octets of an OBJECT IDENTIFIER in DER (ITU-T X.690 §8.19).
package der
