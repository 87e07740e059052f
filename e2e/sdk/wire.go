package sdk

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// A Wire is the HTTP transport under an SDK. It keeps the last answer, because
// the SDKs hide the status and body of what went well. It never uses a proxy.
type Wire struct {
	transport *http.Transport

	mu   sync.Mutex
	last Answer
}

// An Answer is one response with its body read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// NewWire opens a transport of its own; Close ends its connections.
func NewWire() *Wire {
	return &Wire{transport: &http.Transport{Proxy: nil, IdleConnTimeout: 30 * time.Second}}
}

// RoundTrip sends the request and remembers the answer.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	w.last = Answer{Status: resp.StatusCode, Header: resp.Header.Clone(), Body: body}
	w.mu.Unlock()
	return resp, nil
}

// Last is the answer to the most recent request.
func (w *Wire) Last() Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Client is an http.Client on this wire.
func (w *Wire) Client() *http.Client {
	return &http.Client{Transport: w, Timeout: 2 * time.Minute}
}

// Close ends the idle connections.
func (w *Wire) Close() { w.transport.CloseIdleConnections() }
