package bailiwick

// A Message is a mail to be sent, as data. Package mail defines one struct
// for each; store keeps it in the outbox as JSON, in the transaction of the
// change that it tells of; outbox delivers it.
type Message interface {
	// MessageKind names the template.
	MessageKind() string
	// Recipient is the one person the mail goes to. The address is read from
	// the store at delivery, never taken from input (REC-10).
	Recipient() ID
}
