package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
)

// Where the audit trail goes that goes to no file.
const (
	auditStderr = "stderr"
	auditOff    = "off"
)

// audit opens the audit trail: lines of JSON at the end of a file, or the log.
func (b *builder) audit() (*slog.Logger, error) {
	switch b.cfg.Audit {
	case "", auditStderr:
		return slog.New(unfiltered{b.log.Handler()}), nil
	case auditOff:
		return slog.New(slog.DiscardHandler), nil
	}
	file, err := os.OpenFile(b.cfg.Audit, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	b.onClose(func() { _ = file.Close() })
	return slog.New(told{slog.NewJSONHandler(file, nil), b.log}), nil
}

// unfiltered writes events of all levels: an audit trail is not for the log's level to thin out.
type unfiltered struct{ slog.Handler }

// Enabled implements slog.Handler.
func (unfiltered) Enabled(context.Context, slog.Level) bool { return true }

// told is a handler whose failures are logged, since nobody else hears of them.
type told struct {
	slog.Handler
	log *slog.Logger
}

// Handle implements slog.Handler.
func (h told) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if err != nil {
		h.log.ErrorContext(ctx, "an event of the audit trail could not be written", "cause", err)
	}
	return err
}
