package engine

import "strconv"

// A Message is a handshake message: a HandshakeType, ChangeCipherSpec (which has its own content
// type), or an alert that takes the place of a message.
type Message uint16

// The messages. On the wire a HelloRetryRequest is a ServerHello (RFC 9846 §4.2.4). Here it has the
// number 6, which the registry reserves as hello_retry_request_RESERVED.
const (
	HelloRequest        Message = 0
	ClientHello         Message = 1
	ServerHello         Message = 2
	NewSessionTicket    Message = 4
	EndOfEarlyData      Message = 5
	HelloRetryRequest   Message = 6
	EncryptedExtensions Message = 8
	Certificates        Message = 11 // named so because Certificate is a type
	ServerKeyExchange   Message = 12
	CertificateRequest  Message = 13
	ServerHelloDone     Message = 14
	CertificateVerify   Message = 15
	ClientKeyExchange   Message = 16
	Finished            Message = 20
	CertificateStatus   Message = 22
	KeyUpdate           Message = 24
	ChangeCipherSpec    Message = 256
)

// reservedMessage is the HandshakeType 6 on the wire, which no peer may send.
const reservedMessage Message = 257

// Alerts that have a place of their own in a handshake; see warnings.
const (
	UnrecognizedName Message = 258 // warning: no certificate of the server matches server_name
	NoCertificate    Message = 259 // SSL 3.0: takes the place of an empty Certificate message
)

// noMessage is the message of a row that only changes keys.
const noMessage Message = 260

var messageNames = map[Message]string{
	HelloRequest:        "HelloRequest",
	ClientHello:         "ClientHello",
	ServerHello:         "ServerHello",
	NewSessionTicket:    "NewSessionTicket",
	EndOfEarlyData:      "EndOfEarlyData",
	HelloRetryRequest:   "HelloRetryRequest",
	EncryptedExtensions: "EncryptedExtensions",
	Certificates:        "Certificate",
	ServerKeyExchange:   "ServerKeyExchange",
	CertificateRequest:  "CertificateRequest",
	ServerHelloDone:     "ServerHelloDone",
	CertificateVerify:   "CertificateVerify",
	ClientKeyExchange:   "ClientKeyExchange",
	Finished:            "Finished",
	CertificateStatus:   "CertificateStatus",
	KeyUpdate:           "KeyUpdate",
	ChangeCipherSpec:    "ChangeCipherSpec",
	reservedMessage:     "reserved message 6",
	UnrecognizedName:    "unrecognized_name",
	NoCertificate:       "no_certificate",
}

// String returns the RFC's name of the message: "ClientHello".
func (m Message) String() string {
	if name, ok := messageNames[m]; ok {
		return name
	}
	return "message " + strconv.Itoa(int(m))
}

// A ContentType is the type of a record (RFC 9846 §5.1).
type ContentType uint8

// The content types.
const (
	TypeChangeCipherSpec ContentType = 20
	TypeAlert            ContentType = 21
	TypeHandshake        ContentType = 22
	TypeApplicationData  ContentType = 23
)

var contentNames = map[ContentType]string{
	TypeChangeCipherSpec: "change_cipher_spec",
	TypeAlert:            "alert",
	TypeHandshake:        "handshake",
	TypeApplicationData:  "application_data",
}

// String returns the RFC's name of the content type: "application_data".
func (t ContentType) String() string {
	if name, ok := contentNames[t]; ok {
		return name
	}
	return "content type " + strconv.Itoa(int(t))
}
